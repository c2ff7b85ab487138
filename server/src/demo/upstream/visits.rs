//! What the sample upstream remembers: sign-ins from their codes to their tokens.

use std::collections::{HashMap, VecDeque};

use protocol::time::Time;

use super::misbehaviour::Misbehaviour;
use super::people::Person;

/// Codes and tokens that are remembered at a time; older ones go first.
const MOST: usize = 20_000;

/// A sign-in from its code to its tokens.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) person: &'static Person,
    pub(super) misbehaviour: Misbehaviour,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: Option<String>,
    pub(super) scope: String,
    pub(super) expires_at: Time,
}

/// The sign-ins that are remembered: the newest ones, as long as they live.
#[derive(Debug, Default)]
pub(super) struct Visits {
    by_secret: HashMap<String, Visit>,
    /// In the order in which they came, which is that of their end as well.
    order: VecDeque<(Time, String)>,
}

impl Visits {
    pub(super) fn insert(&mut self, secret: String, visit: Visit, now: Time) {
        while let Some((expires_at, _)) = self.order.front()
            && (self.order.len() >= MOST || *expires_at <= now)
        {
            if let Some((_, old)) = self.order.pop_front() {
                self.by_secret.remove(&old);
            }
        }
        self.order.push_back((visit.expires_at, secret.clone()));
        self.by_secret.insert(secret, visit);
    }

    /// A code works once.
    pub(super) fn take(&mut self, secret: &str) -> Option<Visit> {
        self.by_secret.remove(secret)
    }

    pub(super) fn find(&self, secret: &str) -> Option<Visit> {
        self.by_secret.get(secret).cloned()
    }
}

//! The sessions of the sample application: in memory, found by a cookie of its own.
//!
//! Cookies do not separate ports, so the name differs from every cookie of Vestibule.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, header};
use protocol::id::new_secret;
use protocol::time::{HOUR, Time};

use super::Problem;
use super::relying_party::{Pending, SignedIn};
use crate::entropy::SystemEntropy;

/// The cookie.
const COOKIE: &str = "sample_application";
/// How long a session is kept without use.
const LIFETIME: i64 = 8 * HOUR;
/// The most sessions that are kept; the one that was not used for longest makes room.
const MOST_SESSIONS: usize = 256;
/// The most sign-ins that may be under way in one browser.
const MOST_PENDING: usize = 8;

/// What the application knows of one browser.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// Authenticates the forms of the result page.
    pub(super) csrf: String,
    /// The person, once signed in.
    pub(super) signed_in: Option<SignedIn>,
    /// What went wrong last; shown once.
    pub(super) problem: Option<Problem>,
    pub(super) pending: Vec<Pending>,
}

impl Session {
    /// Remembers a sign-in that has begun.
    pub(super) fn remember(&mut self, pending: Pending) {
        if self.pending.len() == MOST_PENDING {
            self.pending.remove(0);
        }
        self.pending.push(pending);
    }

    /// The sign-in with this `state`, which is spent by that.
    pub(super) fn take_pending(&mut self, state: &str) -> Option<Pending> {
        let position = self.pending.iter().position(|pending| pending.has_state(state))?;
        Some(self.pending.remove(position))
    }
}

/// A session in use. Requests of one browser wait for one another, so that a refresh token is never spent twice.
pub(super) type Shared = Arc<tokio::sync::Mutex<Session>>;

#[derive(Debug)]
struct Kept {
    session: Shared,
    last_used: Time,
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    kept: Mutex<HashMap<String, Kept>>,
    entropy: SystemEntropy,
}

impl Sessions {
    /// The session of a request, when it has one.
    pub(super) fn find(&self, headers: &HeaderMap, now: Time) -> Option<Shared> {
        let mut kept = self.lock();
        let found = kept.get_mut(read_cookie(headers)?)?;
        if now.since(found.last_used) > LIFETIME {
            return None;
        }
        found.last_used = now;
        Some(Arc::clone(&found.session))
    }

    /// Makes a session with this content, in place of the one of the request; returns the `Set-Cookie` value.
    pub(super) fn replace(&self, headers: &HeaderMap, mut session: Session, now: Time) -> String {
        let id = new_secret(&self.entropy);
        session.csrf = new_secret(&self.entropy);
        let mut kept = self.lock();
        if let Some(old) = read_cookie(headers) {
            kept.remove(old);
        }
        kept.retain(|_, kept| now.since(kept.last_used) <= LIFETIME);
        if kept.len() >= MOST_SESSIONS {
            let oldest = kept
                .iter()
                .min_by_key(|(_, kept)| kept.last_used)
                .map(|(id, _)| id.clone());
            oldest.and_then(|id| kept.remove(&id));
        }
        let cookie = format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax");
        let session = Arc::new(tokio::sync::Mutex::new(session));
        kept.insert(
            id,
            Kept {
                session,
                last_used: now,
            },
        );
        cookie
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(cookie: &str) -> HeaderMap {
        let pair = cookie.split(';').next().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, format!("other=1; {pair}").parse().unwrap());
        headers
    }

    #[test]
    fn a_session_is_found_by_its_cookie_until_it_is_old_or_replaced() {
        let sessions = Sessions::default();
        let cookie = sessions.replace(&HeaderMap::new(), Session::default(), Time(0));
        assert!(sessions.find(&browser(&cookie), Time(LIFETIME)).is_some());
        assert!(sessions.find(&browser(&cookie), Time(2 * LIFETIME + 1)).is_none());
        assert!(sessions.find(&HeaderMap::new(), Time(0)).is_none());
        let next = sessions.replace(&browser(&cookie), Session::default(), Time(0));
        assert!(sessions.find(&browser(&cookie), Time(0)).is_none());
        assert!(sessions.find(&browser(&next), Time(0)).is_some());
    }

    #[test]
    fn the_oldest_session_makes_room() {
        let sessions = Sessions::default();
        let first = sessions.replace(&HeaderMap::new(), Session::default(), Time(0));
        for at in 1..=256 {
            sessions.replace(&HeaderMap::new(), Session::default(), Time(at));
        }
        assert_eq!(sessions.lock().len(), MOST_SESSIONS);
        assert!(sessions.find(&browser(&first), Time(257)).is_none());
    }
}

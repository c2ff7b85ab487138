//! A new browser session, whatever way a person signed in, and the audit entries of its beginning and end.

use protocol::id::{hash_secret, new_secret};
use protocol::records::{Event, Session};
use protocol::time::Time;
use protocol::user::User;
use serde_json::{Map, Value};

use crate::app::App;

/// Where a person signs in from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// When.
    pub now: Time,
    /// Address of the client.
    pub client_address: std::net::IpAddr,
    /// What the browser says it is.
    pub user_agent: Option<&'a str>,
    /// Who was signed in in this browser before.
    pub accounts: Accounts<'a>,
}

/// The accounts that were signed in in one browser, the last one first, as its cookie lists them: `USER`, or `USER!SOURCE` when the
/// person came through a source, with `~` between them. Only a list that we gave to this very browser gets here.
#[derive(Clone, Copy, Debug, Default)]
pub struct Accounts<'a>(Option<&'a str>);

impl<'a> Accounts<'a> {
    /// The accounts of a list whose proof was looked at.
    #[must_use]
    pub const fn of(list: &'a str) -> Self {
        Self(Some(list))
    }

    /// Each user, with the source that they came through.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let entries = self.0.into_iter().flat_map(|list| list.split('~'));
        entries.map(|entry| match entry.split_once('!') {
            None => (entry, None),
            Some((user, source)) => (user, Some(source)),
        })
    }

    /// Whether this user was signed in here.
    #[must_use]
    pub fn has(self, user_id: &str) -> bool {
        self.iter().any(|(user, _)| user == user_id)
    }
}

/// A session that has just begun.
#[derive(Debug)]
pub struct NewSession {
    /// The record.
    pub session: Session,
    /// The value of the cookie. The browser alone keeps it.
    pub value: String,
}

/// A configured duration in microseconds.
#[must_use]
pub fn micros(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Makes a session of `user`, who proved to be it by `amr` (RFC 8176). Its id and value are always new.
#[must_use]
pub fn new_session(app: &App, user: &User, amr: &[&str], origin: Origin<'_>) -> NewSession {
    const LONGEST_AGENT: usize = 300;
    let value = new_secret(&app.entropy);
    let session = Session {
        id: app.new_id("ses", origin.now),
        hash: hash_secret(&value),
        user_id: user.id.clone(),
        auth_time: origin.now,
        amr: amr.iter().map(|&method| method.to_owned()).collect(),
        created_at: origin.now,
        last_seen_at: origin.now,
        expires_at: origin.now.plus(micros(app.config.session.lifetime)),
        ended_at: None,
        client_address: Some(origin.client_address.to_string()),
        user_agent: origin
            .user_agent
            .map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
        external_account: None,
    };
    NewSession { session, value }
}

/// An audit entry of a sign-in or a sign-out. `actor`: who did it, as far as that is known; `target`: the user that it
/// was about; `detail`: names and public words, never a secret.
#[must_use]
pub fn event(
    app: &App,
    origin: Origin<'_>,
    action: &str,
    actor: Option<&str>,
    target: Option<&str>,
    detail: &[(&str, &str)],
) -> Event {
    let detail: Map<String, Value> = detail
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect();
    Event {
        id: app.new_id("evt", origin.now),
        action: action.to_owned(),
        actor: actor.map(str::to_owned),
        target: target.map(str::to_owned),
        client_address: Some(origin.client_address.to_string()),
        detail: Value::Object(detail),
        at: origin.now,
    }
}

//! Signing in by name and password: the limit on failures, a comparison that costs the same for everybody, the one
//! decision on access, and a new session.
//!
//! An unknown name, a wrong password, a service account and an account that is switched off get the same answer. Only
//! failures count towards the limits.

use std::net::IpAddr;

use protocol::decision::decide_access;
use protocol::id::{SecretHash, hash_secret, hex};
use protocol::records::{AMR_PASSWORD, Session};
use protocol::time::{MINUTE, Time};
use protocol::user::{User, UserType};
use secrecy::SecretString;
use store::users::{UserWithPassword, fold};
use store::{Stmt, StoreError, events};

use super::browser_session::{NewSession, Origin, event, micros};
use super::enter::{Entering, enter};
use super::factors::are_guarding;
use super::factors::half::{self, Onward};
use crate::app::App;
use crate::passwords::Verdict;

/// What a person typed.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// User name or e-mail address.
    pub username: &'a str,
    /// Password.
    pub password: SecretString,
    /// From where.
    pub origin: Origin<'a>,
    /// The session of this browser that the new one replaces.
    pub replaces: Option<&'a Session>,
    /// What a sign-in that lacks its second factor is bound to.
    pub browser: SecretHash,
    /// Where the person goes on to.
    pub onward: Onward,
    /// The language of the page, for the mail about a browser that is new to the account.
    pub language: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It is the person.
    SignedIn {
        /// Who.
        user: Box<User>,
        /// Their new session.
        new: Box<NewSession>,
    },
    /// Name and password are right, and a second factor is to be proved to this half of a sign-in.
    HalfWay {
        /// The id that [`half::load`] takes.
        id: String,
    },
    /// Name or password is wrong, or the account gets nothing; which of these is not told.
    Wrong,
    /// There were too many failures; nothing was looked at.
    Blocked {
        /// When attempts are looked at again.
        until: Time,
    },
}

/// Signs a person in.
///
/// # Errors
/// When the database is unavailable.
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<Outcome, StoreError> {
    let now = attempt.origin.now;
    let account = account_key(attempt.username);
    let address = address_key(attempt.origin.client_address);
    // Guesses at one account are looked at one after the other, so that each sees the failures before it.
    let _turn = app.sign_in_turns.of(&account).await;
    if let Some(until) = load_block(app, &account, &address, now).await? {
        return Ok(Outcome::Blocked { until });
    }
    let found = load_by_name(app, attempt.username).await?;
    let person = found.as_ref().filter(|found| found.user.kind == UserType::Person);
    let stored = person.and_then(|found| found.password_hash.as_deref());
    let verdict = app.passwords.verify(attempt.password, stored, &app.entropy).await;
    let verdict = verdict.unwrap_or_else(|error| {
        tracing::error!(%error, "a stored password could not be compared");
        Verdict::Wrong
    });
    let user = found.as_ref().map(|found| &found.user);
    let reason = match (&verdict, user) {
        (_, None) => "unknown_user",
        (Verdict::Wrong, Some(_)) if stored.is_none() => "no_password",
        (Verdict::Wrong, Some(_)) => "password",
        (Verdict::Right { .. }, Some(user)) if decide_access(None, Some(user), now).is_err() => "disabled",
        (Verdict::Right { upgrade }, Some(user)) => {
            let upgrade = upgrade.as_deref().zip(stored);
            let statements: Vec<Stmt> = upgrade
                .map(|(stronger, weaker)| app.store.upgrade_password(&user.id, weaker, stronger))
                .into_iter()
                .collect();
            if are_guarding(&app.store.load_factors(&user.id).await?) {
                app.store.commit_statements(statements, Vec::new()).await?;
                let (browser, onward) = (attempt.browser, attempt.onward);
                let id = half::begin(app, user, browser, onward, attempt.username, now).await?;
                return Ok(Outcome::HalfWay { id });
            }
            let entering = Entering {
                user,
                amr: &[AMR_PASSWORD.to_owned()],
                origin: attempt.origin,
                replaces: attempt.replaces,
                typed: Some(attempt.username),
                language: attempt.language,
                statements,
            };
            let new = enter(app, entering).await?;
            return Ok(Outcome::SignedIn {
                user: Box::new(user.clone()),
                new: Box::new(new),
            });
        }
    };
    let until = now.plus(micros(app.config.limits.sign_in_window));
    let mut detail = vec![("reason", reason)];
    detail.extend(user.map(|user| ("username", user.username.as_str())));
    let target = user.map(|user| user.id.as_str());
    let entry = event(app, attempt.origin, "login_failed", None, target, &detail);
    let statements = vec![
        app.store.count_failure(&account, now, until),
        app.store.count_failure(&address, now, until),
        events::insert(entry),
    ];
    app.store.commit_statements(statements, Vec::new()).await?;
    Ok(Outcome::Wrong)
}

/// Minutes until a blocked person may try again, at least one.
#[must_use]
pub fn minutes_until(until: Time, now: Time) -> u32 {
    let minutes = until.since(now).max(1).saturating_add(MINUTE - 1) / MINUTE;
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

/// A user by name, or by an address that only one user has.
async fn load_by_name(app: &App, name: &str) -> Result<Option<UserWithPassword>, StoreError> {
    match app.store.load_user_by_username(name).await? {
        Some(found) => Ok(Some(found)),
        None => app.store.load_user_by_email(name).await,
    }
}

pub(super) async fn load_block(app: &App, account: &str, address: &str, now: Time) -> Result<Option<Time>, StoreError> {
    let limits = &app.config.limits;
    let mut until = None;
    for (subject, most) in [
        (account, limits.sign_in_failures_per_account),
        (address, limits.sign_in_failures_per_address),
    ] {
        let failures = app.store.load_failures(subject, now).await?;
        until = until.max(
            failures
                .filter(|failures| failures.count >= i64::from(most))
                .map(|failures| failures.until),
        );
    }
    Ok(until)
}

/// The name as it was typed, hashed: names that nobody has are counted like any other, and nothing that people mistype
/// into the field is kept.
pub(super) fn account_key(name: &str) -> String {
    format!("account:{}", hex(&hash_secret(&fold(name))))
}

/// The name under which an address is counted: one address; of IPv6 the network of a subscriber, which has all its addresses at hand.
#[must_use]
pub fn address_key(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("address:{address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_one_in_every_spelling() {
        assert_eq!(account_key("Alice"), account_key(" alice "));
        assert_ne!(account_key("alice"), account_key("alice2"));
        assert!(!account_key("alice").contains("alice"));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let key = |text: &str| address_key(text.parse().expect("an address"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn a_part_of_a_minute_is_a_minute() {
        assert_eq!(minutes_until(Time(1), Time(0)), 1);
        assert_eq!(minutes_until(Time(90 * 1_000_000), Time(0)), 2);
        assert_eq!(minutes_until(Time(0), Time(5)), 1);
    }
}

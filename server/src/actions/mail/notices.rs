//! Mails that tell a person what was changed of how one gets into their account, and of a sign-in that may not be theirs, queued in
//! the commit of what they tell of.
//!
//! They go to the primary address when it is known to be the person's, and nowhere without a mail server.

use protocol::time::{MINUTE, Time};
use protocol::user::User;
use store::{Stmt, StoreError};

use super::{PATIENCE, is_offered, queue_letter, speech_of};
use crate::actions::browser_session::Origin;
use crate::app::App;
use crate::pages::{AddressChange, Circumstances, FactorChange, Letter, device_words};
use crate::texts::Speech;
use crate::user_agent::recognise;

/// The password was changed.
///
/// # Errors
/// When the mail can not be written.
pub fn password_changed(app: &App, user: &User, origin: Origin<'_>, language: &str) -> Result<Vec<Stmt>, StoreError> {
    tell(app, user, &[], origin, language, |speech, place, how| {
        Letter::password_changed(speech, place, &user.username, how)
    })
}

/// An administrator set a password. Where they are is not told.
///
/// # Errors
/// When the mail can not be written.
pub fn password_set(app: &App, user: &User, now: Time) -> Result<Vec<Stmt>, StoreError> {
    if !is_offered(app) {
        return Ok(Vec::new());
    }
    let letter = Letter::password_set(speech_of(app, Some(user), "en"), &app.public_url, &user.username);
    send(app, user, &[], &letter, now)
}

/// An address was added, taken off, or made the primary one. `also`: further addresses that are told, such as the one that was
/// the primary one before.
///
/// # Errors
/// When the mail can not be written.
pub fn addresses_changed(
    app: &App,
    user: &User,
    (address, what): (&str, AddressChange),
    also: &[&str],
    origin: Origin<'_>,
    language: &str,
) -> Result<Vec<Stmt>, StoreError> {
    tell(app, user, also, origin, language, |speech, place, how| {
        Letter::addresses_changed(speech, place, (&user.username, address), what, how)
    })
}

/// A passkey, an app that shows codes, or the recovery codes were changed. `language`: of the page on which it was done.
///
/// # Errors
/// When the mail can not be written.
pub fn factors_changed(
    app: &App,
    user: &User,
    what: FactorChange,
    origin: Origin<'_>,
    language: &str,
) -> Result<Vec<Stmt>, StoreError> {
    tell(app, user, &[], origin, language, |speech, place, how| {
        Letter::factors_changed(speech, place, &user.username, what, how)
    })
}

/// An administrator changed the factors of somebody. Where they are is not told.
///
/// # Errors
/// When the mail can not be written.
pub fn factors_changed_for(app: &App, user: &User, what: FactorChange, now: Time) -> Result<Vec<Stmt>, StoreError> {
    if !is_offered(app) {
        return Ok(Vec::new());
    }
    let letter = Letter::factors_changed_for(speech_of(app, Some(user), "en"), &app.public_url, &user.username, what);
    send(app, user, &[], &letter, now)
}

/// Somebody is about to sign in. When this account was not signed in in their browser before, the mail that says so; nothing when it
/// is the first sign-in of the account as far as the audit log knows, because then every browser is a new one.
///
/// # Errors
/// When the mail can not be written, or the database is unavailable.
pub async fn new_browser(app: &App, user: &User, origin: Origin<'_>, language: &str) -> Result<Vec<Stmt>, StoreError> {
    let wanted = is_offered(app) && app.config.account.sign_in_notices && own_address(user).is_some();
    if !wanted || origin.accounts.has(&user.id) || !app.store.load_has_signed_in(&user.id).await? {
        return Ok(Vec::new());
    }
    let sessions = format!("{}account/sessions", app.public_url);
    tell(app, user, &[], origin, language, |speech, place, how| {
        Letter::new_browser(speech, place, &user.username, how, &sessions)
    })
}

fn tell<'a>(
    app: &'a App,
    user: &User,
    also: &[&str],
    origin: Origin<'_>,
    language: &str,
    write: impl Fn(Speech<'a>, &'a str, Circumstances<'_>) -> Letter<'a>,
) -> Result<Vec<Stmt>, StoreError> {
    if !is_offered(app) {
        return Ok(Vec::new());
    }
    let speech = speech_of(app, Some(user), language);
    let how = Circumstances {
        at: &to_the_minute(origin.now),
        address: &origin.client_address.to_string(),
        device: &device_words(&speech, recognise(origin.user_agent)),
    };
    let letter = write(speech, &app.public_url, how);
    send(app, user, also, &letter, origin.now)
}

fn send(app: &App, user: &User, also: &[&str], letter: &Letter<'_>, now: Time) -> Result<Vec<Stmt>, StoreError> {
    let mut told: Vec<&str> = own_address(user).into_iter().chain(also.iter().copied()).collect();
    told.dedup();
    told.into_iter()
        .map(|to| queue_letter(app, Some(&user.id), to, letter, now, now.plus(PATIENCE)))
        .collect()
}

/// The address that is known to be the person's.
fn own_address(user: &User) -> Option<&str> {
    user.email.as_deref().filter(|_| user.email_verified)
}

/// `2026-11-21 00:00 UTC`.
fn to_the_minute(now: Time) -> String {
    let minute = now.0 - now.0.rem_euclid(MINUTE);
    let text = crate::actions::times::rfc3339(Time(minute));
    let date = text.get(..10).unwrap_or_default();
    let time = text.get(11..16).unwrap_or_default();
    format!("{date} {time} UTC")
}

//! A person sets another password for their own account.

use protocol::records::Session;
use protocol::time::Time;
use protocol::user::User;
use protocol::writes::Write;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;
use store::mail_links::LinkPurpose;
use store::{StoreError, events};

use crate::actions::actor::Actor;
use crate::actions::browser_session::{NewSession, Origin, event, micros, new_session};
use crate::actions::changes::ATTEMPTS;
use crate::actions::mail::notices;
use crate::actions::sign_in::{account_key, address_key, load_block};
use crate::app::App;
use crate::passwords::{PasswordError, Passwords, Verdict};
use crate::strength::{Weakness, find_weakness};

/// What the person typed.
#[derive(Debug)]
pub struct Wish<'a> {
    /// The session in which they did.
    pub session: &'a Session,
    /// The password of now; `None`: nothing was typed.
    pub current: Option<SecretString>,
    /// The one that it is to be.
    pub new: SecretString,
    /// Whether every other session ends, and everything that was granted.
    pub end_others: bool,
    /// From where.
    pub origin: Origin<'a>,
    /// The language of the page.
    pub language: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It is changed. When everything else was ended, this browser goes on in a new session.
    Changed(Option<Box<NewSession>>),
    /// The password of now is another one.
    WrongCurrent,
    /// There were too many wrong ones; nothing was looked at.
    Blocked {
        /// When they are looked at again.
        until: Time,
    },
    /// The new one is too short or too long.
    Refused(PasswordError),
    /// The new one is too easy to guess.
    Weak(Weakness),
}

/// Whether the account has a password.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_has_password(app: &App, user_id: &str) -> Result<bool, StoreError> {
    let found = app.store.load_user(user_id).await?;
    Ok(found.is_some_and(|found| found.password_hash.is_some()))
}

/// What anybody may know of a person, and what a password must not be made of.
#[must_use]
pub fn known_of(user: &User) -> Vec<&str> {
    let claims = &user.claims;
    let more = [&user.email, &claims.given_name, &claims.family_name, &claims.nickname];
    [user.username.as_str(), user.name.as_str()]
        .into_iter()
        .chain(more.into_iter().filter_map(|value| value.as_deref()))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Sets the password. The one of now is compared under the limits of a sign-in, for it is as good as one.
///
/// # Errors
/// [`StoreError::Conflict`] when the account changes all the time, or when the database is unavailable.
pub async fn change(app: &App, wish: Wish<'_>) -> Result<Outcome, StoreError> {
    let Wish {
        session,
        current,
        new,
        end_others,
        origin,
        language,
    } = wish;
    for _ in 0..ATTEMPTS {
        let found = app.store.load_user(&session.user_id).await?;
        let Some(found) = found else {
            return Err(StoreError::Conflict);
        };
        let user = &found.user;
        if let Some(stored) = &found.password_hash
            && let Some(wrong) = check_current(app, user, current.as_ref(), stored, origin).await?
        {
            return Ok(wrong);
        }
        if let Err(error) = Passwords::check(&new) {
            return Ok(Outcome::Refused(error));
        }
        if let Some(weakness) = find_weakness(new.expose_secret(), &known_of(user)) {
            return Ok(Outcome::Weak(weakness));
        }
        let hash = match app.passwords.hash(new.clone(), &app.entropy).await {
            Ok(hash) => hash,
            Err(error) => return Ok(Outcome::Refused(error)),
        };
        let mut statements = vec![app.store.change_password(user, &hash, origin.now)];
        let next = end_others.then(|| successor(app, session, user, origin));
        if let Some(next) = &next {
            // The same person goes on: that signs them out of no application in this browser.
            statements.push(app.store.carry_parties(&session.id, &next.session.id));
            statements.extend(app.store.sign_out_everywhere(&user.id, origin.now));
            let new = Write::CreateSession(Box::new(next.session.clone()));
            statements.extend(app.store.statements_of(vec![new])?);
        }
        statements.push(app.store.clear_failures(&account_key(&user.username)));
        // A link that somebody may have asked for changes it no more.
        statements.push(app.store.forget_mail_links(&user.id, LinkPurpose::Recovery, None));
        let actor = Actor {
            id: Some(user.id.clone()),
            client_address: Some(origin.client_address.to_string()),
            ..Actor::default()
        };
        let mut detail = Map::new();
        detail.insert("others_ended".to_owned(), end_others.into());
        statements.push(actor.event(app, origin.now, "password_changed", &user.id, detail));
        statements.extend(notices::password_changed(app, user, origin, language)?);
        match app.commit_changes(statements, Vec::new()).await {
            // The account was changed while the hash was computed.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(Outcome::Changed(next.map(Box::new))),
        }
    }
    Err(StoreError::Conflict)
}

/// The session in which this browser goes on: by the same proof of who the person is.
fn successor(app: &App, old: &Session, user: &User, origin: Origin<'_>) -> NewSession {
    let amr: Vec<&str> = old.amr.iter().map(String::as_str).collect();
    let mut next = new_session(app, user, &amr, origin);
    next.session.external_account.clone_from(&old.external_account);
    next.session.user_agent.clone_from(&old.user_agent);
    next
}

/// Why the password of now does not count; `None`: it is the right one.
async fn check_current(
    app: &App,
    user: &User,
    typed: Option<&SecretString>,
    stored: &str,
    origin: Origin<'_>,
) -> Result<Option<Outcome>, StoreError> {
    let Some(typed) = typed else {
        return Ok(Some(Outcome::WrongCurrent));
    };
    let (account, address) = (account_key(&user.username), address_key(origin.client_address));
    let _turn = app.sign_in_turns.of(&account).await;
    if let Some(until) = load_block(app, &account, &address, origin.now).await? {
        return Ok(Some(Outcome::Blocked { until }));
    }
    let verdict = app.passwords.verify(typed.clone(), Some(stored), &app.entropy).await;
    let verdict = verdict.unwrap_or_else(|error| {
        tracing::error!(%error, "a stored password could not be compared");
        Verdict::Wrong
    });
    if matches!(verdict, Verdict::Right { .. }) {
        return Ok(None);
    }
    let until = origin.now.plus(micros(app.config.limits.sign_in_window));
    let detail = [("reason", "password"), ("at", "password_change")];
    let entry = event(app, origin, "login_failed", None, Some(&user.id), &detail);
    let statements = vec![
        app.store.count_failure(&account, origin.now, until),
        app.store.count_failure(&address, origin.now, until),
        events::insert(entry),
    ];
    app.store.commit_statements(statements, Vec::new()).await?;
    Ok(Some(Outcome::WrongCurrent))
}

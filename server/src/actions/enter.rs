//! What every sign-in here ends with, whatever was proved: a new session in the place of the browser's old one, the entry of
//! the audit log, and failures that no longer count.

use protocol::factor::AMR_MULTIPLE;
use protocol::id::{hash_secret, new_secret};
use protocol::records::Session;
use protocol::user::User;
use protocol::writes::Write;
use store::{Stmt, StoreError};

use super::browser_session::{NewSession, Origin, event, new_session};
use super::mail::notices;
use super::sign_in::account_key;
use crate::app::App;

/// Somebody who has proved who they are.
#[derive(Debug)]
pub struct Entering<'a> {
    /// Who.
    pub user: &'a User,
    /// How (RFC 8176).
    pub amr: &'a [String],
    /// From where.
    pub origin: Origin<'a>,
    /// The session of this browser that the new one replaces.
    pub replaces: Option<&'a Session>,
    /// The name that was typed, when one was.
    pub typed: Option<&'a str>,
    /// The language of the page, for the mail about a browser that is new to the account.
    pub language: &'a str,
    /// What is written together with the session.
    pub statements: Vec<Stmt>,
}

/// The name under which wrong codes for an account are counted. A right password does not forget them.
#[must_use]
pub fn factor_key(user_id: &str) -> String {
    format!("factor:{user_id}")
}

/// Begins the session.
///
/// # Errors
/// [`StoreError::Conflict`] when something that was proved has been used meanwhile, or that the database is unavailable.
pub async fn enter(app: &App, entering: Entering<'_>) -> Result<NewSession, StoreError> {
    let Entering {
        user,
        amr,
        origin,
        replaces,
        typed,
        language,
        mut statements,
    } = entering;
    statements.extend(notices::new_browser(app, user, origin, language).await?);
    let methods: Vec<&str> = amr.iter().map(String::as_str).collect();
    let new = new_session(app, user, &methods, origin);
    let told = amr.join(" ");
    let detail = [
        ("session", new.session.id.as_str()),
        ("method", amr.first().map_or("", String::as_str)),
        ("amr", told.as_str()),
    ];
    let entry = event(app, origin, "login", Some(&user.id), Some(&user.id), &detail);
    statements.extend(app.store.statements_of(vec![
        Write::CreateSession(Box::new(new.session.clone())),
        Write::CreateEvent(Box::new(entry)),
    ])?);
    if let Some(old) = replaces {
        // The same person has proved anew who they are: that signs them out nowhere.
        if old.user_id == user.id {
            statements.push(app.store.carry_parties(&old.id, &new.session.id));
        }
        statements.extend(app.store.end_session(&old.id, origin.now));
    }
    for name in [typed, Some(user.username.as_str()), user.email.as_deref()] {
        statements.extend(name.map(|name| app.store.clear_failures(&account_key(name))));
    }
    if amr.iter().any(|method| method == AMR_MULTIPLE) {
        statements.push(app.store.clear_failures(&factor_key(&user.id)));
    }
    app.commit_changes(statements, Vec::new()).await?;
    Ok(new)
}

/// Adds another factor to a session that lives. It stays the same one to its applications, with a new cookie; when the person
/// signed in and when they have to again does not change.
///
/// # Errors
/// [`StoreError::Conflict`] when the session has ended, or something that was proved has been used meanwhile, or that the
/// database is unavailable.
pub async fn step_up(
    app: &App,
    session: &Session,
    amr: Vec<String>,
    mut statements: Vec<Stmt>,
    origin: Origin<'_>,
) -> Result<NewSession, StoreError> {
    let value = new_secret(&app.entropy);
    let hash = hash_secret(&value);
    let told = amr.join(" ");
    let detail = [("session", session.id.as_str()), ("amr", told.as_str())];
    let user = Some(session.user_id.as_str());
    statements.push(app.store.step_up_session(session, hash, &amr));
    statements.push(app.store.clear_failures(&factor_key(&session.user_id)));
    statements.push(store::events::insert(event(
        app, origin, "step_up", user, user, &detail,
    )));
    app.commit_changes(statements, Vec::new()).await?;
    let session = Session {
        hash,
        amr,
        ..session.clone()
    };
    Ok(NewSession { session, value })
}

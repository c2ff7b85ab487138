//! Signing out of this browser, or everywhere: the session ends, with it every token that lives no longer than it, and the
//! applications that got tokens in it hear of it.

use protocol::logout::front_channel_address;
use protocol::records::Session;
use serde_json::{Map, Value};
use store::{Stmt, StoreError, events};

use super::browser_session::{Origin, event};
use super::source_calls::scripts::load_sign_out_address;
use crate::app::App;
use crate::clients::By;

/// Parameters of a sign-out that scripts do not see.
const HIDDEN: [&str; 2] = ["csrf", "id_token_hint"];

/// Ends a session. `application`: who asked for it, when it was not the person alone. Answers the addresses that the
/// browser opens in frames (OpenID Connect Front-Channel Logout 1.0); the other applications hear by the queue.
///
/// # Errors
/// When the database is unavailable.
pub async fn sign_out(
    app: &App,
    session: &Session,
    application: Option<&str>,
    origin: Origin<'_>,
) -> Result<Vec<String>, StoreError> {
    let mut detail = vec![("session", session.id.as_str())];
    detail.extend(application.map(|id| ("application", id)));
    let statements = app.store.end_session(&session.id, origin.now);
    finish(app, session, statements, &detail, origin).await
}

/// Ends every session of the person and revokes everything that was granted; nothing from before counts any more. Answers
/// like [`sign_out`]: only the browser in front of the person can open frames.
///
/// # Errors
/// When the database is unavailable; [`StoreError::Conflict`] when the account is gone.
pub async fn sign_out_everywhere(app: &App, session: &Session, origin: Origin<'_>) -> Result<Vec<String>, StoreError> {
    let statements = app.store.sign_out_everywhere(&session.user_id, origin.now);
    let detail = [("session", session.id.as_str()), ("everywhere", "true")];
    finish(app, session, statements, &detail, origin).await
}

async fn finish(
    app: &App,
    session: &Session,
    mut statements: Vec<Stmt>,
    detail: &[(&str, &str)],
    origin: Origin<'_>,
) -> Result<Vec<String>, StoreError> {
    let user = Some(session.user_id.as_str());
    statements.push(events::insert(event(app, origin, "logout", user, user, detail)));
    let frames = front_channel(app, session).await?;
    app.commit_changes(statements, Vec::new()).await?;
    Ok(frames)
}

async fn front_channel(app: &App, session: &Session) -> Result<Vec<String>, StoreError> {
    let mut frames = Vec::new();
    for party in app.store.load_parties(&session.id).await? {
        let Some(entry) = app.client(By::Id(&party.application_id)).await? else {
            continue;
        };
        let issuer = party.issuer.as_deref().unwrap_or(&entry.client.issuer);
        frames.extend(front_channel_address(&entry.client, issuer, &party.sid));
    }
    Ok(frames)
}

/// Name and address of the source where a person signs out as well who came from there. `asked`: the parameters of the sign-out, for
/// a script that makes the address; it sees neither our own nor the ID token.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_source<'a>(
    app: &App,
    session: &Session,
    asked: impl Iterator<Item = (&'a str, &'a str)> + Send,
    transaction: &str,
) -> Result<Option<(String, String)>, StoreError> {
    let Some(id) = &session.external_account else {
        return Ok(None);
    };
    let seen = asked.filter(|(name, _)| !HIDDEN.contains(name));
    let query: Map<String, Value> = seen.map(|(name, value)| (name.to_owned(), value.into())).collect();
    let Some(account) = app.store.load_external_account(id).await? else {
        return Ok(None);
    };
    let snapshot = app.snapshot();
    let Some(upstream) = snapshot.sources.of_id(&account.source_id) else {
        return Ok(None);
    };
    let address = load_sign_out_address(app, upstream, query, transaction).await;
    Ok(address.map(|address| (upstream.source.name.clone(), address)))
}

//! Ending browser sessions.

use protocol::records::Session;
use serde_json::Map;
use store::{Stmt, StoreError};

use super::actor::Actor;
use super::outcome::ActionError;
use crate::app::App;

/// Ends a session; tokens that die with the browser die with it, and its applications hear of it. Nothing happens when it has ended already.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn end(app: &App, actor: &Actor, id: &str) -> Result<(), ActionError> {
    let found = app.store.load_session_by_id(id).await?.ok_or(ActionError::NotFound)?;
    let session = found.session;
    if session.ended_at.is_some() {
        return Ok(());
    }
    let now = app.now();
    let mut detail = Map::new();
    detail.insert("session".to_owned(), id.into());
    let mut statements = app.store.end_session(id, now);
    statements.push(actor.event(app, now, "logout", &session.user_id, detail));
    Ok(app.commit_changes(statements, Vec::new()).await?)
}

/// Ends every session of a person but `kept`, the one that they are in; the applications of each hear of it.
///
/// # Errors
/// When the database is unavailable.
pub async fn end_others(app: &App, actor: &Actor, kept: &Session) -> Result<(), StoreError> {
    let now = app.now();
    let mut detail = Map::new();
    detail.insert("session".to_owned(), kept.id.as_str().into());
    detail.insert("others".to_owned(), true.into());
    let mut statements: Vec<Stmt> = app.store.end_other_sessions(&kept.user_id, &kept.id, now).into();
    statements.push(actor.event(app, now, "logout", &kept.user_id, detail));
    app.commit_changes(statements, Vec::new()).await
}

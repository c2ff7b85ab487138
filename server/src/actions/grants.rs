//! Revoking what an application was granted.

use serde_json::Map;

use super::actor::Actor;
use super::outcome::ActionError;
use crate::app::App;

/// Revokes a grant with every code and token of its family. Nothing happens when it is revoked already.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn revoke(app: &App, actor: &Actor, id: &str) -> Result<(), ActionError> {
    let grant = app.store.load_grant(id).await?.ok_or(ActionError::NotFound)?;
    if grant.revoked_at.is_some() {
        return Ok(());
    }
    let now = app.now();
    let mut detail = Map::new();
    detail.insert("application".to_owned(), grant.application_id.into());
    detail.insert("subject".to_owned(), grant.user_id.into());
    let statements = vec![
        app.store.revoke_grant(id, now),
        actor.event(app, now, "grant_deleted", id, detail),
    ];
    Ok(app.commit_changes(statements, Vec::new()).await?)
}

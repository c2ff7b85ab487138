//! Forgetting what people agreed to.

use serde_json::Map;
use store::StoreError;

use super::actor::Actor;
use super::outcome::ActionError;
use crate::app::App;

/// Forgets a consent: the person is asked again. What was granted stays until it is revoked or expires.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str) -> Result<(), ActionError> {
    let consent = app.store.load_consent_by_id(id).await?.ok_or(ActionError::NotFound)?;
    let now = app.now();
    let mut detail = Map::new();
    detail.insert("application".to_owned(), consent.application_id.into());
    detail.insert("subject".to_owned(), consent.user_id.into());
    let statements = vec![
        app.store.delete_consent(id),
        actor.event(app, now, "consent_deleted", id, detail),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

//! What applications have still to hear of sign-outs: an administrator has it tried at once, or given up.

use serde_json::Map;
use store::StoreError;
use store::parties::Notice;

use super::actor::Actor;
use super::outcome::ActionError;
use crate::app::App;

/// Before the id of a notice.
const PREFIX: &str = "lon_";

/// The id of a notice: made of the application's and of the session as the application knows it.
#[must_use]
pub fn id_of(notice: &Notice) -> String {
    let application = notice.application_id.trim_start_matches("app_");
    format!("{PREFIX}{application}_{}", notice.sid)
}

/// The notice of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<Notice, ActionError> {
    let parts = id.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_'));
    let (application, sid) = parts.ok_or(ActionError::NotFound)?;
    let found = app.store.load_notice(&format!("app_{application}"), sid).await?;
    found.ok_or(ActionError::NotFound)
}

/// Has a notice tried now instead of later.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn retry(app: &App, id: &str) -> Result<Notice, ActionError> {
    let notice = load(app, id).await?;
    let now = app.now();
    not_found(
        app.commit_changes(vec![app.store.hurry_notice(&notice, now)], Vec::new())
            .await,
    )?;
    Ok(Notice { due_at: now, ..notice })
}

/// Gives a notice up: the application does not hear of that sign-out.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn give_up(app: &App, actor: &Actor, id: &str) -> Result<(), ActionError> {
    let notice = load(app, id).await?;
    let mut detail = Map::new();
    detail.insert("subject".to_owned(), notice.user_id.as_str().into());
    detail.insert("session".to_owned(), notice.session_id.as_str().into());
    detail.insert("attempts".to_owned(), notice.attempts.into());
    let action = "logout_notice_deleted";
    let statements = vec![
        app.store.drop_notice(&notice),
        actor.event(app, app.now(), action, &notice.application_id, detail),
    ];
    not_found(app.commit_changes(statements, Vec::new()).await)
}

/// A missed guard: the application has heard it meanwhile.
fn not_found(outcome: Result<(), StoreError>) -> Result<(), ActionError> {
    outcome.map_err(|error| match error {
        StoreError::Conflict => ActionError::NotFound,
        other => other.into(),
    })
}

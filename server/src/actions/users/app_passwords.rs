//! App passwords: making and withdrawing.

use protocol::id::{hash_secret, new_secret};
use protocol::records::AppPassword;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Map;
use store::StoreError;
use utoipa::ToSchema;

use super::{load, load_to_change};
use crate::actions::administrators::Authority;
use crate::actions::changes::{Changes, Expected, Fields};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::times::parse_rfc3339;
use crate::app::App;

/// What every value begins with, so that a leaked one is recognised.
const PREFIX: &str = "vap_";
/// App passwords never change: this is the version of all.
pub const VERSION: i64 = 1;

/// The fields of a new app password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAppPassword)]
pub struct AppPasswordFields {
    /// Which program uses it. Required.
    #[schema(example = "backup", required)]
    pub name: Option<String>,
    /// When it dies by itself; null: never.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

impl Fields for AppPasswordFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "user", "last_used_at", "value"];
}

/// A new app password and its value, which is shown this once.
#[derive(Debug)]
pub struct Created {
    /// The record.
    pub app_password: AppPassword,
    /// `vap_` and 43 characters: 256 random bits.
    pub value: SecretString,
}

/// Makes an app password of a user.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`], [`ActionError::Invalid`] or the store's.
pub async fn create(
    app: &App,
    by: Authority<'_>,
    user: &str,
    changes: Changes<AppPasswordFields>,
) -> Result<Created, ActionError> {
    let user = load_to_change(app, by, user).await?.user;
    let now = app.now();
    let mut errors = Vec::new();
    let name = changes.fields.name.unwrap_or_default().trim().to_owned();
    errors.extend(FieldError::of_name(&name));
    let mut expires_at = None;
    match changes.fields.expires_at.map(|text| parse_rfc3339("expires_at", &text)) {
        None => {}
        Some(Ok(at)) if at <= now => errors.push(FieldError::invalid("expires_at", "This moment has passed.")),
        Some(Ok(at)) => expires_at = Some(at),
        Some(Err(error)) => errors.push(error),
    }
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    let app_password = AppPassword {
        id: app.new_id("apw", now),
        user_id: user.id,
        created_at: now,
        name,
        expires_at,
        last_used_at: None,
    };
    let value = SecretString::from(format!("{PREFIX}{}", new_secret(&app.entropy)));
    let mut detail = Map::new();
    detail.insert("of".to_owned(), app_password.user_id.as_str().into());
    detail.insert("fields".to_owned(), vec!["name", "expires_at"].into());
    let statements = vec![
        app.store
            .create_app_password(&app_password, &hash_secret(value.expose_secret())),
        by.actor
            .event(app, now, "app_password_created", &app_password.id, detail),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        // The user was deleted meanwhile.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => {
            other?;
            Ok(Created { app_password, value })
        }
    }
}

/// An app password of a user.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find(app: &App, user: &str, id: &str) -> Result<AppPassword, ActionError> {
    let user = load(app, user).await?.user;
    let found = app.store.load_app_password(&user.id, id).await?;
    found.ok_or(ActionError::NotFound)
}

/// Withdraws an app password: it is refused from the next request on, and so are the tokens that it gave.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`], [`ActionError::Stale`] or the store's.
pub async fn delete(
    app: &App,
    by: Authority<'_>,
    user: &str,
    id: &str,
    expected: &Expected,
) -> Result<(), ActionError> {
    let user = load_to_change(app, by, user).await?.user;
    let found = app.store.load_app_password(&user.id, id).await?;
    let found = found.ok_or(ActionError::NotFound)?;
    expected.check(VERSION)?;
    let now = app.now();
    let mut statements = app.store.delete_app_password(&user.id, &found.id, now);
    let mut detail = Map::new();
    detail.insert("of".to_owned(), user.id.as_str().into());
    statements.push(by.actor.event(app, now, "app_password_deleted", &found.id, detail));
    match app.commit_changes(statements, Vec::new()).await {
        // Somebody else was faster.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

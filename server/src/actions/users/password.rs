//! Setting a person's password.

use protocol::user::UserType;
use secrecy::SecretString;
use serde_json::Map;

use super::{finish, load_to_change};
use crate::actions::administrators::Authority;
use crate::actions::mail::notices;
use crate::actions::outcome::{ActionError, FieldError};
use crate::app::App;
use crate::passwords::PasswordError;

/// Sets the password of a person and ends every session and grant from before.
///
/// # Errors
/// [`ActionError::Invalid`] for a password that is too short or too long, [`ActionError::Conflict`] for a service
/// account, [`ActionError::NotFound`], [`ActionError::Forbidden`] or the store's.
pub async fn set(app: &App, by: Authority<'_>, id: &str, password: SecretString) -> Result<(), ActionError> {
    let found = load_to_change(app, by, id).await?;
    if found.user.kind == UserType::ServiceAccount {
        return Err(ActionError::Conflict(
            "A service account can not sign in with a password.".to_owned(),
        ));
    }
    let hash = hash(app, password).await?;
    let now = app.now();
    let mut statements = app.store.set_password(&found.user.id, &hash, now);
    statements.push(by.actor.event(app, now, "password_changed", &found.user.id, Map::new()));
    statements.extend(notices::password_set(app, &found.user, now)?);
    finish(app, statements).await
}

/// The hash of a new password.
///
/// # Errors
/// [`ActionError::Invalid`] naming `password`.
pub(super) async fn hash(app: &App, password: SecretString) -> Result<String, ActionError> {
    app.passwords.hash(password, &app.entropy).await.map_err(|error| {
        let code = match error {
            PasswordError::TooShort => "too_short",
            PasswordError::TooLong => "too_long",
            PasswordError::Failed => "invalid",
        };
        ActionError::field(FieldError::new("password", code, error.to_string()))
    })
}

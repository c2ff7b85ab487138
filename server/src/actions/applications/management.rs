//! What an application may do at the management interface of Auth0's dialect, and who may let it.
//!
//! Whoever can give an application scopes, or get its client secret, can act by them: so they have to hold them already.

use protocol::auth0::{SCOPES, is_scope};

use super::fields::ApplicationFields;
use super::find;
use crate::actions::changes::Changes;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::permissions::Permissions;
use crate::app::App;

/// Checks the scopes of an application; the answer is sorted, without repeats.
pub(super) fn check_scopes(field: &str, names: &[String]) -> Result<Vec<String>, FieldError> {
    if let Some(unknown) = names.iter().find(|name| !is_scope(name)) {
        let shown: String = unknown.chars().take(64).collect();
        let known: Vec<&str> = SCOPES.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "There is no scope `{shown}` of the management interface; known are {}.",
            known.join(", ")
        );
        return Err(FieldError::not_found(field, message));
    }
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Checks that whoever makes or changes an application holds what it could do for them. `reference`: the application that is
/// changed.
///
/// # Errors
/// [`ActionError::Forbidden`], [`ActionError::NotFound`] or the store's.
pub async fn check_change(
    app: &App,
    holds: &Permissions,
    reference: Option<&str>,
    changes: &Changes<ApplicationFields>,
) -> Result<(), ActionError> {
    check_holds(holds, changes.fields.management_scopes.iter().flatten())?;
    let touches = ["client_secret", "client_type", "management_scopes"];
    match reference {
        Some(reference) if touches.iter().any(|field| changes.sets(field)) => check_secret(app, holds, reference).await,
        _ => Ok(()),
    }
}

/// Checks that whoever gets the client secret of an application holds what it could do for them.
///
/// # Errors
/// [`ActionError::Forbidden`], [`ActionError::NotFound`] or the store's.
pub async fn check_secret(app: &App, holds: &Permissions, reference: &str) -> Result<(), ActionError> {
    if holds.is_all() {
        return Ok(());
    }
    let application = find(app, reference).await?.application;
    check_holds(holds, application.management_scopes.iter())
}

fn check_holds<'a>(holds: &Permissions, mut scopes: impl Iterator<Item = &'a String>) -> Result<(), ActionError> {
    match scopes.find(|scope| !holds.opens(scope)) {
        None => Ok(()),
        Some(missing) => Err(ActionError::Forbidden(format!(
            "You do not hold `{missing}`, which this application may use or shall get."
        ))),
    }
}

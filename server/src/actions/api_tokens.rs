//! API tokens: making, withdrawing, and the one that the configuration may give to an unused database.

use protocol::id::{hash_secret, new_secret};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use store::StoreError;
use store::api_tokens::ApiToken;
use utoipa::ToSchema;

use super::actor::Actor;
use super::changes::{Changes, Expected, Fields};
use super::outcome::{ActionError, FieldError};
use super::permissions::{Permissions, check_permissions};
use super::times::parse_rfc3339;
use crate::app::App;

/// What every value begins with, so that a leaked one is recognised.
const PREFIX: &str = "vst_";
/// The shortest value that the configuration may give, in characters.
const SHORTEST_GIVEN: usize = 16;

/// The fields of a new API token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiToken)]
pub struct ApiTokenFields {
    /// For administrators. Required.
    #[schema(example = "deployment", required)]
    pub name: Option<String>,
    /// Id of the user as whom it acts; it dies with the user and is worth no more than the user. Null: it acts as
    /// itself, unless the caller acts as a user, whose it is then.
    pub user: Option<String>,
    /// `*`, `<resource>:read` and `<resource>:write`, or scopes of Auth0's management interface (`read:connections`); nothing that
    /// the caller does not hold. Required.
    #[schema(example = json!(["applications:read", "applications:write"]), required)]
    pub permissions: Option<Vec<String>>,
    /// When it dies by itself; null: never.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

impl Fields for ApiTokenFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "last_used_at", "value"];
}

/// A new API token and its value, which is shown this once.
#[derive(Debug)]
pub struct Created {
    /// The record.
    pub token: ApiToken,
    /// `vst_` and 43 characters.
    pub value: SecretString,
}

/// Makes an API token. `holds`: what the caller itself may do; nobody gives away more.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn create(
    app: &App,
    actor: &Actor,
    holds: &Permissions,
    changes: Changes<ApiTokenFields>,
) -> Result<Created, ActionError> {
    let now = app.now();
    let fields = changes.fields;
    let mut errors = Vec::new();
    let name = fields.name.unwrap_or_default().trim().to_owned();
    errors.extend(FieldError::of_name(&name));
    let permissions = match fields.permissions.map(check_permissions) {
        None => {
            errors.push(FieldError::required("permissions"));
            Vec::new()
        }
        Some(Err(error)) => {
            errors.push(error);
            Vec::new()
        }
        Some(Ok(permissions)) => permissions,
    };
    let expires_at = match fields.expires_at.map(|text| parse_rfc3339("expires_at", &text)) {
        Some(Ok(at)) if at <= now => {
            errors.push(FieldError::invalid("expires_at", "This moment has passed."));
            None
        }
        Some(Ok(at)) => Some(at),
        Some(Err(error)) => {
            errors.push(error);
            None
        }
        None => None,
    };
    let user = fields.user.or_else(|| actor.user.clone());
    if let Some(id) = &user
        && app.store.load_user(id).await?.is_none()
    {
        errors.push(FieldError::not_found("user", "There is no user of this id."));
    }
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    if let Some(missing) = permissions.iter().find(|name| !holds.covers(name)) {
        return Err(ActionError::Forbidden(format!(
            "You do not hold `{missing}` and can not give it to a token."
        )));
    }
    if user != actor.user && !holds.is_all() {
        return Err(ActionError::Forbidden(
            "Only a caller with the permission `*` can make tokens for other users.".to_owned(),
        ));
    }
    let token = ApiToken {
        id: app.new_id("tok", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name,
        user,
        permissions,
        expires_at,
        last_used_at: None,
    };
    let value = SecretString::from(format!("{PREFIX}{}", new_secret(&app.entropy)));
    save(app, actor, &token, &value).await?;
    Ok(Created { token, value })
}

async fn save(app: &App, actor: &Actor, token: &ApiToken, value: &SecretString) -> Result<(), StoreError> {
    let fields = ["name", "user", "permissions", "expires_at"];
    let statements = vec![
        app.store.create_api_token(token, &hash_secret(value.expose_secret())),
        actor.changed(app, token.created_at, "api_token_created", &token.id, &fields),
    ];
    app.commit_changes(statements, Vec::new()).await
}

/// Withdraws an API token; it is refused from the next request on.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let token = app.store.load_api_token(id).await?.ok_or(ActionError::NotFound)?;
    expected.check(token.version)?;
    let statements = vec![
        app.store.delete_api_token(id, token.version),
        actor.changed(app, app.now(), "api_token_deleted", id, &[]),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        // Tokens do not change: what is missed was deleted by somebody else.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

/// Makes an API token of this value with every permission when the database holds no user, no application and no API
/// token. Call it before the first administrator is made. Answers whether it was made.
///
/// # Errors
/// [`ActionError::Invalid`] for a value that is too short or not printable, or the store's.
pub async fn ensure_bootstrap(app: &App, value: &SecretString) -> Result<bool, ActionError> {
    let given = value.expose_secret();
    if given.len() < SHORTEST_GIVEN || !given.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ActionError::field(FieldError::invalid(
            "bootstrap.token",
            "An API token needs at least 16 letters, digits or signs, without spaces.",
        )));
    }
    if !app.store.load_is_unused().await? {
        return Ok(false);
    }
    let now = app.now();
    let token = ApiToken {
        id: app.new_id("tok", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name: "bootstrap".to_owned(),
        user: None,
        permissions: vec!["*".to_owned()],
        expires_at: None,
        last_used_at: None,
    };
    match save(app, &Actor::system(), &token, value).await {
        Ok(()) => Ok(true),
        // Another node was faster.
        Err(StoreError::Taken { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

//! `/api/v1/users`: make, list, read, change, delete; set a password, sign out everywhere.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::user::is_same_email;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::users::list::UserWithGroups;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::{Input, NoInput};
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::changes::Fields;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::times::rfc3339;
use crate::actions::users::fields::{self, UserFields};
use crate::actions::users::{self, password};
use crate::app::AppState;

/// One of a person's e-mail addresses.
#[derive(Serialize, ToSchema)]
pub(super) struct EmailView {
    address: String,
    verified: bool,
    /// Whether it is the one in `email`.
    primary: bool,
    /// The accounts elsewhere whose source says that it is the person's.
    linked_to: Vec<LinkedToView>,
}

/// An account elsewhere.
#[derive(Serialize, ToSchema)]
#[schema(as = UserEmailLink)]
pub(super) struct LinkedToView {
    /// Id of the external account.
    id: String,
    /// `oauth_` and the key of its source.
    #[serde(rename = "type")]
    kind: String,
}

/// All addresses of a user, the primary one first.
fn emails(found: &UserWithGroups) -> Vec<EmailView> {
    let user = &found.user;
    let primary = user.email.as_deref();
    let is_other = |address: &str| primary.is_none_or(|primary| !is_same_email(primary, address));
    let own = primary.map(|address| (address, user.email_verified, true));
    let others = found.emails.iter().filter(|email| is_other(&email.address));
    own.into_iter()
        .chain(others.map(|email| (email.address.as_str(), email.verified, false)))
        .map(|(address, verified, primary)| {
            let linked = found
                .linked
                .iter()
                .filter(|linked| is_same_email(&linked.address, address));
            EmailView {
                address: address.to_owned(),
                verified,
                primary,
                linked_to: linked
                    .map(|linked| LinkedToView {
                        id: linked.account_id.clone(),
                        kind: format!("oauth_{}", linked.source_key),
                    })
                    .collect(),
            }
        })
        .collect()
}

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(super) struct UserView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Sequential, below 2^53.
    number: i64,
    #[schema(example = "1b4e28ba-2fa1-41d2-883f-0016d3cca427")]
    uuid: String,
    /// Every e-mail address, the primary one first.
    emails: Vec<EmailView>,
    #[serde(flatten)]
    #[schema(value_type = UserFields)]
    fields: Map<String, Value>,
}

impl From<&UserWithGroups> for UserView {
    fn from(found: &UserWithGroups) -> Self {
        let user = &found.user;
        Self {
            id: user.id.clone(),
            created_at: rfc3339(user.created_at),
            updated_at: rfc3339(user.updated_at),
            number: user.number,
            uuid: user.uuid.clone(),
            emails: emails(found),
            fields: fields::shown(found),
        }
    }
}

/// A new password.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// At least 8 characters, at most 512 bytes.
    #[schema(value_type = String, format = Password, required)]
    password: Option<SecretString>,
}

impl Fields for NewPassword {
    const READ_ONLY: &'static [&'static str] = &[];
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_users, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(set_password))
        .routes(routes!(sign_out))
}

/// List users
///
/// In the order of their making. `q` looks into `username`, `name` and `email`.
#[utoipa::path(get, path = "/users", tag = "users", operation_id = "list_users",
    params(PageParams, ("username" = Option<String>, Query), ("email" = Option<String>, Query),
        ("is_active" = Option<bool>, Query), ("is_admin" = Option<bool>, Query), ("type" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<UserView>)))]
async fn list_users(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[
        Filter::Text("username"),
        Filter::Text("email"),
        Filter::Bool("is_active"),
        Filter::Bool("is_admin"),
        Filter::Text("type"),
    ])?;
    let found = app.store.list_users(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, |user| UserView::from(&user)))
}

/// Make a user
#[utoipa::path(post, path = "/users", tag = "users", operation_id = "create_user",
    request_body = UserFields,
    responses((status = 201, description = "Made.", body = UserView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<UserFields>) -> Result<Response, Problem> {
    let made = users::create(&app, caller.authority(), changes, None).await?;
    let location = format!("/users/{}", made.user.id);
    Ok(object::created(&UserView::from(&made), made.user.version, &location))
}

/// Read a user
#[utoipa::path(get, path = "/users/{id}", tag = "users", operation_id = "read_user",
    params(("id" = String, Path, description = "Id or `username`.")),
    responses((status = 200, description = "The user.", body = UserView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = users::load(&app, &id).await?;
    Ok(object::found(&UserView::from(&found), found.user.version))
}

/// Change a user
///
/// Switching a user off ends its sessions and revokes what it granted; switching it on brings nothing back. 409: this would
/// leave nobody who can administrate.
#[utoipa::path(patch, path = "/users/{id}", tag = "users", operation_id = "update_user",
    params(("id" = String, Path, description = "Id or `username`.")),
    request_body = UserFields,
    responses((status = 200, description = "Changed.", body = UserView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<UserFields>,
) -> Result<Response, Problem> {
    let changed = users::update(&app, caller.authority(), &id, changes, &expected).await?;
    Ok(object::found(&UserView::from(&changed), changed.user.version))
}

/// Delete a user
///
/// Its sessions and tokens are dead at once. 409: this would leave nobody who can administrate.
#[utoipa::path(delete, path = "/users/{id}", tag = "users", operation_id = "delete_user",
    params(("id" = String, Path, description = "Id or `username`.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    users::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

/// Set a password
///
/// Ends every session and revokes every grant from before. 409: a service account has no password.
#[utoipa::path(post, path = "/users/{id}/password", tag = "users", operation_id = "set_password",
    params(("id" = String, Path, description = "Id or `username`.")),
    request_body = NewPassword,
    responses((status = 204, description = "Set.")))]
async fn set_password(
    Call { app, caller }: Call,
    Path(id): Path<String>,
    Input(changes): Input<NewPassword>,
) -> Result<Response, Problem> {
    let password = changes
        .fields
        .password
        .ok_or_else(|| ActionError::field(FieldError::required("password")))?;
    password::set(&app, caller.authority(), &id, password).await?;
    Ok(object::gone())
}

/// Sign a user out everywhere
///
/// Ends every session and revokes every grant; API tokens from before are refused.
#[utoipa::path(post, path = "/users/{id}/sign-out", tag = "users", operation_id = "sign_out_user",
    params(("id" = String, Path, description = "Id or `username`.")),
    responses((status = 204, description = "Signed out.")))]
async fn sign_out(Call { app, caller }: Call, Path(id): Path<String>, _: NoInput) -> Result<Response, Problem> {
    users::sign_out(&app, caller.authority(), &id).await?;
    Ok(object::gone())
}

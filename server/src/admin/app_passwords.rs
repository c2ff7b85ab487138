//! `/api/v1/users/{id}/app-passwords`: make, list, read, withdraw. An app password is never changed.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::records::AppPassword;
use secrecy::ExposeSecret;
use serde::Serialize;
use store::Val;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::input::Input;
use super::list::{self, ListParams, Page};
use super::object::{self, IfMatch};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::times::rfc3339;
use crate::actions::users;
use crate::actions::users::app_passwords::{self, AppPasswordFields, VERSION};
use crate::app::AppState;

/// An app password: a program sends its value with the user name of the account to get tokens for it.
#[derive(Serialize, ToSchema)]
#[schema(as = AppPassword)]
pub(super) struct AppPasswordView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Id of the user.
    user: String,
    /// Which program uses it.
    name: String,
    /// When it dies by itself.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// When it was used last, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// The value, in the answer of the call that makes it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl From<AppPassword> for AppPasswordView {
    fn from(found: AppPassword) -> Self {
        Self {
            id: found.id,
            created_at: rfc3339(found.created_at),
            user: found.user_id,
            name: found.name,
            expires_at: found.expires_at.map(rfc3339),
            last_used_at: found.last_used_at.map(rfc3339),
            value: None,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_app_passwords, create))
        .routes(routes!(read, delete))
}

/// List the app passwords of a user
#[utoipa::path(get, path = "/users/{id}/app-passwords", tag = "users", operation_id = "list_app_passwords",
    params(PageParams, ("id" = String, Path, description = "Id or `username`.")),
    responses((status = 200, description = "One page.", body = Page<AppPasswordView>)))]
async fn list_app_passwords(
    State(app): State<AppState>,
    Path(id): Path<String>,
    params: ListParams,
) -> Result<Response, Problem> {
    let user = users::load(&app, &id).await?.user;
    let mut query = params.query(&[])?;
    query.filters.push(("user", Val::from(user.id)));
    let found = app.store.list_app_passwords(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, AppPasswordView::from))
}

/// Make an app password
///
/// The answer holds the value, this once. It opens the account at the token endpoint, to every application that may use
/// `client_credentials` or `password`, and nowhere else.
#[utoipa::path(post, path = "/users/{id}/app-passwords", tag = "users", operation_id = "create_app_password",
    params(("id" = String, Path, description = "Id or `username`.")),
    request_body = AppPasswordFields,
    responses((status = 201, description = "Made.", body = AppPasswordView)))]
async fn create(
    Call { app, caller }: Call,
    Path(id): Path<String>,
    Input(changes): Input<AppPasswordFields>,
) -> Result<Response, Problem> {
    let made = app_passwords::create(&app, caller.authority(), &id, changes).await?;
    let location = format!(
        "/users/{}/app-passwords/{}",
        made.app_password.user_id, made.app_password.id
    );
    let view = AppPasswordView {
        value: Some(made.value.expose_secret().to_owned()),
        ..AppPasswordView::from(made.app_password)
    };
    Ok(object::created(&view, VERSION, &location))
}

/// Read an app password
#[utoipa::path(get, path = "/users/{id}/app-passwords/{app_password}", tag = "users", operation_id = "read_app_password",
    params(("id" = String, Path, description = "Id or `username`."), ("app_password" = String, Path)),
    responses((status = 200, description = "The app password, without its value.", body = AppPasswordView)))]
async fn read(
    State(app): State<AppState>,
    Path((id, app_password)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let found = app_passwords::find(&app, &id, &app_password).await?;
    Ok(object::found(&AppPasswordView::from(found), VERSION))
}

/// Withdraw an app password
///
/// It is refused from the next request on, and the tokens that it gave are dead at once.
#[utoipa::path(delete, path = "/users/{id}/app-passwords/{app_password}", tag = "users",
    operation_id = "delete_app_password",
    params(("id" = String, Path, description = "Id or `username`."), ("app_password" = String, Path)),
    responses((status = 204, description = "Withdrawn.")))]
async fn delete(
    Call { app, caller }: Call,
    Path((id, app_password)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    app_passwords::delete(&app, caller.authority(), &id, &app_password, &expected).await?;
    Ok(object::gone())
}

//! `/api/v1/api-tokens`: make, list, read, withdraw. A token is never changed.

use axum::extract::{Path, State};
use axum::response::Response;
use secrecy::ExposeSecret;
use serde::Serialize;
use store::api_tokens::ApiToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::api_tokens::{self, ApiTokenFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// An API token.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiToken)]
pub(super) struct ApiTokenView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// For administrators.
    name: String,
    /// Id of the user as whom it acts.
    user: Option<String>,
    /// `*`, `<resource>:read`, `<resource>:write`.
    permissions: Vec<String>,
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

impl From<ApiToken> for ApiTokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            created_at: rfc3339(token.created_at),
            updated_at: rfc3339(token.updated_at),
            name: token.name,
            user: token.user,
            permissions: token.permissions,
            expires_at: token.expires_at.map(rfc3339),
            last_used_at: token.last_used_at.map(rfc3339),
            value: None,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, create))
        .routes(routes!(read, delete))
}

/// List API tokens
#[utoipa::path(get, path = "/api-tokens", tag = "api-tokens", operation_id = "list_api_tokens",
    params(PageParams, ("name" = Option<String>, Query), ("user" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<ApiTokenView>)))]
async fn list_tokens(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("name"), Filter::Text("user")])?;
    let found = app.store.list_api_tokens(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, ApiTokenView::from))
}

/// Make an API token
///
/// The answer holds the value, this once. Nobody can give a token more than they hold themselves.
#[utoipa::path(post, path = "/api-tokens", tag = "api-tokens", operation_id = "create_api_token",
    request_body = ApiTokenFields,
    responses((status = 201, description = "Made.", body = ApiTokenView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<ApiTokenFields>) -> Result<Response, Problem> {
    let made = api_tokens::create(&app, &caller.actor, &caller.permissions, changes).await?;
    let (version, location) = (made.token.version, format!("/api-tokens/{}", made.token.id));
    let view = ApiTokenView {
        value: Some(made.value.expose_secret().to_owned()),
        ..ApiTokenView::from(made.token)
    };
    Ok(object::created(&view, version, &location))
}

/// Read an API token
#[utoipa::path(get, path = "/api-tokens/{id}", tag = "api-tokens", operation_id = "read_api_token",
    params(("id" = String, Path)),
    responses((status = 200, description = "The token, without its value.", body = ApiTokenView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let token = app.store.load_api_token(&id).await?.ok_or_else(Problem::not_found)?;
    let version = token.version;
    Ok(object::found(&ApiTokenView::from(token), version))
}

/// Withdraw an API token
#[utoipa::path(delete, path = "/api-tokens/{id}", tag = "api-tokens", operation_id = "delete_api_token",
    params(("id" = String, Path)),
    responses((status = 204, description = "Withdrawn; it is refused from now on.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    api_tokens::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

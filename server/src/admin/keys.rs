//! `/api/v1/keys`: signing keys and their rotation. Private halves are never shown.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use store::signing_keys::KeyRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Caller;
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, IfMatch};
use super::openapi::PageParams;
use super::problem::{Problem, ProblemBody};
use crate::actions::keys::{self, KeyFields, NewKeyFields, RotateFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A key, without its private half.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub(super) struct KeyView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// For administrators.
    name: String,
    /// `sig`.
    #[serde(rename = "use")]
    key_use: String,
    /// `RS256`, `PS256`, `ES256`, `ES384` or `EdDSA`.
    alg: String,
    /// Its id in the header of tokens and in the JWKS.
    kid: String,
    /// `next`: published, so that everyone knows it before it signs. `active`: signs. `retired`: signs no more;
    /// published while tokens of it may live.
    state: &'static str,
    /// The public half.
    #[schema(value_type = Object)]
    public_jwk: Value,
    /// When it was retired.
    #[schema(format = DateTime)]
    retired_at: Option<String>,
}

impl From<KeyRecord> for KeyView {
    fn from(key: KeyRecord) -> Self {
        Self {
            id: key.id,
            created_at: rfc3339(key.created_at),
            updated_at: rfc3339(key.updated_at),
            name: key.name,
            key_use: key.key_use,
            alg: key.alg,
            kid: key.kid,
            state: key.state.as_str(),
            public_jwk: key.public_jwk,
            retired_at: key.retired_at.map(rfc3339),
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_keys, create))
        .routes(routes!(rotate))
        .routes(routes!(read, update, delete))
}

const FILTERS: [Filter; 5] = [
    Filter::Text("name"),
    Filter::Text("use"),
    Filter::Text("alg"),
    Filter::Text("kid"),
    Filter::Text("state"),
];

/// List keys
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "list_keys",
    params(PageParams, ("name" = Option<String>, Query), ("use" = Option<String>, Query),
        ("alg" = Option<String>, Query), ("kid" = Option<String>, Query), ("state" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<KeyView>)))]
async fn list_keys(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app.store.list_keys(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, KeyView::from))
}

/// Make a key
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "create_key", request_body = NewKeyFields,
    responses((status = 201, description = "Made.", body = KeyView)))]
async fn create(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Input(changes): Input<NewKeyFields>,
) -> Result<Response, Problem> {
    let key = keys::create(&app, &caller.actor, changes).await?;
    let (version, location) = (key.version, format!("/keys/{}", key.id));
    Ok(object::created(&KeyView::from(key), version, &location))
}

/// Rotate the keys of an algorithm
///
/// A successor takes the place of the active keys in every application: the oldest key that is `next`, or a new one. The
/// predecessors are retired and stay in the JWKS, so that tokens that they signed still verify.
#[utoipa::path(post, path = "/keys/rotate", tag = "keys", operation_id = "rotate_keys", request_body = RotateFields,
    responses((status = 200, description = "The successor.", body = KeyView),
        (status = 409, description = "The keys were changed at the same moment.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn rotate(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Input(changes): Input<RotateFields>,
) -> Result<Response, Problem> {
    let key = keys::rotate(&app, &caller.actor, changes).await?;
    let version = key.version;
    Ok(object::found(&KeyView::from(key), version))
}

/// Read a key
#[utoipa::path(get, path = "/keys/{id}", tag = "keys", operation_id = "read_key", params(("id" = String, Path)),
    responses((status = 200, description = "The key, without its private half.", body = KeyView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let key = app.store.load_key_record(&id).await?.ok_or_else(Problem::not_found)?;
    let version = key.version;
    Ok(object::found(&KeyView::from(key), version))
}

/// Change name or state of a key
#[utoipa::path(patch, path = "/keys/{id}", tag = "keys", operation_id = "update_key", params(("id" = String, Path)),
    request_body(content = KeyFields, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed.", body = KeyView),
        (status = 409, description = "Applications sign with a key that shall retire.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn update(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
    Input(changes): Input<KeyFields>,
) -> Result<Response, Problem> {
    let key = keys::update(&app, &caller.actor, &id, &expected, changes).await?;
    let version = key.version;
    Ok(object::found(&KeyView::from(key), version))
}

/// Delete a key
///
/// Neither an active key nor one that an application signs with.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", operation_id = "delete_key", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted."),
        (status = 409, description = "The key is active or used.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn delete(
    State(app): State<AppState>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    keys::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

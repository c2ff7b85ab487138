//! `/api/v1/keys`: keys that sign and keys that encrypt, and their rotation. Private halves are not shown, except once that of
//! an encryption pair, by the call that makes it.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use store::signing_keys::{KeyRecord, KeyState};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::{Problem, ProblemBody};
use crate::actions::keys::fields::{KeyFields, NewKeyFields, RotateFields};
use crate::actions::keys::{self, Made, certificate, rotation};
use crate::actions::outcome::Warning;
use crate::actions::times::rfc3339;
use crate::app::{App, AppState};

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
    /// `sig` or `enc`.
    #[serde(rename = "use")]
    key_use: String,
    /// What it signs with, or how content keys reach its owner.
    alg: String,
    /// How tokens are encrypted for it; null for `sig`.
    enc: Option<String>,
    /// Its id in the header of tokens and in the JWKS.
    kid: String,
    /// `next`: published, so that everyone knows it before it signs. `active`: signs. `retired`: signs no more;
    /// published while tokens of it may live.
    state: &'static str,
    /// `generated` here, `imported` with its private half, or `public`: the application's own, of which we have the public half
    /// only.
    origin: &'static str,
    /// The public half, with its certificates.
    #[schema(value_type = Object)]
    public_jwk: Value,
    /// Its certificate and the chain of that, in PEM.
    certificate: Option<String>,
    /// The private half in PEM, of an encryption pair: in the answer of the call that makes it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
    /// When it began to be used.
    #[schema(format = DateTime)]
    activated_at: Option<String>,
    /// When the schedule (`keys.rotate_every`) puts the next key in its place. Null for imported keys and for keys that encrypt:
    /// they are not rotated by schedule.
    #[schema(format = DateTime)]
    rotates_at: Option<String>,
    /// Id of the key that takes its place, or took it.
    successor: Option<String>,
    /// When it was retired.
    #[schema(format = DateTime)]
    retired_at: Option<String>,
    /// What is allowed but not good: a certificate that has expired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl KeyView {
    /// Shows a key at this time.
    fn new(app: &App, key: KeyRecord) -> Self {
        let warnings = key
            .certificate
            .as_deref()
            .map_or_else(Vec::new, |certificate| certificate::remarks(certificate, app.now()));
        Self {
            rotates_at: rotation::rotates_at(app, &key).map(rfc3339),
            warnings,
            activated_at: (key.state != KeyState::Next).then(|| rfc3339(key.active_since())),
            private_key: None,
            enc: key.enc,
            origin: key.origin.as_str(),
            certificate: key.certificate,
            successor: key.successor,
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

    /// Shows a key to whoever made it.
    fn made(app: &App, made: Made) -> Self {
        Self {
            private_key: made.private_key.map(|pem| pem.to_string()),
            ..Self::new(app, made.record)
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_keys, create))
        .routes(routes!(rotate))
        .routes(routes!(read, update, delete))
}

const FILTERS: [Filter; 6] = [
    Filter::Text("name"),
    Filter::Text("use"),
    Filter::Text("alg"),
    Filter::Text("kid"),
    Filter::Text("state"),
    Filter::Text("origin"),
];

/// List keys
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "list_keys",
    params(PageParams, ("name" = Option<String>, Query), ("use" = Option<String>, Query),
        ("alg" = Option<String>, Query), ("kid" = Option<String>, Query), ("state" = Option<String>, Query),
        ("origin" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<KeyView>)))]
async fn list_keys(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app.store.list_keys(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, |key| KeyView::new(&app, key)))
}

/// Make or import a key
///
/// By `alg` the key is made here. By `private_key` (PEM), with its `certificate` or without, it is imported. For `use` `enc` by
/// `certificate` or `public_jwk` alone it is the application's own, and only the application can read what is encrypted with
/// it. The private half of an encryption pair that is made here is in this answer and never again.
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "create_key", request_body = NewKeyFields,
    responses((status = 201, description = "Made.", body = KeyView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<NewKeyFields>) -> Result<Response, Problem> {
    let made = keys::create(&app, &caller.actor, changes).await?;
    let (version, location) = (made.record.version, format!("/keys/{}", made.record.id));
    Ok(object::created(&KeyView::made(&app, made), version, &location))
}

/// Rotate the keys of an algorithm
///
/// A successor takes the place of the active keys in every application: the key that waits for it, the oldest key that is `next`,
/// or a new one. The predecessors are retired and stay in the JWKS, so that tokens that they signed still verify. An encryption
/// pair is always followed by a new pair, whose private half is in this answer; a key of an application's own is not rotated.
#[utoipa::path(post, path = "/keys/rotate", tag = "keys", operation_id = "rotate_keys", request_body = RotateFields,
    responses((status = 200, description = "The successor.", body = KeyView),
        (status = 409, description = "The keys were changed at the same moment.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn rotate(Call { app, caller }: Call, Input(changes): Input<RotateFields>) -> Result<Response, Problem> {
    let made = rotation::rotate(&app, &caller.actor, changes).await?;
    let version = made.record.version;
    Ok(object::found(&KeyView::made(&app, made), version))
}

/// Read a key
#[utoipa::path(get, path = "/keys/{id}", tag = "keys", operation_id = "read_key", params(("id" = String, Path)),
    responses((status = 200, description = "The key, without its private half.", body = KeyView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let key = app.store.load_key_record(&id).await?.ok_or_else(Problem::not_found)?;
    let version = key.version;
    Ok(object::found(&KeyView::new(&app, key), version))
}

/// Change name or state of a key
#[utoipa::path(patch, path = "/keys/{id}", tag = "keys", operation_id = "update_key", params(("id" = String, Path)),
    request_body(content = KeyFields, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed.", body = KeyView),
        (status = 409, description = "Applications use a key that shall retire.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<KeyFields>,
) -> Result<Response, Problem> {
    let key = keys::update(&app, &caller.actor, &id, &expected, changes).await?;
    let version = key.version;
    Ok(object::found(&KeyView::new(&app, key), version))
}

/// Delete a key
///
/// Of signing keys neither an active one nor one that an application signs with. An encryption key goes at any time: the
/// applications that have it get their tokens unencrypted from then on (`encryption_key` null).
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", operation_id = "delete_key", params(("id" = String, Path)),
    responses((status = 204, description = "Deleted."),
        (status = 409, description = "The key is active or used.", body = ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    keys::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

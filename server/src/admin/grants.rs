//! `/api/v1/grants`: what applications were granted, one entry for each authorization; read and revoke.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::records::Grant;
use protocol::time::Time;
use serde::Serialize;
use store::grants::list::GrantState;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::grants;
use crate::actions::outcome::FieldError;
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// One authorization with all its codes and tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = Grant)]
pub(super) struct GrantView {
    id: String,
    /// Id of the user that the tokens speak of.
    user: String,
    /// Id of the application that got them.
    application: String,
    /// What was granted.
    scopes: Vec<String>,
    #[schema(format = DateTime)]
    issued_at: String,
    /// When the last of its tokens expires; null: never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// `active`, `expired` or `revoked`.
    state: &'static str,
    /// How it came about: `authorization_code`, `client_credentials`.
    kind: String,
}

impl GrantView {
    fn at(now: Time, grant: Grant) -> Self {
        Self {
            state: GrantState::of(&grant, now).as_str(),
            id: grant.id,
            user: grant.user_id,
            application: grant.application_id,
            scopes: grant.scopes,
            issued_at: rfc3339(grant.issued_at),
            expires_at: (grant.expires_at != Time::NEVER).then(|| rfc3339(grant.expires_at)),
            kind: grant.kind,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_grants))
        .routes(routes!(read, delete))
}

/// List grants
///
/// The newest first. Those that have expired go after a while.
#[utoipa::path(get, path = "/grants", tag = "grants", operation_id = "list_grants",
    params(PageParams, ("user" = Option<String>, Query), ("application" = Option<String>, Query),
        ("kind" = Option<String>, Query), ("state" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<GrantView>)))]
async fn list_grants(State(app): State<AppState>, mut params: ListParams) -> Result<Response, Problem> {
    let state = match params.take("state") {
        None => None,
        Some(given) => Some(parse_state(&given)?),
    };
    let query = params.query(&[Filter::Text("user"), Filter::Text("application"), Filter::Text("kind")])?;
    let (now, key) = (app.now(), list::cursor_key(&app)?);
    let found = app.store.list_grants(query, state, now, &key).await?;
    Ok(list::page(found, |grant| GrantView::at(now, grant)))
}

fn parse_state(given: &str) -> Result<GrantState, Problem> {
    let found = GrantState::NAMES.iter().find(|(name, _)| *name == given);
    found.map(|(_, state)| *state).ok_or_else(|| {
        let message = "Write `active`, `expired` or `revoked`.";
        Problem::invalid(vec![FieldError::invalid("state", message)])
    })
}

/// Read a grant
#[utoipa::path(get, path = "/grants/{id}", tag = "grants", operation_id = "read_grant",
    params(("id" = String, Path)),
    responses((status = 200, description = "The grant.", body = GrantView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let grant = app.store.load_grant(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(object::untagged(&GrantView::at(app.now(), grant)))
}

/// Revoke a grant
///
/// Every code and token of its family is dead at once. Revoking it again changes nothing.
#[utoipa::path(delete, path = "/grants/{id}", tag = "grants", operation_id = "delete_grant",
    params(("id" = String, Path)),
    responses((status = 204, description = "Revoked.")))]
async fn delete(Call { app, caller }: Call, Path(id): Path<String>) -> Result<Response, Problem> {
    grants::revoke(&app, &caller.actor, &id).await?;
    Ok(object::gone())
}

//! `/api/v1/scope-mappings`: the managed ones, to read. Mappings of an installation's own need the interpreter, which
//! this version does not have, and are refused with a reason.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::scope::ScopeMapping;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::{Kind, Problem};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A scope and the claims behind it.
#[derive(Serialize, ToSchema)]
#[schema(as = ScopeMapping)]
pub(super) struct ScopeMappingView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// For administrators.
    name: String,
    /// The name of the scope.
    scope: String,
    /// What the consent page says.
    description: String,
    /// Its managed name.
    managed: Option<&'static str>,
}

impl From<ScopeMapping> for ScopeMappingView {
    fn from(mapping: ScopeMapping) -> Self {
        Self {
            id: mapping.id,
            created_at: rfc3339(mapping.created_at),
            updated_at: rfc3339(mapping.updated_at),
            name: mapping.name,
            scope: mapping.scope,
            description: mapping.description,
            managed: mapping.managed.map(|scope| scope.as_str()),
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    // What is refused is no part of the description, which shows what works.
    OpenApiRouter::new()
        .routes(routes!(list_mappings))
        .routes(routes!(read))
        .route("/scope-mappings", axum::routing::post(refuse))
        .route("/scope-mappings/test", axum::routing::post(refuse))
        .route("/scope-mappings/{id}", axum::routing::patch(refuse).delete(refuse))
}

const FILTERS: [Filter; 3] = [Filter::Text("name"), Filter::Text("scope"), Filter::Text("managed")];

/// List scope mappings
#[utoipa::path(get, path = "/scope-mappings", tag = "scope-mappings", operation_id = "list_scope_mappings",
    params(PageParams, ("name" = Option<String>, Query), ("scope" = Option<String>, Query),
        ("managed" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<ScopeMappingView>)))]
async fn list_mappings(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app.store.list_scope_mappings(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, ScopeMappingView::from))
}

/// Read a scope mapping
#[utoipa::path(get, path = "/scope-mappings/{id}", tag = "scope-mappings", operation_id = "read_scope_mapping",
    params(("id" = String, Path, description = "Its id or managed name; a slash in a name is written `%2F`.")),
    responses((status = 200, description = "The mapping.", body = ScopeMappingView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let mapping = app.snapshot().mapping(&id).cloned().ok_or_else(Problem::not_found)?;
    let version = mapping.version;
    Ok(object::found(
        &ScopeMappingView::from(mapping.as_ref().clone()),
        version,
    ))
}

async fn refuse() -> Problem {
    Problem::new(
        Kind::Conflict,
        "This version has the managed scope mappings only; they can not be changed, and own ones can not be made.",
    )
}

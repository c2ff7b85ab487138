//! `/api/v1/scope-mappings`: the managed ones to read, those of the installation's own to make, try, change and delete.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use protocol::scope::ScopeMapping;
use script::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::policies::try_out;
use super::problem::Problem;
use crate::actions::changes::Fields;
use crate::actions::outcome::Warning;
use crate::actions::scope_mappings::{self, ScopeMappingFields, remarks};
use crate::actions::times::rfc3339;
use crate::app::AppState;
use crate::observe::RequestFacts;

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
    /// What it returns; null for a managed one, which is computed natively.
    expression: Option<String>,
    /// What is allowed but not good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl From<ScopeMapping> for ScopeMappingView {
    fn from(mapping: ScopeMapping) -> Self {
        Self {
            warnings: remarks(&mapping),
            id: mapping.id,
            created_at: rfc3339(mapping.created_at),
            updated_at: rfc3339(mapping.updated_at),
            name: mapping.name,
            scope: mapping.scope,
            description: mapping.description,
            managed: mapping.managed.map(|scope| scope.as_str()),
            expression: mapping.expression,
        }
    }
}

/// What an expression is tried with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScopeMappingTest)]
pub(super) struct TestFields {
    /// The expression. Required.
    expression: Option<String>,
    /// Id or user name. Null: nobody.
    user: Option<String>,
    /// Id or slug of an application. Null: a made-up one.
    application: Option<String>,
    /// What would be granted.
    scopes: Option<Vec<String>>,
}

impl Fields for TestFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

impl Record for ScopeMapping {
    type View = ScopeMappingView;
    const PATH: &'static str = "/scope-mappings";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_mappings, create))
        .routes(routes!(test))
        .routes(routes!(read, update, delete))
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

/// Make a scope mapping
#[utoipa::path(post, path = "/scope-mappings", tag = "scope-mappings", operation_id = "create_scope_mapping",
    request_body = ScopeMappingFields,
    responses((status = 201, description = "Made.", body = ScopeMappingView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<ScopeMappingFields>) -> Result<Response, Problem> {
    Ok(object::made(
        scope_mappings::create(&app, &caller.actor, changes).await?,
    ))
}

/// Try an expression
///
/// It runs in the same sandbox and with the same limits as a saved one. Nothing is written and nothing is issued.
#[utoipa::path(post, path = "/scope-mappings/test", tag = "scope-mappings", operation_id = "test_scope_mapping",
    request_body = TestFields,
    responses((status = 200, description = "Value, log and error.", body = Object)))]
async fn test(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    Input(changes): Input<TestFields>,
) -> Result<Response, Problem> {
    let fields = changes.fields;
    let trial = super::policies::Trying {
        kind: Kind::ScopeMapping,
        expression: fields.expression,
        user: fields.user,
        application: fields.application,
        scopes: fields.scopes.unwrap_or_default(),
        context: serde_json::Map::new(),
    };
    try_out(&app, trial, facts.client_address).await
}

/// Read a scope mapping
#[utoipa::path(get, path = "/scope-mappings/{id}", tag = "scope-mappings", operation_id = "read_scope_mapping",
    params(("id" = String, Path, description = "Its id or managed name; a slash in a name is written `%2F`.")),
    responses((status = 200, description = "The mapping.", body = ScopeMappingView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let mapping = app.snapshot().mapping(&id).cloned().ok_or_else(Problem::not_found)?;
    Ok(object::shown(mapping.as_ref().clone()))
}

/// Change a scope mapping
///
/// 409: a managed one can not be changed.
#[utoipa::path(patch, path = "/scope-mappings/{id}", tag = "scope-mappings", operation_id = "update_scope_mapping",
    params(("id" = String, Path)),
    request_body = ScopeMappingFields,
    responses((status = 200, description = "Changed.", body = ScopeMappingView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<ScopeMappingFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        scope_mappings::update(&app, &caller.actor, &id, &expected, changes).await?,
    ))
}

/// Delete a scope mapping
///
/// 409: a managed one can not be deleted, nor one that an application has.
#[utoipa::path(delete, path = "/scope-mappings/{id}", tag = "scope-mappings", operation_id = "delete_scope_mapping",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    scope_mappings::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

//! `/api/v1/property-mappings`: make, list, read, change, delete.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::upstream::PropertyMapping;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::property_mappings::{self, PropertyMappingFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// An expression over what a source says of a person or a group.
#[derive(Serialize, ToSchema)]
#[schema(as = PropertyMapping)]
pub(super) struct PropertyMappingView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Unique.
    name: String,
    /// The body of a Python-like function.
    expression: String,
    /// Whether it runs for every source.
    all_sources: bool,
}

impl From<PropertyMapping> for PropertyMappingView {
    fn from(mapping: PropertyMapping) -> Self {
        Self {
            id: mapping.id,
            created_at: rfc3339(mapping.created_at),
            updated_at: rfc3339(mapping.updated_at),
            name: mapping.name,
            expression: mapping.expression,
            all_sources: mapping.all_sources,
        }
    }
}

impl Record for PropertyMapping {
    type View = PropertyMappingView;
    const PATH: &'static str = "/property-mappings";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_mappings, create))
        .routes(routes!(read, update, delete))
}

/// List property mappings
///
/// `q` looks into `name`.
#[utoipa::path(get, path = "/property-mappings", tag = "property-mappings", operation_id = "list_property_mappings",
    params(PageParams, ("name" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<PropertyMappingView>)))]
async fn list_mappings(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("name")])?;
    let found = app
        .store
        .list_property_mappings(&query, &list::cursor_key(&app)?)
        .await?;
    Ok(list::page(found, PropertyMappingView::from))
}

/// Make a property mapping
///
/// 403: the expression names `token`, and the caller has not the permission `external-accounts:token`.
#[utoipa::path(post, path = "/property-mappings", tag = "property-mappings", operation_id = "create_property_mapping",
    request_body = PropertyMappingFields,
    responses((status = 201, description = "Made.", body = PropertyMappingView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<PropertyMappingFields>) -> Result<Response, Problem> {
    Ok(object::made(
        property_mappings::create(&app, caller.authority(), changes).await?,
    ))
}

/// Read a property mapping
#[utoipa::path(get, path = "/property-mappings/{id}", tag = "property-mappings", operation_id = "read_property_mapping",
    params(("id" = String, Path)),
    responses((status = 200, description = "The mapping.", body = PropertyMappingView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(property_mappings::load(&app, &id).await?))
}

/// Change a property mapping
///
/// 403: the expression names `token`, and the caller has not the permission `external-accounts:token`.
#[utoipa::path(patch, path = "/property-mappings/{id}", tag = "property-mappings",
    operation_id = "update_property_mapping",
    params(("id" = String, Path)),
    request_body = PropertyMappingFields,
    responses((status = 200, description = "Changed.", body = PropertyMappingView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<PropertyMappingFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        property_mappings::update(&app, caller.authority(), &id, &expected, changes).await?,
    ))
}

/// Delete a property mapping
///
/// 409: a source names it.
#[utoipa::path(delete, path = "/property-mappings/{id}", tag = "property-mappings",
    operation_id = "delete_property_mapping",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    property_mappings::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

//! `/api/v1/entitlements`: make, list, read, change, delete.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use store::entitlements::Entitlement;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::entitlements::{self, EntitlementFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// What users and groups may do in one application.
#[derive(Serialize, ToSchema)]
#[schema(as = Entitlement)]
pub(super) struct EntitlementView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Id of the application.
    application: String,
    /// Unique in the application.
    name: String,
    /// Ids of the users who have it.
    users: Vec<String>,
    /// Ids of the groups whose members have it.
    groups: Vec<String>,
}

impl From<Entitlement> for EntitlementView {
    fn from(entitlement: Entitlement) -> Self {
        Self {
            id: entitlement.id,
            created_at: rfc3339(entitlement.created_at),
            updated_at: rfc3339(entitlement.updated_at),
            application: entitlement.application,
            name: entitlement.name,
            users: entitlement.users,
            groups: entitlement.groups,
        }
    }
}

impl Record for Entitlement {
    type View = EntitlementView;
    const PATH: &'static str = "/entitlements";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_all, create))
        .routes(routes!(read, update, delete))
}

/// List entitlements
#[utoipa::path(get, path = "/entitlements", tag = "entitlements", operation_id = "list_entitlements",
    params(PageParams, ("application" = Option<String>, Query), ("name" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<EntitlementView>)))]
async fn list_all(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("application"), Filter::Text("name")])?;
    let found = app.store.list_entitlements(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, EntitlementView::from))
}

/// Make an entitlement
#[utoipa::path(post, path = "/entitlements", tag = "entitlements", operation_id = "create_entitlement",
    request_body = EntitlementFields,
    responses((status = 201, description = "Made.", body = EntitlementView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<EntitlementFields>) -> Result<Response, Problem> {
    Ok(object::made(entitlements::create(&app, &caller.actor, changes).await?))
}

/// Read an entitlement
#[utoipa::path(get, path = "/entitlements/{id}", tag = "entitlements", operation_id = "read_entitlement",
    params(("id" = String, Path)),
    responses((status = 200, description = "The entitlement.", body = EntitlementView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(entitlements::load(&app, &id).await?))
}

/// Change an entitlement
#[utoipa::path(patch, path = "/entitlements/{id}", tag = "entitlements", operation_id = "update_entitlement",
    params(("id" = String, Path)),
    request_body = EntitlementFields,
    responses((status = 200, description = "Changed.", body = EntitlementView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<EntitlementFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        entitlements::update(&app, &caller.actor, &id, &expected, changes).await?,
    ))
}

/// Delete an entitlement
#[utoipa::path(delete, path = "/entitlements/{id}", tag = "entitlements", operation_id = "delete_entitlement",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    entitlements::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

//! `/api/v1/groups`: make, list, read, change, delete.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};
use store::groups::list::GroupWithMembers;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::groups::{self, fields::GroupFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A group of users.
#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
pub(super) struct GroupView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Sequential, below 2^53.
    number: i64,
    #[schema(example = "1b4e28ba-2fa1-41d2-883f-0016d3cca427")]
    uuid: String,
    /// Unique.
    name: String,
    /// Ids of the groups directly above it.
    parents: Vec<String>,
    /// Free attributes for mappings and policies.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// Its members, and those of the groups below it, may everything.
    is_admin: bool,
    /// Ids of its direct members.
    users: Vec<String>,
}

impl From<GroupWithMembers> for GroupView {
    fn from(found: GroupWithMembers) -> Self {
        let group = found.group;
        Self {
            id: group.id,
            created_at: rfc3339(group.created_at),
            updated_at: rfc3339(group.updated_at),
            number: group.number,
            uuid: group.uuid,
            name: group.name,
            parents: group.parents,
            attributes: group.attributes,
            is_admin: group.is_admin,
            users: found.users,
        }
    }
}

impl Record for GroupWithMembers {
    type View = GroupView;
    const PATH: &'static str = "/groups";

    fn key(&self) -> (&str, i64) {
        (&self.group.id, self.group.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_groups, create))
        .routes(routes!(read, update, delete))
}

/// List groups
///
/// In the order of their making. `q` looks into `name`.
#[utoipa::path(get, path = "/groups", tag = "groups", operation_id = "list_groups",
    params(PageParams, ("name" = Option<String>, Query), ("is_admin" = Option<bool>, Query)),
    responses((status = 200, description = "One page.", body = Page<GroupView>)))]
async fn list_groups(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("name"), Filter::Bool("is_admin")])?;
    let found = app.store.list_groups(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, GroupView::from))
}

/// Make a group
#[utoipa::path(post, path = "/groups", tag = "groups", operation_id = "create_group",
    request_body = GroupFields,
    responses((status = 201, description = "Made.", body = GroupView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<GroupFields>) -> Result<Response, Problem> {
    Ok(object::made(groups::create(&app, caller.authority(), changes).await?))
}

/// Read a group
#[utoipa::path(get, path = "/groups/{id}", tag = "groups", operation_id = "read_group",
    params(("id" = String, Path)),
    responses((status = 200, description = "The group.", body = GroupView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(groups::load(&app, &id).await?))
}

/// Change a group
///
/// 409: this would leave nobody who can administrate.
#[utoipa::path(patch, path = "/groups/{id}", tag = "groups", operation_id = "update_group",
    params(("id" = String, Path)),
    request_body = GroupFields,
    responses((status = 200, description = "Changed.", body = GroupView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<GroupFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        groups::update(&app, caller.authority(), &id, changes, &expected).await?,
    ))
}

/// Delete a group
///
/// Its members and the groups below it stay, without it. 409: this would leave nobody who can administrate.
#[utoipa::path(delete, path = "/groups/{id}", tag = "groups", operation_id = "delete_group",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    groups::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

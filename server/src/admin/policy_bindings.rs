//! `/api/v1/policy-bindings`: make, list, read, change, delete.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use store::policy_bindings::StoredBinding;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::policy_bindings::{self, PolicyBindingFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// What binds a policy, a group or a user to an application.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyBinding)]
pub(super) struct PolicyBindingView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// `application`.
    target_type: String,
    /// Id of the application.
    target: String,
    /// Id of a policy, or null.
    policy: Option<String>,
    /// Id of a group, or null. One that is gone lets nobody in.
    group: Option<String>,
    /// Id of a user, or null. One that is gone lets nobody in.
    user: Option<String>,
    /// Lower ones are asked first.
    order: i64,
    enabled: bool,
    negate: bool,
    timeout_seconds: i64,
    failure_result: bool,
    dry_run: bool,
}

impl From<StoredBinding> for PolicyBindingView {
    fn from(binding: StoredBinding) -> Self {
        Self {
            id: binding.id,
            created_at: rfc3339(binding.created_at),
            updated_at: rfc3339(binding.updated_at),
            target_type: binding.target_type,
            target: binding.target,
            policy: binding.policy,
            group: binding.group,
            user: binding.user,
            order: binding.order,
            enabled: binding.enabled,
            negate: binding.negate,
            timeout_seconds: binding.timeout_seconds,
            failure_result: binding.failure_result,
            dry_run: binding.dry_run,
        }
    }
}

impl Record for StoredBinding {
    type View = PolicyBindingView;
    const PATH: &'static str = "/policy-bindings";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_all, create))
        .routes(routes!(read, update, delete))
}

/// List policy bindings
#[utoipa::path(get, path = "/policy-bindings", tag = "policy-bindings", operation_id = "list_policy_bindings",
    params(PageParams, ("target_type" = Option<String>, Query), ("target" = Option<String>, Query), ("policy" = Option<String>, Query), ("group" = Option<String>, Query), ("user" = Option<String>, Query), ("enabled" = Option<bool>, Query)),
    responses((status = 200, description = "One page.", body = Page<PolicyBindingView>)))]
async fn list_all(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[
        Filter::Text("target_type"),
        Filter::Text("target"),
        Filter::Text("policy"),
        Filter::Text("group"),
        Filter::Text("user"),
        Filter::Bool("enabled"),
    ])?;
    let found = app.store.list_bindings(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, PolicyBindingView::from))
}

/// Make a policy binding
#[utoipa::path(post, path = "/policy-bindings", tag = "policy-bindings", operation_id = "create_policy_binding",
    request_body = PolicyBindingFields,
    responses((status = 201, description = "Made.", body = PolicyBindingView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<PolicyBindingFields>) -> Result<Response, Problem> {
    Ok(object::made(
        policy_bindings::create(&app, &caller.actor, changes).await?,
    ))
}

/// Read a policy binding
#[utoipa::path(get, path = "/policy-bindings/{id}", tag = "policy-bindings", operation_id = "read_policy_binding",
    params(("id" = String, Path)),
    responses((status = 200, description = "The policy binding.", body = PolicyBindingView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(policy_bindings::load(&app, &id).await?))
}

/// Change a policy binding
#[utoipa::path(patch, path = "/policy-bindings/{id}", tag = "policy-bindings", operation_id = "update_policy_binding",
    params(("id" = String, Path)),
    request_body = PolicyBindingFields,
    responses((status = 200, description = "Changed.", body = PolicyBindingView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<PolicyBindingFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        policy_bindings::update(&app, &caller.actor, &id, &expected, changes).await?,
    ))
}

/// Delete a policy binding
#[utoipa::path(delete, path = "/policy-bindings/{id}", tag = "policy-bindings", operation_id = "delete_policy_binding",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    policy_bindings::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

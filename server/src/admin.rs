//! The wing admin: the management API under `/api/v1`.
//!
//! Use cases stand in `actions`; here are the callers, the bodies, the answers and the description of all of it.

mod api_tokens;
mod app_passwords;
mod applications;
mod call;
mod caller;
mod consents;
mod entitlements;
mod events;
mod external_accounts;
mod factors;
mod grants;
mod groups;
mod input;
mod invitations;
mod keys;
mod list;
mod logout_notices;
mod object;
mod openapi;
mod policies;
mod policy_bindings;
mod problem;
mod property_mappings;
mod recipes;
mod scope_mappings;
mod sessions;
mod settings;
mod source_samples;
mod sources;
mod token_inspection;
mod transactions;
mod users;
mod webhook_deliveries;
mod webhooks;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

use crate::app::AppState;
use problem::{Kind, Problem, ProblemBody};

/// The routes of this wing.
pub fn routes(app: &AppState) -> Router<AppState> {
    let (resources, _) = resources().split_for_parts();
    let guarded = resources
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_like_this)
        .layer(from_fn_with_state(AppState::clone(app), caller::guard));
    Router::new()
        .route(openapi::JSON_PATH, get(openapi::json_document))
        .route("/api/v1/docs", get(openapi::readable))
        .route("/api/v1/docs/{operation}", get(openapi::operation))
        .nest("/api/v1", guarded)
}

/// The OpenAPI document of the management API, as JSON with line breaks.
#[must_use]
pub fn openapi() -> String {
    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(ProblemBody<'static>)))]
    struct Shared;
    let shared = OpenApiRouter::with_openapi(<Shared as utoipa::OpenApi>::openapi());
    let collected = shared.nest("/api/v1", resources()).into_openapi();
    let mut text = serde_json::to_string_pretty(&openapi::document(&collected)).unwrap_or_default();
    text.push('\n');
    text
}

/// Every resource: its routes and their descriptions.
fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(api_tokens::routes())
        .merge(consents::routes())
        .merge(events::routes())
        .merge(grants::routes())
        .merge(token_inspection::routes())
        .merge(groups::routes())
        .merge(sessions::routes())
        .merge(users::routes())
        .merge(invitations::routes())
        .merge(app_passwords::routes())
        .merge(factors::routes())
        .merge(applications::routes())
        .merge(keys::routes())
        .merge(logout_notices::routes())
        .merge(scope_mappings::routes())
        .merge(policies::routes())
        .merge(policy_bindings::routes())
        .merge(entitlements::routes())
        .merge(sources::routes())
        .merge(source_samples::routes())
        .merge(property_mappings::routes())
        .merge(recipes::routes())
        .merge(external_accounts::routes())
        .merge(webhooks::routes())
        .merge(webhook_deliveries::routes())
        .merge(transactions::routes())
        .merge(settings::routes())
}

async fn nothing_here() -> Problem {
    Problem::new(
        Kind::NotFound,
        "There is no such path in the management API; see /api/v1/docs.",
    )
}

async fn not_like_this() -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        "This path does not take this method; `Allow` lists those that it takes.",
    )
}

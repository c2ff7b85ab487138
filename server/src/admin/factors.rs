//! `/api/v1/users/{id}/factors`: the second factors and passkeys of a user, to look at and to take away.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::factor::Factor;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::list::Page;
use super::object::{self, IfMatch};
use super::problem::Problem;
use crate::actions::factors::manage::{self, VERSION};
use crate::actions::times::rfc3339;
use crate::app::AppState;
use crate::web::reply;

/// A second factor or passkey, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Factor)]
pub(super) struct FactorView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Id of the user.
    user: String,
    /// `passkey`, `totp` (an authenticator app) or `recovery_codes`.
    kind: &'static str,
    /// What the person calls it; may be empty.
    name: String,
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// Codes that are left, of `recovery_codes`.
    codes_left: Option<i64>,
}

impl From<Factor> for FactorView {
    fn from(found: Factor) -> Self {
        Self {
            id: found.id,
            created_at: rfc3339(found.created_at),
            user: found.user_id,
            kind: found.kind.as_str(),
            name: found.name,
            last_used_at: found.last_used_at.map(rfc3339),
            codes_left: found.codes_left,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_factors))
        .routes(routes!(read, delete))
}

/// List the second factors and passkeys of a user
///
/// All of them stand on one page: an account can have twenty.
#[utoipa::path(get, path = "/users/{id}/factors", tag = "users", operation_id = "list_factors",
    params(("id" = String, Path, description = "Id or `username`.")),
    responses((status = 200, description = "All factors.", body = Page<FactorView>)))]
async fn list_factors(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = manage::list(&app, &id).await?;
    let items: Vec<FactorView> = found.into_iter().map(FactorView::from).collect();
    Ok(reply::json(
        http::StatusCode::OK,
        &json!({ "items": items, "next_cursor": null }),
    ))
}

/// Read a second factor or passkey
#[utoipa::path(get, path = "/users/{id}/factors/{factor}", tag = "users", operation_id = "read_factor",
    params(("id" = String, Path, description = "Id or `username`."), ("factor" = String, Path)),
    responses((status = 200, description = "The factor, without its secret.", body = FactorView)))]
async fn read(State(app): State<AppState>, Path((id, factor)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = manage::find(&app, &id, &factor).await?;
    Ok(object::found(&FactorView::from(found), VERSION))
}

/// Take a second factor or passkey away
///
/// For somebody who has lost it. With the last passkey or authenticator app the recovery codes go as well, and a password alone
/// opens the account again. Sessions stay; `sign-out` ends them. The person is told by mail.
#[utoipa::path(delete, path = "/users/{id}/factors/{factor}", tag = "users", operation_id = "delete_factor",
    params(("id" = String, Path, description = "Id or `username`."), ("factor" = String, Path)),
    responses((status = 204, description = "Taken away.")))]
async fn delete(
    Call { app, caller }: Call,
    Path((id, factor)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    manage::remove(&app, caller.authority(), &id, &factor, &expected).await?;
    Ok(object::gone())
}

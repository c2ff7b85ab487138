//! `POST /api/v1/grants/inspect`: what a pasted token is, and whether it counts now.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::Input;
use super::object;
use super::problem::Problem;
use crate::actions::changes::Fields;
use crate::actions::inspection::{InspectionView, inspect_token};
use crate::actions::outcome::{ActionError, FieldError};
use crate::app::AppState;

/// The token.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PastedToken)]
pub(super) struct PastedToken {
    /// Any token, code or API token, as it was copied; `Bearer` before it is taken off. It is neither kept nor logged.
    token: Option<String>,
}

impl Fields for PastedToken {
    const READ_ONLY: &'static [&'static str] = &[];
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(inspect))
}

/// Inspect a token
///
/// Whether it is genuine, what it says, whether it counts now and, check by check, why or why not.
#[utoipa::path(post, path = "/grants/inspect", tag = "grants", operation_id = "inspect_token",
    request_body = PastedToken,
    responses((status = 200, description = "Everything that can be said of it.", body = InspectionView)))]
async fn inspect(State(app): State<AppState>, Input(changes): Input<PastedToken>) -> Result<Response, Problem> {
    let required = || ActionError::field(FieldError::required("token"));
    let token = changes.fields.token.ok_or_else(required)?;
    Ok(object::untagged(&inspect_token(&app, &token).await?))
}

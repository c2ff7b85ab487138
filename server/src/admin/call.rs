//! What most operations begin with: who calls, and which record they name.

use axum::Extension;
use axum::extract::{FromRequestParts, Path};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::caller::Caller;
use super::object::IfMatch;
use crate::actions::changes::Expected;
use crate::app::AppState;

/// The caller, and the state of the server.
pub(super) struct Call {
    pub(super) app: AppState,
    pub(super) caller: Caller,
}

impl FromRequestParts<AppState> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let caller = Extension::<Caller>::from_request_parts(parts, app).await;
        let Extension(caller) = caller.map_err(IntoResponse::into_response)?;
        let app = AppState::clone(app);
        Ok(Self { app, caller })
    }
}

/// The record that the path names, and the versions that it may have (`If-Match`).
pub(super) struct Target {
    pub(super) id: String,
    pub(super) expected: Expected,
}

impl FromRequestParts<AppState> for Target {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let id = Path::<String>::from_request_parts(parts, app).await;
        let Path(id) = id.map_err(IntoResponse::into_response)?;
        let expected = IfMatch::from_request_parts(parts, app).await;
        let IfMatch(expected) = expected.map_err(IntoResponse::into_response)?;
        Ok(Self { id, expected })
    }
}

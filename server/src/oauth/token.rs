//! `/application/o/token/` (RFC 6749, section 3.2).

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::extract::read_form;
use crate::web::token_endpoint::answer;

/// Where we are, for expressions that ask.
const PATH: &str = "/application/o/token/";

/// Answers a token request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read_form(&headers, body).await {
        Ok(params) => answer(&app, facts, PATH, &headers, &params, |_, _| Ok(None)).await,
        Err(error) => error.into_json(),
    }
}

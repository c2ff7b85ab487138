//! `/oauth/token`: the exchange of the core, with parameters as a form or as a JSON object (B-3.2, B-8.7).
//!
//! Client credentials with an `audience` ask for a token of the management interface; without one they are what they are at the
//! standard's own address.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::auth0::management_audience;
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::refusal::Refusal;

use crate::app::{App, AppState};
use crate::dialects::json_parameters;
use crate::observe::RequestFacts;
use crate::web::extract::{BodyError, header_text, read_body, read_form};
use crate::web::token_endpoint::answer;

/// Where we are, for expressions that ask.
const PATH: &str = "/oauth/token";

/// Answers a token request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read(&headers, body).await {
        Ok(params) => answer(&app, facts, PATH, &headers, &params, audience).await,
        Err(error) => error.into_json(),
    }
}

/// The interface that client credentials ask a token for. Other grants repeat the `audience` of their authorization, which this
/// server does not tell apart.
fn audience(app: &App, params: &Params) -> Result<Option<String>, OAuthError> {
    if params.get("grant_type") != Some("client_credentials") {
        return Ok(None);
    }
    let Some(given) = params.get("audience") else {
        return Ok(None);
    };
    let ours = management_audience(&app.public_url);
    if given == ours {
        Ok(Some(ours))
    } else {
        Err(OAuthError::new(Refusal::AudienceUnknown).given(given).expected(ours))
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Params, BodyError> {
    let kind = header_text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return read_form(headers, body).await;
    }
    let body = read_body(body).await?;
    json_parameters::read(&body).map_err(|error| BodyError {
        status: StatusCode::BAD_REQUEST,
        error,
    })
}

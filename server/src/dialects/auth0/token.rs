//! `/oauth/token`: the exchange of the core, with parameters as a form or as a JSON object (B-3.2, B-8.7).
//!
//! Client credentials with an `audience` ask for a token of the management interface; without one they are what they are at the
//! standard's own address.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::auth0::management_audience;
use protocol::error::{ErrorCode, OAuthError};
use protocol::params::Params;
use protocol::refusal::Refusal;

use crate::actions::calling_client;
use crate::actions::token_exchange::{NotExchanged, exchange_tokens_for};
use crate::app::{App, AppState};
use crate::dialects::json_parameters;
use crate::observe::RequestFacts;
use crate::web::extract::{BodyError, header_text, read_body, read_form};
use crate::web::{cors, reply};

/// Where we are, for expressions that ask.
const PATH: &str = "/oauth/token";

/// Answers a token request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let params = match read(&headers, body).await {
        Ok(params) => params,
        Err(error) => return error.into_json(),
    };
    let caller = match calling_client::find(&app, &headers, &params).await {
        Ok(caller) => caller,
        Err(error) => return reply::oauth_error(&error),
    };
    if let Err(wait) = app.token_requests.check(&caller.entry.client.application.client_id) {
        return reply::too_many(wait);
    }
    let exchanged = match audience(&app, &params) {
        Ok(audience) => exchange_tokens_for(&app, facts, PATH, &caller, &params, audience.as_deref()).await,
        Err(error) => Err(error.into()),
    };
    let response = match exchanged {
        Ok(tokens) => reply::json(StatusCode::OK, &tokens),
        Err(NotExchanged::Refused(error)) => refuse(&error),
        Err(NotExchanged::TooMany(wait)) => reply::too_many(wait),
    };
    cors::allow(response, &headers, Some(&caller.entry.client))
}

/// Any other method.
pub(super) async fn other() -> Response {
    let mut response = reply::oauth_error_with(StatusCode::METHOD_NOT_ALLOWED, &Refusal::MethodNotAllowed.into());
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
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

/// RFC 6749, section 5.2: a no is 400 here, except where an interface says it, as Auth0 does.
fn refuse(error: &OAuthError) -> Response {
    let of_interface = matches!(
        error.refusal,
        Refusal::AudienceUnknown | Refusal::ManagementNotGranted | Refusal::ManagementScopeNotGranted
    );
    if error.code() == ErrorCode::AccessDenied && !of_interface {
        return reply::oauth_error_with(StatusCode::BAD_REQUEST, error);
    }
    reply::oauth_error(error)
}

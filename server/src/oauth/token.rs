//! `/application/o/token/` (RFC 6749, section 3.2): the client is found in memory, the use case exchanges, the answer
//! leaves.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::error::ErrorCode;
use protocol::refusal::Refusal;

use super::cors;
use crate::actions::calling_client as caller;
use crate::actions::token_exchange::{NotExchanged, exchange_tokens};
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::extract::read_form;
use crate::web::reply;

/// Where we are, for expressions that ask.
const PATH: &str = "/application/o/token/";

/// Answers a token request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let params = match read_form(&headers, body).await {
        Ok(params) => params,
        Err(error) => return error.into_json(),
    };
    let caller = match caller::find(&app, &headers, &params).await {
        Ok(caller) => caller,
        Err(error) => return reply::oauth_error(&error),
    };
    if let Err(wait) = app.token_requests.check(&caller.entry.client.application.client_id) {
        return reply::too_many(wait);
    }
    let response = match exchange_tokens(&app, facts, PATH, &caller, &params).await {
        Ok(tokens) => reply::json(StatusCode::OK, &tokens),
        // RFC 6749, section 5.2: here a no is 400 as well, also the one that a person gave to a device.
        Err(NotExchanged::Refused(error)) if error.code() == ErrorCode::AccessDenied => {
            reply::oauth_error_with(StatusCode::BAD_REQUEST, &error)
        }
        Err(NotExchanged::Refused(error)) => reply::oauth_error(&error),
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

//! `/application/o/device/` (RFC 8628, section 3.1): a device asks for the code that a person will type elsewhere.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::refusal::Refusal;
use protocol::time::Time;

use super::cors;
use crate::actions::device::{Asked, ask};
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::reply;
use crate::web::token_endpoint::read_call;

/// Answers a device authorization request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, caller) = match read_call(&app, &headers, body, "device").await {
        Ok(call) => call,
        Err(response) => return *response,
    };
    let client = &caller.entry.client;
    if let Err(wait) = app.token_requests.check(&client.application.client_id) {
        return reply::too_many_of(wait, Refusal::DeviceRequestsTooMany);
    }
    let now = Time(facts.now_micros);
    let asked = ask(&app, client, &caller.credentials, &params, facts.client_address, now).await;
    let response = match asked {
        Ok(Ok(Asked::Issued(answer))) => reply::json(StatusCode::OK, &*answer),
        Ok(Ok(Asked::TooMany(wait))) => reply::too_many_of(wait, Refusal::DeviceRequestsTooMany),
        Ok(Err(error)) => reply::oauth_error(&error),
        Err(error) => reply::oauth_error(&reply::store_fault(&error)),
    };
    cors::allow(response, &headers, Some(client))
}

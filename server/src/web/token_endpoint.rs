//! What the endpoints that applications call with their credentials have in common: a form is read, its client is found, the
//! answer may be read by pages of that client. And the whole of a token endpoint (RFC 6749, section 3.2), of which there is one
//! in each interface.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::error::{ErrorCode, OAuthError};
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::extract::read_form;
use super::stranger::note_stranger;
use super::{cors, reply};
use crate::actions::calling_client::{self, Caller};
use crate::actions::token_exchange::{NotExchanged, exchange_tokens};
use crate::app::App;
use crate::observe::RequestFacts;
use crate::recorder;

/// Reads a form and finds the client that sends it to `endpoint`, named in a word. An error is the whole answer, in a box because
/// answers are large.
pub(crate) async fn read_call(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    endpoint: &'static str,
) -> Result<(Params, Caller), Box<Response>> {
    let params = read_form(headers, body).await.map_err(|error| error.into_json())?;
    match calling_client::find(app, headers, &params).await {
        Ok(caller) => Ok((params, caller)),
        Err(error) => {
            note_stranger(endpoint, &params, &error);
            Err(Box::new(reply::oauth_error(&error)))
        }
    }
}

/// The client that sends these parameters, unless it has sent too many requests of this kind.
///
/// # Errors
/// What [`calling_client::find`] answers; [`NotExchanged::TooMany`] beyond the limit of the client.
pub(crate) async fn find_caller(app: &App, headers: &HeaderMap, params: &Params) -> Result<Caller, NotExchanged> {
    let caller = calling_client::find(app, headers, params).await;
    let caller = caller.inspect_err(|error| note_stranger("token", params, error))?;
    let client_id = &caller.entry.client.application.client_id;
    app.token_requests.check(client_id).map_err(NotExchanged::TooMany)?;
    Ok(caller)
}

/// Answers a token request that came to `path`. `audience` says which interface of ours its tokens are for.
pub(crate) async fn answer(
    app: &App,
    facts: RequestFacts,
    path: &str,
    headers: &HeaderMap,
    params: &Params,
    audience: impl FnOnce(&App, &Params) -> Result<Option<String>, OAuthError>,
) -> Response {
    let caller = match find_caller(app, headers, params).await {
        Ok(caller) => caller,
        Err(NotExchanged::Refused(error)) => return reply::oauth_error(&error),
        Err(NotExchanged::TooMany(wait)) => return reply::too_many(wait),
    };
    let exchanged = match audience(app, params) {
        Ok(audience) => exchange_tokens(app, facts, path, &caller, params, audience.as_deref()).await,
        Err(error) => {
            recorder::of_application(&caller.entry.client.application);
            note_stranger("token", params, &error);
            Err(error.into())
        }
    };
    let response = match exchanged {
        Ok(tokens) => reply::json(StatusCode::OK, &tokens),
        Err(NotExchanged::Refused(error)) => refuse(&error),
        Err(NotExchanged::TooMany(wait)) => reply::too_many(wait),
    };
    cors::allow(response, headers, Some(&caller.entry.client))
}

/// RFC 6749, section 5.2: here a no is 400 as well, also the one that a person gave to a device; but not that of an interface of
/// ours, which says 403 as Auth0's does.
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

/// Any other method than POST.
pub(crate) async fn other() -> Response {
    let error = Refusal::MethodNotAllowed.into();
    only_post(reply::oauth_error_with(StatusCode::METHOD_NOT_ALLOWED, &error))
}

/// Says of a refusal that POST is the method (RFC 9110, section 15.5.6).
pub(crate) fn only_post(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

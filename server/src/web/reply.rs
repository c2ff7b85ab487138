//! Writing answers: JSON that nobody stores, OAuth errors with their status, redirects after forms, faults of ours.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use protocol::error::{ErrorCode, OAuthError};
use protocol::refusal::Refusal;
use protocol::time::{SECOND, Time};
use serde::Serialize;

pub use crate::actions::faults::store_fault;

/// How long a client waits before it tries again when the database is gone, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// A JSON answer that must not be stored (RFC 6749, section 5.1).
#[must_use]
pub fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => no_store(status, "application/json", Bytes::from(body)),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// An answer with a body that must not be stored.
#[must_use]
pub fn no_store(status: StatusCode, content_type: &'static str, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A public document that may be kept for some minutes.
#[must_use]
pub fn document(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An answer without a body.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Says when a page that has been asked too often may be asked again.
pub fn retry_at(response: &mut Response, until: Time, now: Time) {
    let seconds = until.since(now).max(SECOND).saturating_add(SECOND - 1) / SECOND;
    add_header(response, header::RETRY_AFTER, &seconds.to_string());
}

/// Sends the browser on with GET: 303, never 307 or 308 (RFC 9700, section 4.12).
#[must_use]
pub fn see_other(location: &str) -> Response {
    let Ok(value) = HeaderValue::from_str(location) else {
        tracing::error!("a redirect was not an address");
        return empty(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = empty(StatusCode::SEE_OTHER);
    response.headers_mut().insert(header::LOCATION, value);
    response
        .headers_mut()
        .insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The members of an OAuth error (RFC 6749, section 5.2) and the stable code of the refusal.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
    refusal: &'a str,
}

/// An OAuth error with the status of its code.
#[must_use]
pub fn oauth_error(error: &OAuthError) -> Response {
    let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::BAD_REQUEST);
    oauth_error_with(status, error)
}

/// An OAuth error with a status of its own.
#[must_use]
pub fn oauth_error_with(status: StatusCode, error: &OAuthError) -> Response {
    if let Some(detail) = &error.detail {
        tracing::debug!(refusal = error.refusal.code(), %detail, "refused");
    }
    let body = ErrorBody {
        error: error.code().as_str(),
        error_description: error.public(),
        refusal: error.refusal.code(),
    };
    let mut response = json(status, &body);
    let headers = response.headers_mut();
    match error.code() {
        // RFC 6749, section 5.2: a challenge in the scheme that may be used.
        ErrorCode::InvalidClient if status == StatusCode::UNAUTHORIZED => {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"client\""),
            );
        }
        ErrorCode::TemporarilyUnavailable => {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        _ => {}
    }
    response
}

/// 429 with the time to wait, in whole seconds (RFC 6585, section 4).
#[must_use]
pub fn too_many(wait: std::time::Duration) -> Response {
    too_many_of(wait, Refusal::TooManyRequests)
}

/// As [`too_many`], with a refusal of its own.
#[must_use]
pub fn too_many_of(wait: std::time::Duration, refusal: Refusal) -> Response {
    let mut response = oauth_error_with(StatusCode::TOO_MANY_REQUESTS, &refusal.into());
    let seconds = wait.as_secs().saturating_add(1);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Adds a header whose value comes from us; what is not a header value is left out.
pub fn add_header(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(name, value);
    }
}

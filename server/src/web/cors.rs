//! Cross-origin requests (authentik sheet, section 1.2): pages of a registered redirect URI's origin may call us from a
//! browser; anybody may read public documents.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::client::Client;
use protocol::redirect_uri::is_origin_of;

use super::extract::header_text;
use super::reply;

/// The answer to a preflight request: the client is not known yet, so every origin may ask.
pub(crate) async fn preflight(headers: HeaderMap) -> Response {
    let mut response = reply::no_store(StatusCode::OK, "application/json", Bytes::from_static(b"{}"));
    if let Some(origin) = headers.get(header::ORIGIN) {
        let answer = response.headers_mut();
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        answer.insert(
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, OPTIONS"),
        );
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Some(asked) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        answer.insert(
            header::VARY,
            HeaderValue::from_static("Origin, Access-Control-Request-Headers"),
        );
    }
    response
}

/// Lets the page that asked read the answer, if its origin is one of the client's.
pub(crate) fn allow(mut response: Response, headers: &HeaderMap, client: Option<&Client>) -> Response {
    let Some(origin) = header_text(headers, header::ORIGIN) else {
        return response;
    };
    let answer = response.headers_mut();
    answer.append(header::VARY, HeaderValue::from_static("Origin"));
    if client.is_some_and(|client| is_origin_of(client, origin))
        && let Ok(origin) = HeaderValue::from_str(origin)
    {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    response
}

/// Lets every page read the answer: it holds nothing of anybody.
pub(crate) fn allow_all(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

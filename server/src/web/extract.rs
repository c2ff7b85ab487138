//! Reading requests: forms within limits, with one clear answer for each thing that can be wrong.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::reply;

/// The largest body that is read, in bytes.
pub const MOST_BODY: usize = 64 * 1024;

/// Longer values are no tokens of ours; a signed access token with many groups is long.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Why a body was not read.
#[derive(Debug)]
pub struct BodyError {
    /// 413, 415 or 400.
    pub status: StatusCode,
    /// The refusal behind it.
    pub error: OAuthError,
}

impl BodyError {
    fn new(status: StatusCode, refusal: Refusal) -> Self {
        Self {
            status,
            error: refusal.into(),
        }
    }

    /// As JSON for programs.
    #[must_use]
    pub fn into_json(self) -> Response {
        reply::oauth_error_with(self.status, &self.error)
    }
}

/// Reads a whole body of at most [`MOST_BODY`] bytes.
///
/// # Errors
/// 413 beyond the limit, 400 when the connection breaks.
pub async fn read_body(body: Body) -> Result<Bytes, BodyError> {
    read_body_of(body, MOST_BODY).await
}

/// Reads a whole body of at most `most` bytes.
///
/// # Errors
/// As [`read_body`].
pub async fn read_body_of(body: Body, most: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, most).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(BodyError::new(StatusCode::PAYLOAD_TOO_LARGE, Refusal::BodyTooLarge))
        }
        Err(_) => Err(BodyError::new(StatusCode::BAD_REQUEST, Refusal::ParametersMalformed)),
    }
}

/// Reads a form body.
///
/// # Errors
/// 415 for another content type, 413 beyond the limit, 400 for what can not be decoded.
pub async fn read_form(headers: &HeaderMap, body: Body) -> Result<Params, BodyError> {
    let body = read_body(body).await?;
    if body.is_empty() {
        return Ok(Params::default());
    }
    if !is_form(headers) {
        return Err(BodyError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::ContentTypeUnsupported,
        ));
    }
    Params::parse(&body).map_err(|error| BodyError {
        status: StatusCode::BAD_REQUEST,
        error,
    })
}

fn is_form(headers: &HeaderMap) -> bool {
    header_text(headers, header::CONTENT_TYPE).is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// The text of a header that stands once.
#[must_use]
pub fn header_text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        None
    } else {
        value.to_str().ok()
    }
}

/// The value after `Bearer ` (RFC 6750, section 2.1; the scheme in any letter case).
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, value) = header_text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    let value = value.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !value.is_empty() && value.len() <= LONGEST_TOKEN).then_some(value)
}

/// The parameters of a query string.
///
/// # Errors
/// What [`Params::parse`] answers.
pub fn read_query(query: Option<&str>) -> Result<Params, OAuthError> {
    Params::parse(query.unwrap_or_default().as_bytes())
}

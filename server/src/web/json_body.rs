//! Bodies of interfaces for programs: one JSON object of at most 64 KiB, no member twice.

use axum::extract::Request;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use super::extract::{header_text, read_body};
use super::json;

/// Why a body was not read.
#[derive(Debug)]
pub enum JsonBodyError {
    /// The content type is another one.
    NotJson,
    /// It is longer than 64 KiB.
    TooLarge,
    /// The connection broke.
    Broken,
    /// It is no well-formed JSON; the reason, without any part of the text except member names.
    Malformed(String),
    /// It is another value than an object.
    NotAnObject,
}

impl From<StatusCode> for JsonBodyError {
    fn from(status: StatusCode) -> Self {
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge
        } else {
            Self::Broken
        }
    }
}

/// Reads the members of the object that is the body of `request`.
///
/// # Errors
/// See [`JsonBodyError`].
pub async fn read_object(request: Request) -> Result<Map<String, Value>, JsonBodyError> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers, &parts.method) {
        return Err(JsonBodyError::NotJson);
    }
    let body = read_body(body).await.map_err(|error| error.status)?;
    match json::parse(&body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(JsonBodyError::NotAnObject),
        Err(reason) => Err(JsonBodyError::Malformed(reason)),
    }
}

fn is_json(headers: &HeaderMap, method: &Method) -> bool {
    header_text(headers, header::CONTENT_TYPE).is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
            || (*method == Method::PATCH && media_type.eq_ignore_ascii_case("application/merge-patch+json"))
    })
}

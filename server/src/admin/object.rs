//! Single objects: their answers with `ETag` and `Location`, and `If-Match` on the way in (RFC 9110, sections 8.8 and 13).

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, header};
use serde::Serialize;

use super::problem::Problem;
use crate::actions::changes::Expected;
use crate::web::reply;

/// The `ETag` of a version.
pub(crate) fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A record with a path of its own, and nothing around it that is needed to show it.
pub(super) trait Record: Sized {
    /// How it is shown.
    type View: From<Self> + Serialize;
    /// The path of the list below `/api/v1`.
    const PATH: &'static str;

    /// Its id and its version.
    fn key(&self) -> (&str, i64);
}

/// 201 with a record that was made.
pub(super) fn made<R: Record>(record: R) -> Response {
    let (id, version) = record.key();
    let location = format!("{}/{id}", R::PATH);
    created(&R::View::from(record), version, &location)
}

/// 200 with a record.
pub(super) fn shown<R: Record>(record: R) -> Response {
    let (_, version) = record.key();
    found(&R::View::from(record), version)
}

/// 200 with an object.
pub(crate) fn found(object: &impl Serialize, version: i64) -> Response {
    tagged(StatusCode::OK, object, version)
}

/// 200 with an object that is never changed by callers and so has no `ETag`.
pub(crate) fn untagged(object: &impl Serialize) -> Response {
    reply::json(StatusCode::OK, object)
}

/// 201 with an object that was made; `location` is its path below `/api/v1`.
pub(crate) fn created(object: &impl Serialize, version: i64, location: &str) -> Response {
    let mut response = tagged(StatusCode::CREATED, object, version);
    reply::add_header(&mut response, header::LOCATION, &format!("/api/v1{location}"));
    response
}

/// 204.
pub(crate) fn gone() -> Response {
    reply::empty(StatusCode::NO_CONTENT)
}

fn tagged(status: StatusCode, object: &impl Serialize, version: i64) -> Response {
    let mut response = reply::json(status, object);
    reply::add_header(&mut response, header::ETAG, &etag(version));
    response
}

/// The versions that `If-Match` allows. Without the header any will do.
#[derive(Debug)]
pub(crate) struct IfMatch(pub(crate) Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(header::IF_MATCH).iter().peekable();
        if values.peek().is_none() {
            return Ok(Self(Expected::Any));
        }
        let mut versions = Vec::new();
        for value in values {
            for tag in value.to_str().unwrap_or_default().split(',').map(str::trim) {
                if tag == "*" {
                    return Ok(Self(Expected::Any));
                }
                // Weak tags and tags that are not ours match nothing: the comparison is the strong one.
                let version = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                versions.extend(
                    version
                        .and_then(|text| text.parse::<i64>().ok())
                        .filter(|version| etag(*version) == tag),
                );
            }
        }
        Ok(Self(Expected::Versions(versions)))
    }
}

//! Bodies of the management API: JSON of at most 64 KiB, no member twice, each wrong field named.

use axum::extract::{FromRequest, Request};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use super::problem::{Kind, Problem};
use crate::actions::changes::{Changes, Fields};
use crate::web::extract::{header_text, read_body};
use crate::web::json;

/// The fields that a body names.
#[derive(Debug)]
pub(crate) struct Input<T>(pub(crate) Changes<T>);

impl<T: Fields, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let members = read_object(request).await?;
        Ok(Self(Changes::parse(members)?))
    }
}

/// A request without a body, or with an empty object: for actions that take nothing.
#[derive(Debug)]
pub(crate) struct NoInput;

impl<S: Send + Sync> FromRequest<S> for NoInput {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let body = read_body(request.into_body())
            .await
            .map_err(|error| unread(error.status))?;
        if body.is_empty() || json::parse(&body).is_ok_and(|value| value.as_object().is_some_and(Map::is_empty)) {
            Ok(Self)
        } else {
            Err(Problem::new(Kind::Malformed, "This action takes no body."))
        }
    }
}

/// The fields that a body names, where a request without a body, or with an empty one, names none.
#[derive(Debug)]
pub(crate) struct OptionalInput<T>(pub(crate) Changes<T>);

impl<T: Fields, S: Send + Sync> FromRequest<S> for OptionalInput<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = read_body(body).await.map_err(|error| unread(error.status))?;
        if body.is_empty() {
            return Ok(Self(Changes::of(T::default())));
        }
        let Input(changes) = Input::from_request(Request::from_parts(parts, body.into()), state).await?;
        Ok(Self(changes))
    }
}

async fn read_object(request: Request) -> Result<Map<String, Value>, Problem> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers, &parts.method) {
        return Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Send JSON: `Content-Type: application/json`, or `application/merge-patch+json` with PATCH.",
        ));
    }
    let body = read_body(body).await.map_err(|error| unread(error.status))?;
    match json::parse(&body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Problem::new(Kind::Malformed, "The body must be one JSON object.")),
        Err(reason) => Err(Problem::new(
            Kind::Malformed,
            format!("The body is not well-formed JSON: {reason}."),
        )),
    }
}

fn unread(status: StatusCode) -> Problem {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(Kind::TooLarge, "A body may have at most 64 KiB.")
    } else {
        Problem::new(Kind::Malformed, "The body could not be read.")
    }
}

fn is_json(headers: &HeaderMap, method: &Method) -> bool {
    header_text(headers, header::CONTENT_TYPE).is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/json")
            || (*method == Method::PATCH && media_type.eq_ignore_ascii_case("application/merge-patch+json"))
    })
}

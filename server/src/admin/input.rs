//! Bodies of the management API: JSON of at most 64 KiB, no member twice, each wrong field named.

use axum::extract::{FromRequest, Request};
use serde_json::Map;

use super::problem::{Kind, Problem};
use crate::actions::changes::{Changes, Fields};
use crate::web::extract::read_body;
use crate::web::json;
use crate::web::json_body::{JsonBodyError, read_object};

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
            .map_err(|error| JsonBodyError::from(error.status))?;
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
        let body = read_body(body)
            .await
            .map_err(|error| JsonBodyError::from(error.status))?;
        if body.is_empty() {
            return Ok(Self(Changes::of(T::default())));
        }
        let Input(changes) = Input::from_request(Request::from_parts(parts, body.into()), state).await?;
        Ok(Self(changes))
    }
}

impl From<JsonBodyError> for Problem {
    fn from(error: JsonBodyError) -> Self {
        match error {
            JsonBodyError::NotJson => Self::new(
                Kind::UnsupportedMediaType,
                "Send JSON: `Content-Type: application/json`, or `application/merge-patch+json` with PATCH.",
            ),
            JsonBodyError::TooLarge => Self::new(Kind::TooLarge, "A body may have at most 64 KiB."),
            JsonBodyError::Broken => Self::new(Kind::Malformed, "The body could not be read."),
            JsonBodyError::NotAnObject => Self::new(Kind::Malformed, "The body must be one JSON object."),
            JsonBodyError::Malformed(reason) => {
                Self::new(Kind::Malformed, format!("The body is not well-formed JSON: {reason}."))
            }
        }
    }
}

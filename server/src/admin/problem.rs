//! Errors of the management API: problem details (RFC 9457), one writer for all.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use store::page::PageError;
use store::{ListError, StoreError};
use utoipa::ToSchema;

use crate::actions::outcome::{ActionError, FieldError};
use crate::web::reply;

/// What a problem is, without its detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 400
    Malformed,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 409
    Conflict,
    /// 412
    PreconditionFailed,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMediaType,
    /// 422
    Invalid,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

impl Kind {
    /// Status, the last part of the type, and the title.
    const fn facts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Malformed => (StatusCode::BAD_REQUEST, "malformed", "The request can not be read"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "A token is needed"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "The token does not allow this"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "There is nothing here"),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This can not be done here",
            ),
            Self::Conflict => (
                StatusCode::CONFLICT,
                "conflict",
                "The state of the record does not allow this",
            ),
            Self::PreconditionFailed => (
                StatusCode::PRECONDITION_FAILED,
                "precondition-failed",
                "The record was changed meanwhile",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "The body is of another content type",
            ),
            Self::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Some fields are not right"),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong here",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The database is unavailable",
            ),
        }
    }
}

/// An error of the management API.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    challenge: Option<&'static str>,
}

/// Problem details (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Stable identifier of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:vestibule:problem:invalid")]
    kind: String,
    /// The kind of problem in words.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: &'a str,
    /// What is wrong with which field; with status 422 only.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    /// A problem of this kind; `detail` is for the caller.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            challenge: None,
        }
    }

    /// 422 with what is wrong with each field.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [error] => format!("{}: {}", error.field, error.message),
            errors => format!("{} fields are not right.", errors.len()),
        };
        Self {
            errors,
            ..Self::new(Kind::Invalid, detail)
        }
    }

    /// 404 of a record.
    pub(crate) fn not_found() -> Self {
        Self::new(Kind::NotFound, "There is no record of this id or name.")
    }

    /// With the value of `WWW-Authenticate` (RFC 6750, section 3).
    pub(crate) fn with_challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, name, title) = self.kind.facts();
        let body = ProblemBody {
            kind: format!("urn:vestibule:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = reply::no_store(status, "application/problem+json", Bytes::from(body));
        let headers = response.headers_mut();
        if let Some(challenge) = self.challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if self.kind == Kind::Unavailable {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => {
                tracing::warn!(%reason, "the database is unavailable");
                Self::new(Kind::Unavailable, "The database is unavailable now; try again soon.")
            }
            StoreError::Conflict | StoreError::Taken { .. } => ActionError::from(error).into(),
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::new(Kind::Internal, "Something went wrong here. It has been logged.")
            }
        }
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Invalid(errors) => Self::invalid(errors),
            ActionError::NotFound => Self::not_found(),
            ActionError::Stale => Self::new(
                Kind::PreconditionFailed,
                "If-Match names another version; read the record again.",
            ),
            ActionError::Conflict(reason) => Self::new(Kind::Conflict, reason),
            ActionError::Forbidden(reason) => Self::new(Kind::Forbidden, reason),
            ActionError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Store(error) => error.into(),
            ListError::Query(error) => {
                let field = match &error {
                    PageError::Column { name, .. } => name.as_str(),
                    PageError::Value { name } => name,
                    PageError::Limit => "limit",
                    PageError::Search => "q",
                    PageError::Cursor => "cursor",
                };
                let code = match &error {
                    PageError::Column { .. } => "unknown_parameter",
                    _ => "invalid",
                };
                Self::invalid(vec![FieldError::new(field, code, error.to_string())])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unavailable_database_is_503_with_retry_after_and_keeps_its_reason() {
        let problem = Problem::from(StoreError::Unavailable("host db-7 refused".to_owned()));
        assert!(!format!("{problem:?}").contains("db-7"));
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        let internal = Problem::from(StoreError::Internal("table x".to_owned()));
        assert!(!format!("{internal:?}").contains("table x"));
        assert_eq!(internal.into_response().status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}

//! Refusals of the management interface in Auth0's envelope: `statusCode`, `error`, `message` and `errorCode` (B-4.1).

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use store::StoreError;

use crate::actions::outcome::{ActionError, FieldError};
use crate::web::reply;

/// A refusal.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    message: String,
    code: &'static str,
    /// For `WWW-Authenticate`.
    challenge: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            code,
            challenge: None,
        }
    }

    /// A body that does not fit (B-4.4).
    pub(super) fn body(message: impl AsRef<str>) -> Self {
        let message = format!("Payload validation error: {}", message.as_ref());
        Self::new(StatusCode::BAD_REQUEST, "invalid_body", message)
    }

    /// A query that does not fit (B-4.4).
    pub(super) fn query(message: impl AsRef<str>) -> Self {
        let message = format!("Query validation error: {}", message.as_ref());
        Self::new(StatusCode::BAD_REQUEST, "invalid_query_string", message)
    }

    /// An id in the path that can be none (B-4.4).
    pub(super) fn path(message: impl AsRef<str>) -> Self {
        let message = format!("Path validation error: {}", message.as_ref());
        Self::new(StatusCode::BAD_REQUEST, "invalid_uri", message)
    }

    /// B-4.3
    pub(super) fn no_connection() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "inexistent_connection",
            "The connection does not exist",
        )
    }

    /// Nothing was sent to show who calls (B-3.7).
    pub(super) fn missing_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"vestibule\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "missing_token", "Missing authentication")
        }
    }

    /// What was sent is no bearer token (B-3.7).
    pub(super) fn malformed_token() -> Self {
        let message = "Bad HTTP authentication header format";
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// The token is unknown, over, or for something else (B-3.7).
    pub(super) fn dead_token() -> Self {
        Self {
            challenge: Some("Bearer realm=\"vestibule\", error=\"invalid_token\""),
            ..Self::new(StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token")
        }
    }

    /// The token does not carry the scope. Programs read it out of the message (B-3.6).
    pub(super) fn scope(scope: &str) -> Self {
        let message = format!("Insufficient scope, expected any of: {scope}");
        Self {
            challenge: Some("Bearer realm=\"vestibule\", error=\"insufficient_scope\""),
            ..Self::new(StatusCode::FORBIDDEN, "insufficient_scope", message)
        }
    }

    fn conflict(message: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "connection_conflict", message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let error = reply::store_fault(&error);
        let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, error.refusal.code(), error.public())
    }
}

impl From<ActionError> for Failure {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Invalid(errors) => of_fields(&errors),
            ActionError::NotFound => Self::no_connection(),
            ActionError::Stale => Self::conflict("The connection was changed meanwhile; try again"),
            ActionError::Conflict(message) => Self::conflict(&message),
            ActionError::Forbidden(message) => Self::new(StatusCode::FORBIDDEN, "operation_not_allowed", message),
            ActionError::Store(error) => error.into(),
        }
    }
}

/// What is wrong with the fields of a source, under the names that a connection has for them.
fn of_fields(errors: &[FieldError]) -> Failure {
    if errors.iter().any(|error| error.field == "key" && error.code == "taken") {
        return Failure::conflict("A connection with the same name already exists");
    }
    let lines: Vec<String> = errors
        .iter()
        .map(|error| format!("{} on property {}", error.message, property(&error.field)))
        .collect();
    Failure::body(lines.join(" "))
}

/// The member of a connection that becomes this field of a source.
fn property(field: &str) -> &str {
    match field {
        "key" => "name",
        "name" => "display_name",
        "applications" => "enabled_clients",
        "authorization_endpoint" => "options.authorizationURL",
        "token_endpoint" => "options.tokenURL",
        "end_session_endpoint" => "options.logoutUrl",
        "icon_url" => "options.icon_url",
        "client_id" => "options.client_id",
        "client_secret" => "options.client_secret",
        "scopes" => "options.scope",
        "profile_script" => "options.scripts.fetchUserProfile",
        "token_request_headers" => "options.customHeaders",
        "authorization_params" => "options.authParams or options.upstream_params",
        "authorization_params_map" => "options.authParamsMap or options.upstream_params",
        other => other,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self {
            status,
            message,
            code,
            challenge,
        } = self;
        let body = json!({
            "statusCode": status.as_u16(),
            "error": status.canonical_reason().unwrap_or("Error"),
            "message": message,
            "errorCode": code,
        });
        let mut response = reply::json(status, &body);
        if let Some(challenge) = challenge {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            reply::add_header(&mut response, header::RETRY_AFTER, "2");
        }
        response
    }
}

/// A path of the interface that does not exist here.
pub(super) async fn nothing_here() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address")
}

/// A method that the path does not take.
pub(super) async fn not_like_this() -> Failure {
    let message = "This address does not take this method";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

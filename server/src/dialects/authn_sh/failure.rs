//! Refusals in authn.sh's shape (its sheet, A-1.4 and section 19): `errors` with at least one entry, and the id of the request.
//!
//! A handler answers with a [`Fault`]; the layer around the routes writes it, because only it knows the request.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use protocol::error::OAuthError;
use serde::Serialize;
use store::StoreError;

use crate::actions::api_caller::NoCaller;
use crate::actions::outcome::ActionError;
use crate::observe::RequestFacts;
use crate::web::json_body::JsonBodyError;
use crate::web::reply;

/// What is wrong with a field: it has to be given.
pub(super) const NIL: &str = "form_param_nil";
/// What is wrong with a field: its value does not fit.
pub(super) const FORMAT: &str = "form_param_format_invalid";
/// What is wrong with a field: there is none of this name, or nobody writes it.
pub(super) const UNKNOWN: &str = "form_param_unknown";

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    code: &'static str,
    message: String,
    long_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

#[derive(Clone, Debug, Serialize)]
struct Meta {
    param_name: String,
}

impl Entry {
    /// Something about the request as a whole.
    pub(super) fn new(code: &'static str, message: &str, long_message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.to_owned(),
            long_message: long_message.into(),
            meta: None,
        }
    }

    /// Something about one field, parameter or header field.
    pub(super) fn of(code: &'static str, param_name: &str, long_message: impl Into<String>) -> Self {
        let param_name: String = param_name.chars().take(64).collect();
        let message = match code {
            NIL => format!("{param_name} is missing"),
            UNKNOWN => format!("{param_name} is not a parameter here"),
            _ => format!("{param_name} is not valid"),
        };
        Self {
            code,
            message,
            long_message: long_message.into(),
            meta: Some(Meta { param_name }),
        }
    }
}

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    status: StatusCode,
    errors: Vec<Entry>,
    challenge: Option<&'static str>,
}

#[derive(Serialize)]
struct Body<'a> {
    errors: &'a [Entry],
    trace_id: Option<&'a str>,
}

impl Fault {
    /// A refusal for one reason.
    pub(super) fn new(status: StatusCode, entry: Entry) -> Self {
        Self {
            status,
            errors: vec![entry],
            challenge: None,
        }
    }

    /// 422 with what is wrong with the request.
    pub(super) fn invalid(errors: Vec<Entry>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            errors,
            challenge: None,
        }
    }

    /// 401. `challenge`: of RFC 6750, section 3.
    pub(super) fn unauthenticated(long_message: &str, challenge: &'static str) -> Self {
        let entry = Entry::new("authentication_invalid", "Authentication is needed", long_message);
        Self {
            challenge: Some(challenge),
            ..Self::new(StatusCode::UNAUTHORIZED, entry)
        }
    }

    /// 403 for want of a permission.
    pub(super) fn forbidden(long_message: impl Into<String>) -> Self {
        let entry = Entry::new("authorization_invalid", "This is not allowed", long_message);
        Self {
            challenge: Some("Bearer realm=\"vestibule\", error=\"insufficient_scope\""),
            ..Self::new(StatusCode::FORBIDDEN, entry)
        }
    }

    /// 404 for a provider.
    pub(super) fn no_provider() -> Self {
        let entry = Entry::new(
            "oauth_provider_not_found",
            "There is no such provider",
            "No provider has this id, or it can not be described in this interface.",
        );
        Self::new(StatusCode::NOT_FOUND, entry)
    }

    /// 404 for an external account, and for one of somebody else.
    pub(super) fn no_external_account() -> Self {
        let entry = Entry::new(
            "external_account_not_found",
            "There is no such external account",
            "No external account has this id.",
        );
        Self::new(StatusCode::NOT_FOUND, entry)
    }

    /// 409 for a state that does not allow it.
    pub(super) fn conflict(long_message: impl Into<String>) -> Self {
        let entry = Entry::new("resource_conflict", "The state does not allow this", long_message);
        Self::new(StatusCode::CONFLICT, entry)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer that writes refusals.
pub(super) async fn write(request: Request, next: Next) -> Response {
    let facts = request.extensions().get::<RequestFacts>().copied();
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else {
        return response;
    };
    let body = Body {
        errors: &fault.errors,
        trace_id: facts.as_ref().map(|facts| facts.id.as_str()),
    };
    let mut written = reply::json(fault.status, &body);
    let headers = written.headers_mut();
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(challenge) = fault.challenge {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    if fault.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    written
}

/// A method that the path does not take.
pub(super) async fn not_like_this() -> Fault {
    let entry = Entry::new(
        "method_not_allowed",
        "This can not be done here",
        "This path does not take this method.",
    );
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, entry)
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => {
                tracing::warn!(%reason, "the database is unavailable");
                let message = "The database is unavailable now; try again soon.";
                let entry = Entry::new("service_unavailable", "The service is unavailable", message);
                Self::new(StatusCode::SERVICE_UNAVAILABLE, entry)
            }
            StoreError::Conflict | StoreError::Taken { .. } => ActionError::from(error).into(),
            other => {
                tracing::error!(error = %other, "the store failed");
                let message = "Something went wrong here. It has been logged.";
                let entry = Entry::new("internal_error", "Something went wrong", message);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, entry)
            }
        }
    }
}

impl From<ActionError> for Fault {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::Invalid(errors) => {
                let entries = errors
                    .into_iter()
                    .map(|error| Entry::of(FORMAT, &error.field, error.message));
                Self::invalid(entries.collect())
            }
            ActionError::NotFound => {
                let entry = Entry::new(
                    "resource_not_found",
                    "There is nothing here",
                    "There is no such record.",
                );
                Self::new(StatusCode::NOT_FOUND, entry)
            }
            ActionError::Stale => Self::conflict("The record was changed meanwhile; try again."),
            ActionError::Conflict(reason) => Self::conflict(reason),
            ActionError::Forbidden(reason) => Self::forbidden(reason),
            ActionError::Store(error) => error.into(),
        }
    }
}

impl From<NoCaller> for Fault {
    fn from(why: NoCaller) -> Self {
        match why {
            NoCaller::Refused => Self::unauthenticated(
                "The token is unknown, expired or withdrawn.",
                "Bearer realm=\"vestibule\", error=\"invalid_token\"",
            ),
            NoCaller::NotAdministrator => Self::forbidden("The user of this API token is not an administrator."),
            NoCaller::NoScope => Self {
                challenge: Some(
                    "Bearer realm=\"vestibule\", error=\"insufficient_scope\", scope=\"goauthentik.io/api\"",
                ),
                ..Self::forbidden("The access token does not carry the scope `goauthentik.io/api`.")
            },
            NoCaller::Store(error) => error.into(),
        }
    }
}

impl From<JsonBodyError> for Fault {
    fn from(error: JsonBodyError) -> Self {
        let (status, code, long_message) = match error {
            JsonBodyError::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Send JSON: `Content-Type: application/json`.".to_owned(),
            ),
            JsonBodyError::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "request_too_large",
                "A body may have at most 64 KiB.".to_owned(),
            ),
            JsonBodyError::Broken => (
                StatusCode::BAD_REQUEST,
                "request_body_invalid",
                "The body could not be read.".to_owned(),
            ),
            JsonBodyError::NotAnObject => (
                StatusCode::BAD_REQUEST,
                "request_body_invalid",
                "The body must be one JSON object.".to_owned(),
            ),
            JsonBodyError::Malformed(reason) => (
                StatusCode::BAD_REQUEST,
                "request_body_invalid",
                format!("The body is not well-formed JSON: {reason}."),
            ),
        };
        Self::new(status, Entry::new(code, "The body can not be read", long_message))
    }
}

impl From<OAuthError> for Fault {
    fn from(error: OAuthError) -> Self {
        Self::invalid(vec![Entry::of(FORMAT, "query", error.public())])
    }
}

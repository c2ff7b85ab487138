//! Refusals of the REST interface in GitHub's shape: `message` and `documentation_url`. What the standards ask for, the
//! challenge of RFC 6750, stands beside it.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use protocol::bearer::challenge;
use protocol::error::{ErrorCode, OAuthError};
use protocol::refusal::Refusal;
use serde_json::json;
use store::StoreError;

use crate::web::reply;

pub(super) const SCOPES: HeaderName = HeaderName::from_static("x-oauth-scopes");
pub(super) const ACCEPTED_SCOPES: HeaderName = HeaderName::from_static("x-accepted-oauth-scopes");
const MEDIA_TYPE: HeaderName = HeaderName::from_static("x-github-media-type");

/// Where GitHub describes its interface.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// A refusal.
#[derive(Debug)]
pub(super) struct Failure {
    error: OAuthError,
    /// The special scopes of the token, and the one that the path needs.
    scopes: Option<(String, &'static str)>,
}

impl Failure {
    /// There is nothing of this name, or nothing that the caller may see.
    pub(super) fn not_found() -> Self {
        Refusal::NotFound.into()
    }

    /// The token has `held`, and `needed` is not among them.
    pub(super) fn scope(held: String, needed: &'static str) -> Self {
        Self {
            error: OAuthError::new(Refusal::GitHubScope)
                .given(held.as_str())
                .expected(needed),
            scopes: Some((held, needed)),
        }
    }
}

impl<T: Into<OAuthError>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self {
            error: error.into(),
            scopes: None,
        }
    }
}

/// A fault of the store.
#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
pub(super) fn fault(error: StoreError) -> Failure {
    reply::store_fault(&error).into()
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self { error, scopes } = self;
        if let Some(detail) = &error.detail {
            tracing::debug!(refusal = error.refusal.code(), %detail, "refused");
        }
        let status = match error.refusal {
            Refusal::NotFound => StatusCode::NOT_FOUND,
            Refusal::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            _ => StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::BAD_REQUEST),
        };
        let message = match (error.refusal, &scopes) {
            (Refusal::BearerMissing, _) => "Requires authentication".to_owned(),
            (Refusal::BearerUnknown, _) => "Bad credentials".to_owned(),
            (Refusal::NotFound, _) => "Not Found".to_owned(),
            (_, Some((_, needed))) => format!("This needs the scope {needed}, which the access token does not carry."),
            _ => error.public().to_owned(),
        };
        let body = json!({
            "message": message, "documentation_url": DOCUMENTATION, "status": status.as_str(),
            "refusal": error.refusal.code(),
        });
        let mut response = github_json(status, &body);
        if matches!(error.code(), ErrorCode::InvalidToken | ErrorCode::InsufficientScope) {
            reply::add_header(&mut response, header::WWW_AUTHENTICATE, &challenge(&error));
        }
        if let Some((held, needed)) = scopes {
            reply::add_header(&mut response, SCOPES, &held);
            reply::add_header(&mut response, ACCEPTED_SCOPES, needed);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            reply::add_header(&mut response, header::RETRY_AFTER, "2");
        }
        response
    }
}

/// An answer of the REST interface.
pub(super) fn github_json(status: StatusCode, body: &serde_json::Value) -> Response {
    let mut response = reply::json(status, body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    headers.insert(MEDIA_TYPE, HeaderValue::from_static("github.v3; format=json"));
    response
}

/// A path of the interface that does not exist here.
pub(super) async fn nothing_here() -> Failure {
    Failure::not_found()
}

/// A method that no path takes.
pub(super) async fn not_like_this() -> Response {
    let mut response = Failure::from(Refusal::MethodNotAllowed).into_response();
    reply::add_header(&mut response, header::ALLOW, "GET, HEAD");
    response
}

//! The management API inside the process.

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use store::StoreError;
use tower::ServiceExt as _;

use crate::actions::api_caller::Caller;
use crate::observe::RequestFacts;
use crate::web::extract::header_text;

/// The routes of the management API.
#[derive(Clone)]
pub(super) struct Api {
    routes: Router,
}

/// One call. The path begins behind `/api/v1`.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) body: Option<&'a Value>,
    /// The only version that may be changed.
    pub(super) if_match: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// Reads.
    pub(super) const fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            body: None,
            if_match: None,
        }
    }

    /// Makes something, or lets it do something.
    pub(super) const fn post(path: &'a str, body: Option<&'a Value>) -> Self {
        Self {
            method: Method::POST,
            path,
            body,
            if_match: None,
        }
    }
}

/// What the API answered; never a fault of ours.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The version of the record.
    pub(super) etag: Option<String>,
    /// Null where there is none.
    pub(super) body: Value,
}

impl Answer {
    /// Whether what was asked for is done.
    pub(super) fn is_done(&self) -> bool {
        self.status.is_success()
    }

    /// A member of the object.
    pub(super) fn member(&self, name: &str) -> &Value {
        self.body.get(name).unwrap_or(&Value::Null)
    }

    /// A text of the object; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.member(name).as_str().unwrap_or_default()
    }
}

impl Api {
    pub(super) const fn new(routes: Router) -> Self {
        Self { routes }
    }

    /// Calls as `caller`, who was let in before.
    ///
    /// # Errors
    /// When the database is unavailable, or the API itself failed.
    pub(super) async fn call(
        &self,
        call: Call<'_>,
        caller: &Caller,
        facts: RequestFacts,
    ) -> Result<Answer, StoreError> {
        let content_type = match call.method {
            Method::PATCH => "application/merge-patch+json",
            _ => "application/json",
        };
        let mut request = Request::builder()
            .method(call.method)
            .uri(format!("/api/v1{}", call.path))
            .extension(caller.clone())
            .extension(facts);
        if let Some(version) = call.if_match {
            request = request.header(header::IF_MATCH, version);
        }
        let body = match call.body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, content_type);
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let request = request
            .body(body)
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        let Ok(response) = self.routes.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await;
        let bytes = bytes
            .map_err(|error| StoreError::Internal(error.to_string()))?
            .to_bytes();
        match parts.status {
            StatusCode::SERVICE_UNAVAILABLE => {
                Err(StoreError::Unavailable("the management API answered 503".to_owned()))
            }
            status if status.is_server_error() => {
                Err(StoreError::Internal(format!("the management API answered {status}")))
            }
            status => Ok(Answer {
                status,
                etag: etag(&parts.headers),
                body: read(&bytes)?,
            }),
        }
    }
}

fn etag(headers: &HeaderMap) -> Option<String> {
    header_text(headers, header::ETAG).map(str::to_owned)
}

fn read(bytes: &[u8]) -> Result<Value, StoreError> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(|error| StoreError::Internal(error.to_string()))
}

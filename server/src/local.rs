//! The management API for whoever runs this program: the command line calls its routes inside the process, on the configured database,
//! whether a server runs beside it or not.
//!
//! So a shell gets exactly the checks, the audit events and the JSON of the API. Such a call needs no token: it carries
//! [`Operator`] as an extension, which nothing can send over a socket.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, header};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::actions::actor::Operator;
use crate::app::{App, Parts, StartError};
use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::recorder::LogRecorder;
use crate::serve::{self, ServeError};
use crate::{admin, router};

/// Why a call could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalError {
    /// A database that is only read must be there.
    #[error("there is no database at {} yet. `vestibule serve` makes it; --config names another configuration", .0.display())]
    NoDatabase(PathBuf),
    /// The database can not be opened.
    #[error(transparent)]
    Open(#[from] ServeError),
    /// The state can not be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The call itself is malformed.
    #[error("the call can't be made: {0}")]
    Call(String),
}

/// What the API answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The JSON body; null where there is none.
    pub body: Value,
}

/// The management API over the configured database.
#[derive(Debug, Clone)]
pub struct Local {
    routes: Router,
}

impl Local {
    /// Opens the configured database. `create`: one that is not there yet is made.
    ///
    /// # Errors
    /// See [`LocalError`].
    pub async fn open(config: Config, clock: Clock, create: bool) -> Result<Self, LocalError> {
        if let Database::Sqlite(path) = &config.database
            && !create
            && !path.exists()
        {
            return Err(LocalError::NoDatabase(path.clone()));
        }
        let public_url = config.public_url_at(config.listen).map_err(ServeError::from)?;
        let store = serve::open_store(&config).await?;
        let parts = Parts {
            config,
            public_url: public_url.to_string(),
            store,
            clock,
            demonstration: false,
            worker_program: serve::worker_program().map_err(ServeError::from)?,
        };
        let app = App::start(parts, Arc::new(LogRecorder)).await?;
        Ok(Self {
            routes: router::router(app),
        })
    }

    /// Makes one call. `path` starts behind `/api/v1` and may hold a query.
    ///
    /// # Errors
    /// [`LocalError::Call`] when the path is none, or the answer is no JSON.
    pub async fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Answer, LocalError> {
        let malformed = |error: &dyn std::fmt::Display| LocalError::Call(error.to_string());
        let content_type = match *method {
            Method::PATCH => "application/merge-patch+json",
            _ => "application/json",
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .extension(Operator);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).map_err(|error| malformed(&error))?;
        let Ok(response) = self.routes.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| malformed(&error))?;
        let body = body.to_bytes();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).map_err(|error| malformed(&error))?
        };
        Ok(Answer { status, body })
    }
}

/// The OpenAPI document of the management API.
#[must_use]
pub fn openapi() -> String {
    admin::openapi()
}

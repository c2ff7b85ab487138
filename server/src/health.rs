//! `/health/live`, `/health/ready` and `/metrics`.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::metrics::Metrics;

/// A check that has to answer before it is counted as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is asked whether requests can be served: `Err` carries the detail for the log.
pub type ReadyCheck = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// The three routes. `/health/live` says that the process answers; `/health/ready` that `check` succeeds.
pub fn routes<S: Clone + Send + Sync + 'static>(check: ReadyCheck, metrics: Arc<Metrics>) -> Router<S> {
    Router::new()
        .route(
            "/health/live",
            get(|| async { answer(StatusCode::OK, "{\"status\":\"ok\"}\n") }),
        )
        .route("/health/ready", get(move || ready(Arc::clone(&check))))
        .route("/metrics", get(move || async move { scrape(&metrics) }))
}

async fn ready(check: ReadyCheck) -> Response {
    let result = tokio::time::timeout(PATIENCE, check())
        .await
        .unwrap_or_else(|_| Err("the check took too long".to_owned()));
    match result {
        Ok(()) => answer(StatusCode::OK, "{\"status\":\"ok\"}\n"),
        Err(detail) => {
            tracing::warn!(detail, "not ready");
            let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, "{\"status\":\"unavailable\"}\n");
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, http::HeaderValue::from_static("1"));
            response
        }
    }
}

fn answer(status: StatusCode, body: &'static str) -> Response {
    (
        status,
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response()
}

fn scrape(metrics: &Metrics) -> Response {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        metrics.render(),
    )
        .into_response()
}

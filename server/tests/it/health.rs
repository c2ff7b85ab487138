//! `/health/live`, `/health/ready` and `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use tower::ServiceExt;
use vestibule::health::{ReadyCheck, routes};
use vestibule::metrics::Metrics;

async fn ask(router: &Router, path: &str) -> (StatusCode, http::HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn readiness_follows_the_check_and_liveness_does_not() {
    let gone = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&gone);
    let check: ReadyCheck = Arc::new(move || {
        let gone = seen.load(Ordering::SeqCst);
        Box::pin(async move { if gone { Err("secret detail".to_owned()) } else { Ok(()) } })
    });
    let router: Router = routes(check, Arc::new(Metrics::default()));
    assert_eq!(ask(&router, "/health/ready").await.0, StatusCode::OK);
    gone.store(true, Ordering::SeqCst);
    let (status, headers, body) = ask(&router, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key("retry-after"));
    assert!(!body.contains("secret detail"));
    assert_eq!(ask(&router, "/health/live").await.0, StatusCode::OK);
    gone.store(false, Ordering::SeqCst);
    assert_eq!(
        ask(&router, "/health/ready").await.0,
        StatusCode::OK,
        "it recovers without a restart"
    );
}

#[tokio::test]
async fn a_check_that_hangs_counts_as_failed() {
    let check: ReadyCheck = Arc::new(|| Box::pin(std::future::pending()));
    let router: Router = routes(check, Arc::new(Metrics::default()));
    assert_eq!(ask(&router, "/health/ready").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn metrics_are_text_for_prometheus() {
    let metrics = Arc::new(Metrics::default());
    metrics.database_commits.add(7);
    let router: Router = routes(Arc::new(|| Box::pin(async { Ok(()) })), metrics);
    let (status, headers, body) = ask(&router, "/metrics").await;
    assert_eq!(
        (status, headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(body.contains("\nvestibule_database_commits_total 7\n"), "{body}");
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
}

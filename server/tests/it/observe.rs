//! What surrounds each request: id, address, time limit, log line, counters, panics.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Extension;
use axum::routing::get;
use http::{Method, Request, Response, StatusCode};
use tower::ServiceExt;
use vestibule::clock::Clock;
use vestibule::listen::Peer;
use vestibule::metrics::Metrics;
use vestibule::observe::{Observe, RequestFacts};

use crate::logging::{Kept, log};

fn router(metrics: &Arc<Metrics>) -> Router {
    let observe = Observe::new(
        Clock::settable(1_000_000_000_000_000),
        Arc::clone(metrics),
        vec!["10.0.0.0/8".parse().unwrap()],
        Duration::from_millis(400),
    );
    Router::new()
        .route("/item/{id}", get(|Extension(facts): Extension<RequestFacts>| async move { format!("{} {}", facts.id, facts.client_address) }))
        .route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(60)).await }))
        .route("/panic", get(|| async { panic!("hush-hush") as () }))
        .layer(observe)
        .with_state(())
}

async fn ask(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.unwrap()
}

fn path(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 16).await.unwrap().to_vec()).unwrap()
}

fn id(response: &Response<Body>) -> String {
    response.headers()["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_request_has_an_id_of_our_own() {
    let router = router(&Arc::default());
    let mut asked = path("/item/1");
    asked
        .headers_mut()
        .insert("x-request-id", "chosen-by-the-client".parse().unwrap());
    let one = ask(&router, asked).await;
    let two = ask(&router, path("/nowhere")).await;
    assert_eq!(two.status(), StatusCode::NOT_FOUND);
    let (first, second) = (id(&one), id(&two));
    assert_ne!(first, second);
    assert!(
        first.len() == 26 && first.chars().all(|c| c.is_ascii_alphanumeric()),
        "{first}"
    );
    // The time comes first, so that ids sort by it: 1e12 milliseconds.
    assert_eq!(
        first[..10],
        ulid::Ulid::from_parts(1_000_000_000_000, 0).to_string()[..10]
    );
    assert_ne!(first[10..], second[10..]);
    assert!(text(one).await.starts_with(&first), "the handler sees the same id");
}

#[tokio::test]
async fn the_handler_sees_the_address_of_the_client() {
    let router = router(&Arc::default());
    for (peer, expected) in [("10.0.0.1:1", "198.51.100.7"), ("203.0.113.5:1", "203.0.113.5")] {
        let mut asked = path("/item/1");
        asked
            .headers_mut()
            .insert("x-forwarded-for", "198.51.100.7".parse().unwrap());
        let address: SocketAddr = peer.parse().unwrap();
        asked.extensions_mut().insert(Peer {
            address,
            tls: false,
            client_certificates: None,
        });
        assert!(text(ask(&router, asked).await).await.ends_with(&format!(" {expected}")));
    }
}

#[tokio::test]
async fn one_line_per_request_without_path_query_or_unknown_method() {
    let kept = Kept::default();
    let guard =
        tracing::subscriber::set_default(vestibule::logging::subscriber(log("json", "info"), false, kept.clone()));
    let router = router(&Arc::default());
    let found = ask(&router, path("/item/hush-hush?code=hush-hush")).await;
    let strange = Request::builder()
        .method(Method::from_bytes(b"HUSH-HUSH").unwrap())
        .uri("/hush-hush")
        .body(Body::empty())
        .unwrap();
    ask(&router, strange).await;
    drop(guard);
    let written = kept.text();
    assert!(!written.to_lowercase().contains("hush-hush"), "{written}");
    let lines: Vec<serde_json::Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{written}");
    assert_eq!(lines[0]["route"], "/item/{id}");
    assert_eq!((&lines[0]["method"], &lines[0]["status"]), (&"GET".into(), &200.into()));
    assert_eq!(lines[0]["request_id"], id(&found));
    assert!(lines[0]["micros"].is_u64());
    assert_eq!(
        (&lines[1]["method"], &lines[1]["route"], &lines[1]["status"]),
        (&"other".into(), &"none".into(), &404.into())
    );
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered() {
    let metrics = Arc::default();
    let response = ask(&router(&metrics), path("/slow")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key("retry-after"));
    let id = id(&response);
    assert!(text(response).await.contains(&id));
    assert_eq!(metrics.requests_in_flight.get(), 0);
}

#[tokio::test]
async fn a_panic_costs_one_request_and_shows_nothing_of_it() {
    let kept = Kept::default();
    let guard =
        tracing::subscriber::set_default(vestibule::logging::subscriber(log("text", "info"), false, kept.clone()));
    let metrics = Arc::default();
    let router = router(&metrics);
    let response = ask(&router, path("/panic")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = id(&response);
    let body = text(response).await;
    assert!(body.contains(&id) && !body.contains("hush-hush"), "{body}");
    assert_eq!(ask(&router, path("/item/1")).await.status(), StatusCode::OK);
    assert_eq!(metrics.requests_in_flight.get(), 0);
    drop(guard);
    assert!(
        kept.text().contains("a handler panicked") && kept.text().contains(&id) && !kept.text().contains("hush-hush")
    );
}

#[tokio::test]
async fn requests_are_counted_by_the_pattern_of_their_route() {
    let metrics: Arc<Metrics> = Arc::default();
    let router = router(&metrics);
    for number in 0..3 {
        ask(&router, path(&format!("/item/{number}"))).await;
        ask(&router, path(&format!("/nowhere/{number}"))).await;
    }
    let text = metrics.render();
    assert!(
        text.contains("vestibule_http_requests_total{route=\"/item/{id}\",status=\"2xx\"} 3\n"),
        "{text}"
    );
    assert!(
        text.contains("vestibule_http_requests_total{route=\"none\",status=\"4xx\"} 3\n"),
        "{text}"
    );
    assert!(!text.contains("/nowhere"));
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted_and_leaves_nothing_in_flight() {
    let metrics: Arc<Metrics> = Arc::default();
    let router = router(&metrics);
    let given_up = tokio::time::timeout(Duration::from_millis(100), ask(&router, path("/slow"))).await;
    assert!(given_up.is_err());
    assert_eq!(
        (metrics.requests_abandoned.get(), metrics.requests_in_flight.get()),
        (1, 0)
    );
}

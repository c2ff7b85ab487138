//! Cross-origin requests (authentik sheet, section 1.2).

use axum::body::Body;
use http::{Method, Request, header};

use super::support::{SECRET, application, browser_of, text, tokens};
use crate::harness::{Answer, Harness, on_both};

on_both!(
    a_registered_origin_may_read_the_answer,
    another_origin_gets_the_answer_without_the_headers,
    a_preflight_needs_no_client,
    public_keys_are_for_everyone,
);

async fn ask(harness: &Harness, origin: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/application/o/token/")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = format!("grant_type=client_credentials&client_id=shop&client_secret={SECRET}");
    harness.client().send(request.body(Body::from(body)).unwrap()).await
}

async fn a_registered_origin_may_read_the_answer(harness: &Harness) {
    application(harness, "shop").await;
    let answer = ask(harness, "https://shop.example").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    for (path, authorization) in [
        ("/application/o/userinfo/", Some(format!("Bearer {token}"))),
        ("/application/o/shop/.well-known/openid-configuration", None),
    ] {
        let mut request = Request::builder()
            .uri(path)
            .header(header::ORIGIN, "https://shop.example");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = harness.client().send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://shop.example"),
            "{path}"
        );
    }
}

async fn another_origin_gets_the_answer_without_the_headers(harness: &Harness) {
    application(harness, "shop").await;
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil",
        "null",
        "x",
    ] {
        let answer = ask(harness, origin).await;
        assert_eq!(answer.status, 200, "{origin}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{origin}");
    }
}

async fn a_preflight_needs_no_client(harness: &Harness) {
    for path in [
        "/application/o/token/",
        "/application/o/userinfo/",
        "/application/o/revoke/",
    ] {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header(header::ORIGIN, "https://anywhere.example")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization");
        let answer = harness.client().send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "{}"), "{path}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://anywhere.example")
        );
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization"));
        assert_eq!(
            answer.header("access-control-allow-methods"),
            Some("GET, POST, OPTIONS")
        );
    }
}

async fn public_keys_are_for_everyone(harness: &Harness) {
    application(harness, "shop").await;
    for path in [
        "/application/o/jwks/",
        "/application/o/shop/jwks/",
        "/.well-known/openid-configuration",
    ] {
        let answer = harness.client().get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
    }
}

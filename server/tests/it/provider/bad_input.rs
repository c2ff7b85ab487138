//! What is malformed, too large or of the wrong kind gets one clear answer, and nothing is lost.

use axum::body::Body;
use http::{Method, Request, header};

use super::support::{SECRET, application, authorize_path, refusal};
use crate::harness::{Answer, Harness, on_both};

on_both!(
    bodies_have_a_limit_and_a_type,
    methods_are_named,
    parameters_stand_once,
    credentials_that_can_not_be_read_are_refused,
    what_is_missing_is_named,
    an_authorization_request_that_can_not_be_read_is_a_page,
    no_refusal_shows_a_secret,
);

async fn post(harness: &Harness, content_type: Option<&str>, authorization: Option<&str>, body: String) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri("/application/o/token/");
    if let Some(content_type) = content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    harness.client().send(request.body(Body::from(body)).unwrap()).await
}

const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

async fn bodies_have_a_limit_and_a_type(harness: &Harness) {
    application(harness, "shop").await;
    let body = || format!("grant_type=client_credentials&client_id=shop&client_secret={SECRET}");
    assert_eq!(post(harness, FORM, None, body()).await.status, 200);
    let with_charset = Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    assert_eq!(post(harness, with_charset, None, body()).await.status, 200);
    for wrong in [
        None,
        Some("application/json"),
        Some("text/plain"),
        Some("multipart/form-data; boundary=x"),
    ] {
        let answer = post(harness, wrong, None, body()).await;
        assert_eq!(
            refusal(&answer),
            (415, "invalid_request".into(), "content_type_unsupported".into())
        );
    }
    let large = format!("{}&x={}", body(), "x".repeat(64 * 1024));
    let answer = post(harness, FORM, None, large).await;
    assert_eq!(
        refusal(&answer),
        (413, "invalid_request".into(), "body_too_large".into())
    );
}

async fn methods_are_named(harness: &Harness) {
    for path in [
        "/application/o/token/",
        "/application/o/introspect/",
        "/application/o/revoke/",
    ] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .body(Body::empty())
                .unwrap();
            let answer = harness.client().send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("allow")),
                (405, Some("POST")),
                "{method} {path}"
            );
        }
    }
}

async fn parameters_stand_once(harness: &Harness) {
    application(harness, "shop").await;
    let body = format!("grant_type=client_credentials&client_id=shop&client_secret={SECRET}&client_id=shop");
    let answer = post(harness, FORM, None, body).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_request".into(), "parameter_repeated".into())
    );
    let page = harness
        .client()
        .get(&format!("{}&state=again", authorize_path("shop", &[])))
        .await;
    assert_eq!(
        (page.status.as_u16(), page.error_code().as_deref()),
        (400, Some("parameter_repeated"))
    );
}

async fn credentials_that_can_not_be_read_are_refused(harness: &Harness) {
    application(harness, "shop").await;
    for header in [
        "Basic",
        "Basic ",
        "Basic ***",
        "Basic c2hvcA==",
        "Basic Og==",
        "Basic /////w==",
        "Negotiate abc",
        "Basic\u{a0}x",
    ] {
        let answer = post(harness, FORM, Some(header), "grant_type=client_credentials".to_owned()).await;
        let (status, error, code) = refusal(&answer);
        assert_eq!(
            (status, error.as_str(), code.as_str()),
            (401, "invalid_client", "client_authentication_malformed"),
            "{header}"
        );
    }
    let both = format!("grant_type=client_credentials&client_id=shop&client_secret={SECRET}");
    let answer = post(harness, FORM, Some("Basic c2hvcDp4"), both).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_request".into(), "client_authentication_twice".into())
    );
}

async fn what_is_missing_is_named(harness: &Harness) {
    application(harness, "shop").await;
    let client = format!("client_id=shop&client_secret={SECRET}");
    for (fields, status, error, code) in [
        ("", 400, "invalid_request", "grant_type_missing"),
        ("&grant_type=", 400, "invalid_request", "grant_type_missing"),
        (
            "&grant_type=magic",
            400,
            "unsupported_grant_type",
            "grant_type_unsupported",
        ),
        ("&grant_type=authorization_code", 400, "invalid_request", "code_missing"),
        (
            "&grant_type=authorization_code&code=x",
            400,
            "invalid_request",
            "code_redirect_uri_missing",
        ),
        (
            "&grant_type=authorization_code&code=x&redirect_uri=y",
            400,
            "invalid_grant",
            "code_unknown",
        ),
        (
            "&grant_type=refresh_token",
            400,
            "invalid_request",
            "refresh_token_missing",
        ),
        (
            "&grant_type=refresh_token&refresh_token=x",
            400,
            "invalid_grant",
            "refresh_token_unknown",
        ),
        (
            "&grant_type=client_credentials&scope=%00",
            400,
            "invalid_scope",
            "scope_malformed",
        ),
        ("&grant_type=%FF", 400, "invalid_request", "parameters_malformed"),
    ] {
        let answer = post(harness, FORM, None, format!("{client}{fields}")).await;
        assert_eq!(
            refusal(&answer),
            (status, error.to_owned(), code.to_owned()),
            "{fields}"
        );
    }
    let nobody = post(harness, FORM, None, "grant_type=client_credentials".to_owned()).await;
    assert_eq!(
        refusal(&nobody),
        (400, "invalid_request".into(), "client_id_missing".into())
    );
    let no_secret = post(
        harness,
        FORM,
        None,
        "grant_type=client_credentials&client_id=shop".to_owned(),
    )
    .await;
    assert_eq!(
        refusal(&no_secret),
        (401, "invalid_client".into(), "client_authentication_missing".into())
    );
}

async fn an_authorization_request_that_can_not_be_read_is_a_page(harness: &Harness) {
    application(harness, "shop").await;
    assert_eq!(harness.client().get("/application/o/authorize/").await.status, 404);
    for query in ["client_id=%FF", "client_id=shop&client_id=shop", "x", "client_id"] {
        let answer = harness
            .client()
            .get(&format!("/application/o/authorize/?{query}"))
            .await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{query}");
        assert!(answer.error_code().is_some(), "{query}");
    }
    for (name, value, error) in [
        ("response_type", "", "invalid_request"),
        ("response_type", "code code", "unsupported_response_type"),
        ("response_mode", "web_message", "invalid_request"),
        ("request", "eyJ", "request_not_supported"),
        ("request_uri", "https://x.example/r", "request_uri_not_supported"),
        ("registration", "{}", "registration_not_supported"),
        ("code_challenge", "short", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("claims", "[", "invalid_request"),
        ("claims", "{\"userinfo\":1}", "invalid_request"),
        ("id_token_hint", "x", "invalid_request"),
        ("scope", "open\"id", "invalid_scope"),
    ] {
        let answer = harness.client().get(&authorize_path("shop", &[(name, value)])).await;
        assert_eq!(answer.parameter("error").as_deref(), Some(error), "{name}={value}");
        assert_eq!(
            answer.parameter("state").as_deref(),
            Some("the state & more"),
            "{name}={value}"
        );
    }
}

async fn no_refusal_shows_a_secret(harness: &Harness) {
    application(harness, "shop").await;
    let secret = "an-invented-secret-that-is-wrong";
    for body in [
        format!("grant_type=client_credentials&client_id=shop&client_secret={secret}"),
        format!("grant_type=refresh_token&client_id=shop&client_secret={SECRET}&refresh_token={secret}"),
        format!("grant_type=authorization_code&client_id=shop&client_secret={SECRET}&redirect_uri=x&code={secret}"),
    ] {
        let answer = post(harness, FORM, None, body).await;
        assert!(!answer.body.contains(secret), "{}", answer.body);
    }
}

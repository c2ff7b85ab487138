//! Who may call the management interface (B-3.1, B-3.4 to B-3.7), and what each scope opens.

use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use super::support::{Management, Reply, path, plain};
use crate::harness::{Harness, on_both};

/// A request with this header and no body.
async fn presenting(harness: &Harness, authorization: Option<&str>) -> Reply {
    let mut request = Request::builder().method(Method::GET).uri("/api/v2/connections");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    let answer = harness.client().send(request.body("".into()).expect("a request")).await;
    let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    Reply { answer, json }
}

async fn tokens_that_do_not_count(harness: &Harness) {
    let missing = presenting(harness, None).await;
    assert_eq!(
        missing.refused(StatusCode::UNAUTHORIZED, "missing_token"),
        "Missing authentication"
    );
    assert_eq!(
        missing.answer.header("www-authenticate"),
        Some("Bearer realm=\"vestibule\"")
    );
    for value in ["Basic eDp5", "Bearer", "Bearer ", "Bearer a b", "nonsense"] {
        let message = presenting(harness, Some(value)).await;
        let message = message.refused(StatusCode::BAD_REQUEST, "invalid_request");
        assert_eq!(message, "Bad HTTP authentication header format", "{value}");
    }
    let unknown = presenting(harness, Some("Bearer nobody.knows.it")).await;
    assert_eq!(
        unknown.refused(StatusCode::UNAUTHORIZED, "invalid_token"),
        "Invalid token"
    );
    let challenge = unknown.answer.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    // The scheme is read in any letter case, as everywhere.
    let management = crate::api::support::Api::new(harness).await;
    let found = presenting(harness, Some(&format!("bearer {}", management.token))).await;
    assert_eq!(found.is(StatusCode::OK), json!([]));
}

async fn each_call_needs_its_scope(harness: &Harness) {
    let made = Management::new(harness).await.make(&plain("harbor")).await;
    let (at, clients, status) = (
        path(&made),
        format!("{}/clients", path(&made)),
        format!("{}/status", path(&made)),
    );
    let calls: [(Method, &str, &str); 9] = [
        (Method::GET, "/connections", "read:connections"),
        (Method::GET, &at, "read:connections"),
        (Method::GET, &clients, "read:connections"),
        (Method::GET, &status, "read:connections"),
        (Method::POST, "/connections", "create:connections"),
        (Method::PATCH, &at, "update:connections"),
        (Method::PATCH, &clients, "update:connections"),
        (Method::GET, "/users/oauth2%7Charbor%7C1", "read:users"),
        (Method::DELETE, &at, "delete:connections"),
    ];
    let all = [
        "create:connections",
        "read:connections",
        "update:connections",
        "delete:connections",
        "read:connections_options",
        "update:connections_options",
        "read:users",
        "read:user_idp_tokens",
        "applications:write",
    ];
    for (method, at, scope) in &calls {
        let others: Vec<&str> = all.iter().copied().filter(|name| name != scope).collect();
        let mut caller = Management::with(harness, &others).await;
        let reply = caller.raw(method.clone(), at, b"not even JSON".to_vec()).await;
        let message = reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
        // B-3.6: programs read the scope out of it.
        assert_eq!(
            message,
            format!("Insufficient scope, expected any of: {scope}"),
            "{method} {at}"
        );
        let mut caller = Management::with(harness, &[scope]).await;
        let reply = caller.raw(method.clone(), at, b"not even JSON".to_vec()).await;
        assert_ne!(reply.answer.status, StatusCode::FORBIDDEN, "{method} {at}");
    }
}

async fn native_permissions_open_as_much(harness: &Harness) {
    let mut reader = Management::with(harness, &["sources:read"]).await;
    assert_eq!(reader.get("/connections").await.is(StatusCode::OK), json!([]));
    let reply = reader.post("/connections", &plain("harbor")).await;
    reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
    let mut writer = Management::with(harness, &["sources:write"]).await;
    let made = writer.make(&plain("harbor")).await;
    writer.patch(&path(&made), &json!({})).await.is(StatusCode::OK);
    let reply = writer.get("/connections").await;
    reply.refused(StatusCode::FORBIDDEN, "insufficient_scope");
    writer.delete(&path(&made)).await.is(StatusCode::ACCEPTED);
    // And Auth0's open nothing natively.
    let mut api = crate::api::support::Api::with_permissions(harness, &["read:connections"]).await;
    api.get("/sources").await.problem(StatusCode::FORBIDDEN);
}

async fn a_caller_can_be_given_no_scope_that_does_not_exist(harness: &Harness) {
    let mut api = crate::api::support::Api::new(harness).await;
    let token = json!({ "name": "t", "permissions": ["read:connections", "read:tenants"] });
    assert_eq!(api.post("/api-tokens", &token).await.wrong(), ["permissions:invalid"]);
    // Nobody gives away more than they hold.
    let mut api = crate::api::support::Api::with_permissions(harness, &["api-tokens:write", "read:connections"]).await;
    let token = json!({ "name": "t", "permissions": ["create:connections"] });
    api.post("/api-tokens", &token).await.problem(StatusCode::FORBIDDEN);
    let token = json!({ "name": "t", "permissions": ["read:connections"] });
    api.post("/api-tokens", &token).await.created();
}

on_both!(
    tokens_that_do_not_count,
    each_call_needs_its_scope,
    native_permissions_open_as_much,
    a_caller_can_be_given_no_scope_that_does_not_exist,
);

//! `Idempotency-Key`: the same request under the same key is answered alike and done once, on every node.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Pretend, Program, Reply, path_of, with};
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_repeated_request_is_answered_alike,
    a_key_stands_for_one_request_of_one_caller,
    a_refusal_is_not_remembered,
    two_at_once_make_one_provider,
    a_change_is_repeated_without_being_made_again,
);

async fn send(program: &mut Program, method: Method, path: &str, key: &str, body: &Value) -> Reply {
    let headers = [("content-type", "application/json"), ("idempotency-key", key)];
    program.send(method, path, &headers, body.to_string().as_bytes()).await
}

async fn create(program: &mut Program, key: &str, body: &Value) -> Reply {
    send(program, Method::POST, "/oauth-providers", key, body).await
}

async fn count(program: &mut Program) -> Value {
    let list = program.get("/oauth-providers").await.object(StatusCode::OK);
    list["total_count"].clone()
}

async fn a_repeated_request_is_answered_alike(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let first = create(&mut program, "one", &pretend.mapped()).await;
    assert_eq!(first.answer.header("idempotent-replayed"), None);
    let made = first.object(StatusCode::CREATED);
    program
        .patch(&path_of(&made), &json!({ "name": "Renamed" }))
        .await
        .object(StatusCode::OK);
    let again = create(&mut program, "one", &pretend.mapped()).await;
    assert_eq!(again.answer.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.object(StatusCode::CREATED), made);
    assert_eq!(count(&mut program).await, 1);
    assert_eq!(harness.events("source_created").await.len(), 1);
    // A day later the key is free, whether the old answer was swept or not.
    harness.advance(24 * 60 * 60);
    let later = create(&mut program, "one", &pretend.mapped()).await;
    assert_eq!(later.refused(StatusCode::CONFLICT), ["oauth_provider_exists"]);
    let other = with(pretend.mapped(), &json!({ "provider_key": "other" }));
    create(&mut program, "one", &other).await.object(StatusCode::CREATED);
    harness.advance(24 * 60 * 60 + 1);
    let swept = harness
        .app
        .store
        .sweep(harness.now(), 365 * protocol::time::DAY, 100)
        .await;
    assert!(swept.expect("a database") >= 1);
}

async fn a_key_stands_for_one_request_of_one_caller(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    create(&mut program, "one", &pretend.mapped())
        .await
        .object(StatusCode::CREATED);
    for more in [json!({ "name": "Other" }), json!({ "client_secret": "another" })] {
        let reused = create(&mut program, "one", &with(pretend.mapped(), &more)).await;
        assert_eq!(reused.wrong(), ["idempotency-key:idempotency_key_reused"]);
    }
    // Somebody else's key is another one, and so is one of another path.
    let mut stranger = Program::new(harness).await;
    let theirs = create(&mut stranger, "one", &pretend.mapped()).await;
    assert_eq!(theirs.refused(StatusCode::CONFLICT), ["oauth_provider_exists"]);
    for key in ["", " ", "with blank", &"a".repeat(256), "\u{e4}"] {
        let refused = create(&mut program, key, &pretend.mapped()).await;
        assert_eq!(refused.wrong(), ["idempotency-key:form_param_format_invalid"], "{key}");
    }
    assert_eq!(count(&mut program).await, 1);
}

async fn a_refusal_is_not_remembered(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let refused = create(&mut program, "one", &pretend.oidc()).await;
    assert_eq!(refused.wrong(), ["oauth_discovery_failed"]);
    pretend.publishes(&json!({}));
    create(&mut program, "one", &pretend.oidc())
        .await
        .object(StatusCode::CREATED);
}

async fn two_at_once_make_one_provider(harness: &Harness) {
    let pretend = Pretend::start().await;
    let node = harness.another_node().await;
    let token = crate::api::support::Api::new(harness).await.token;
    let (mut here, mut there) = (Program::with_token(harness, &token), Program::with_token(&node, &token));
    let body = pretend.mapped();
    let (one, two) = tokio::join!(create(&mut here, "one", &body), create(&mut there, "one", &body));
    let (one, two) = (one.object(StatusCode::CREATED), two.object(StatusCode::CREATED));
    assert_eq!(one, two);
    assert_eq!(count(&mut here).await, 1);
    node.end().await;
}

async fn a_change_is_repeated_without_being_made_again(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let path = path_of(&program.make(&pretend.mapped()).await);
    let change = json!({ "name": "First" });
    let first = send(&mut program, Method::PATCH, &path, "one", &change)
        .await
        .object(StatusCode::OK);
    program
        .patch(&path, &json!({ "name": "Second" }))
        .await
        .object(StatusCode::OK);
    let again = send(&mut program, Method::PATCH, &path, "one", &change)
        .await
        .object(StatusCode::OK);
    assert_eq!(again, first);
    assert_eq!(program.get(&path).await.object(StatusCode::OK)["name"], "Second");
    let other = send(&mut program, Method::PATCH, &path, "one", &json!({ "name": "Third" })).await;
    assert_eq!(other.wrong(), ["idempotency-key:idempotency_key_reused"]);
}

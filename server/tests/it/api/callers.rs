//! Who is let in: tokens, their permissions, their users, and what an unavailable path answers.

use http::{Method, StatusCode};
use serde_json::json;

use super::support::Api;
use crate::harness::{Harness, on_both};
use vestibule::actions::permissions::RESOURCES;

on_both!(
    unknown_and_missing_tokens_are_refused_with_a_challenge,
    a_token_of_a_user_is_worth_what_the_user_is,
    an_expired_token_is_refused_to_the_microsecond,
    the_last_use_is_noted_once_a_minute,
    ids_that_no_record_can_have_are_not_found,
);

async fn ids_that_no_record_can_have_are_not_found(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let long = "a".repeat(5000);
    for resource in RESOURCES {
        for id in [
            "%00",
            "a%00b",
            "%FF",
            "%C3",
            "%0A",
            "%25",
            "..",
            "%2e%2e%2fkeys",
            "'--",
            &long,
            "app_",
            "\u{e4}",
        ] {
            let id: String = url::form_urlencoded::byte_serialize(id.as_bytes())
                .collect::<String>()
                .replace("%25", "%");
            api.get(&format!("/{resource}/{id}"))
                .await
                .problem(StatusCode::NOT_FOUND);
        }
    }
}

async fn unknown_and_missing_tokens_are_refused_with_a_challenge(harness: &Harness) {
    let mut client = harness.client();
    let answer = client.get("/api/v1/applications").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"vestibule\""));
    for token in ["vst_unknown", "zzz-zzz", &"a".repeat(5000)] {
        let reply = Api::with_token(harness, token).get("/applications").await;
        reply.problem(StatusCode::UNAUTHORIZED);
        assert!(reply.answer.header("www-authenticate").unwrap().starts_with("Bearer"));
        assert!(!reply.answer.body.contains(token), "a token is never repeated");
    }
    // Paths that are none say nothing to strangers.
    let reply = Api::with_token(harness, "x").get("/nothing").await;
    reply.problem(StatusCode::UNAUTHORIZED);
    for header in ["Basic YTpi", "Bearer", "Bearer ", "bearer"] {
        let mut client = harness.client().with_header(http::header::AUTHORIZATION, header);
        assert_eq!(client.get("/api/v1/keys").await.status, StatusCode::UNAUTHORIZED);
    }
}

async fn a_token_of_a_user_is_worth_what_the_user_is(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut admin = harness.user_with("admin", |user| user.is_admin = true).await;
    let person = harness.user("alice").await;
    let mut of = async |user: &str| {
        let body = json!({"name": "bound", "permissions": ["*"], "user": user});
        api.post("/api-tokens", &body).await.created()["value"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (of_admin, of_person) = (of(&admin.id).await, of(&person.id).await);
    let mut as_person = Api::with_token(harness, &of_person);
    as_person.get("/applications").await.problem(StatusCode::FORBIDDEN);
    let mut as_admin = Api::with_token(harness, &of_admin);
    as_admin.get("/applications").await.found();
    // What it makes is bound to the same user.
    let own = as_admin
        .post("/api-tokens", &json!({"name": "own", "permissions": ["keys:read"]}))
        .await
        .created();
    assert_eq!(own["user"], admin.id);
    harness.change_user(&mut admin, |user| user.is_admin = false).await;
    as_admin.get("/applications").await.problem(StatusCode::FORBIDDEN);
    harness
        .change_user(&mut admin, |user| {
            user.is_admin = true;
            user.is_active = false;
        })
        .await;
    as_admin.get("/applications").await.problem(StatusCode::UNAUTHORIZED);
    let deleted = harness.app.store.delete_user(&admin.id, harness.now());
    harness.app.commit_changes(deleted, Vec::new()).await.unwrap();
    as_admin.get("/applications").await.problem(StatusCode::UNAUTHORIZED);
}

async fn an_expired_token_is_refused_to_the_microsecond(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let body = json!({"name": "short", "permissions": ["keys:read"], "expires_at": "2026-11-21T00:00:10Z"});
    let made = api.post("/api-tokens", &body).await.created();
    let mut short = Api::with_token(harness, made["value"].as_str().unwrap());
    harness.clock.set_micros(crate::harness::BEGINNING + 9_999_999);
    short.get("/keys").await.found();
    harness.clock.set_micros(crate::harness::BEGINNING + 10_000_000);
    short.get("/keys").await.problem(StatusCode::UNAUTHORIZED);
}

async fn the_last_use_is_noted_once_a_minute(harness: &Harness) {
    let mut api = Api::with_permissions(harness, &["api-tokens:read"]).await;
    let list = api.get("/api-tokens").await.found();
    let path = format!("/api-tokens/{}", list["items"][0]["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:00:00Z");
    harness.advance(59);
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:00:00Z");
    harness.advance(1);
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:01:00Z");
}

#[tokio::test]
async fn paths_and_methods_that_are_none_are_problems_too() {
    let harness = Harness::new(crate::harness::Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    api.get("/nothing").await.problem(StatusCode::NOT_FOUND);
    api.get("/applications/app_none").await.problem(StatusCode::NOT_FOUND);
    let reply = api.raw(Method::PUT, "/applications", &[], b"").await;
    reply.problem(StatusCode::METHOD_NOT_ALLOWED);
    let mut allowed: Vec<&str> = reply.answer.header("allow").unwrap().split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    let reply = api.raw(Method::PATCH, "/api-tokens/tok_x", &[], b"").await;
    reply.problem(StatusCode::METHOD_NOT_ALLOWED);
    let mut reading = Api::with_permissions(&harness, &["applications:read"]).await;
    let reply = reading.post("/applications", &json!({"name": "x"})).await;
    reply.problem(StatusCode::FORBIDDEN);
    assert!(reply.json["detail"].as_str().unwrap().contains("`applications:write`"));
    let mut writing = Api::with_permissions(&harness, &["applications:write"]).await;
    writing.get("/applications").await.problem(StatusCode::FORBIDDEN);
    harness.end().await;
}

//! App passwords in the management API.

use serde_json::{Value, json};

use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    the_value_is_shown_once,
    they_are_listed_read_and_withdrawn,
    they_belong_to_their_user,
    what_is_refused,
    who_may_not_make_them,
    each_change_leaves_an_event,
);

async fn make(api: &mut Api, user: &str, name: &str) -> Value {
    let path = format!("/users/{user}/app-passwords");
    api.post(&path, &json!({ "name": name })).await.created()
}

async fn the_value_is_shown_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let fields = json!({"name": " phone ", "expires_at": "2027-01-31T12:00:00+01:00"});
    let made = api.post("/users/alice/app-passwords", &fields).await.created();
    let value = made["value"].as_str().unwrap();
    assert!(value.starts_with("vap_") && value.len() == 47, "256 random bits");
    assert!(made["id"].as_str().unwrap().starts_with("apw_"));
    assert_eq!((&made["name"], &made["user"]), (&json!("phone"), &json!(alice.id)));
    assert_eq!(made["expires_at"], "2027-01-31T11:00:00Z");
    assert!(made["last_used_at"].is_null());
    let path = format!("/users/alice/app-passwords/{}", made["id"].as_str().unwrap());
    for shown in [api.get(&path).await, api.get("/users/alice/app-passwords").await] {
        assert!(!shown.answer.body.contains(value) && !shown.answer.body.contains("\"value\""));
    }
}

async fn they_are_listed_read_and_withdrawn(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    harness.user("bob").await;
    make(&mut api, "bob", "elsewhere").await;
    let mut made = Vec::new();
    for name in ["one", "two", "three"] {
        harness.advance(1);
        made.push(make(&mut api, "alice", name).await["id"].as_str().unwrap().to_owned());
    }
    let first = api.get("/users/alice/app-passwords?limit=2").await.found();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = api
        .get(&format!("/users/alice/app-passwords?limit=2&cursor={cursor}"))
        .await
        .found();
    let ids: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, made);
    let path = format!("/users/alice/app-passwords/{}", made[0]);
    assert_eq!(api.get(&path).await.found()["name"], "one");
    let stale = api
        .json(http::Method::DELETE, &path, &[("if-match", "\"7\"")], &json!({}))
        .await;
    stale.problem(http::StatusCode::PRECONDITION_FAILED);
    assert_eq!(api.delete(&path).await.status(), 204);
    for gone in [api.get(&path).await, api.delete(&path).await] {
        gone.problem(http::StatusCode::NOT_FOUND);
    }
    assert_eq!(
        api.get("/users/alice/app-passwords").await.found()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

async fn they_belong_to_their_user(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    harness.user("bob").await;
    let of_alice = make(&mut api, "alice", "phone").await;
    let path = format!("/users/bob/app-passwords/{}", of_alice["id"].as_str().unwrap());
    api.get(&path).await.problem(http::StatusCode::NOT_FOUND);
    api.delete(&path).await.problem(http::StatusCode::NOT_FOUND);
    api.get("/users/nobody/app-passwords")
        .await
        .problem(http::StatusCode::NOT_FOUND);
    let other = api.get("/users/bob/app-passwords?user=alice").await;
    assert_eq!(other.wrong(), ["user:unknown_parameter"]);
}

async fn what_is_refused(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.user("alice").await;
    for (fields, expected) in [
        (json!({}), "name:required"),
        (json!({"name": "  "}), "name:required"),
        (json!({"name": "x".repeat(201)}), "name:too_long"),
        (json!({"name": 5}), "name:wrong_type"),
        (json!({"name": "a\u{0}"}), "name:invalid"),
        (json!({"name": "a", "expires_at": "tomorrow"}), "expires_at:invalid"),
        (
            json!({"name": "a", "expires_at": "2026-11-21T00:00:00Z"}),
            "expires_at:invalid",
        ),
        (json!({"name": "a", "value": "mine"}), "value:read_only"),
        (json!({"name": "a", "password": "mine"}), "password:unknown_field"),
    ] {
        let reply = api.post("/users/alice/app-passwords", &fields).await;
        assert_eq!(reply.wrong(), [expected], "{fields}");
    }
    let nobody = api.post("/users/nobody/app-passwords", &json!({"name": "a"})).await;
    nobody.problem(http::StatusCode::NOT_FOUND);
}

/// With an app password of an administrator one could act as an administrator.
async fn who_may_not_make_them(harness: &Harness) {
    harness.user_with("chief", |user| user.is_admin = true).await;
    harness.user("alice").await;
    let mut writer = Api::with_permissions(harness, &["users:read", "users:write"]).await;
    make(&mut writer, "alice", "phone").await;
    let refused = writer.post("/users/chief/app-passwords", &json!({"name": "a"})).await;
    refused.problem(http::StatusCode::FORBIDDEN);
    let mut reader = Api::with_permissions(harness, &["users:read"]).await;
    let refused = reader.post("/users/alice/app-passwords", &json!({"name": "a"})).await;
    refused.problem(http::StatusCode::FORBIDDEN);
    assert_eq!(
        reader.get("/users/alice/app-passwords").await.found()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let mut other = Api::with_permissions(harness, &["applications:read"]).await;
    other
        .get("/users/alice/app-passwords")
        .await
        .problem(http::StatusCode::FORBIDDEN);
}

async fn each_change_leaves_an_event(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let made = make(&mut api, "alice", "phone").await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        api.delete(&format!("/users/alice/app-passwords/{id}")).await.status(),
        204
    );
    for action in ["app_password_created", "app_password_deleted"] {
        let events = harness.events(action).await;
        assert_eq!(events.len(), 1, "{action}");
        assert_eq!(
            (events[0].target.as_deref(), &events[0].detail["of"]),
            (Some(id), &json!(alice.id))
        );
        assert!(!events[0].detail.to_string().contains(made["value"].as_str().unwrap()));
    }
}

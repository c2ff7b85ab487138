//! `/api/v1/events`: the audit log.

use http::Method;
use serde_json::json;

use super::caller::{Caller, ids};
use crate::harness::{Harness, on_both};

on_both!(
    events_are_filtered_newest_first,
    events_can_not_be_written,
    ten_thousand_people_are_paged
);

async fn events_are_filtered_newest_first(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let mut other = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    for name in ["A", "B", "C"] {
        harness.advance(1);
        caller.patch("/users/alice", json!({"name": name})).await.expect(200);
    }
    harness.advance(1);
    other.patch("/users/alice", json!({"name": "D"})).await.expect(200);
    let all = caller.items("/events?limit=2").await;
    let times: Vec<&str> = all.iter().map(|event| event["at"].as_str().expect("a time")).collect();
    assert!(times.is_sorted_by(|one, two| one >= two), "{times:?}");
    let of_alice = caller.items(&format!("/events?target={alice}")).await;
    assert_eq!(of_alice.len(), 5);
    assert_eq!(of_alice[0]["actor"], other.token.as_str());
    assert_eq!(of_alice[4]["action"], "user_created");
    assert_eq!(of_alice[0]["client_address"], "192.0.2.1");
    assert_eq!(of_alice[0]["at"], "2026-11-21T00:00:04Z");
    let by_other = caller
        .items(&format!("/events?actor={}&action=user_updated", other.token))
        .await;
    assert_eq!(ids(&by_other), [of_alice[0]["id"].as_str().expect("an id").to_owned()]);
    let read = caller.get(&format!("/events/{}", ids(&by_other)[0])).await;
    assert_eq!(read.expect(200), &by_other[0]);
    assert_eq!(caller.items("/events?action=login").await.len(), 0);
    assert_eq!(caller.get("/events/evt_none").await.problem(), "not-found");
    assert_eq!(caller.get("/events?q=alice").await.errors()[0].0, "q");
    assert_eq!(
        caller.get("/events?client_address=1").await.errors()[0].1,
        "unknown_parameter"
    );
}

async fn events_can_not_be_written(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    let event = caller.events("user_created", &alice).await.remove(0);
    let path = format!("/events/{}", event["id"].as_str().expect("an id"));
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let refused = caller.call(method.clone(), &path, Some(json!({}))).await;
        assert_eq!(refused.answer.status, 405, "{method}");
    }
    caller.call(Method::POST, "/events", Some(json!({}))).await.expect(405);
    // A refused change leaves no event.
    let before = caller.items("/events").await.len();
    caller.patch("/users/alice", json!({"email": "x"})).await.expect(422);
    caller.post("/users", json!({"username": "Alice"})).await.expect(422);
    assert_eq!(caller.items("/events").await.len(), before);
}

/// Every page of a long list is as short a read as the first, and none is missed.
async fn ten_thousand_people_are_paged(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let now = harness.now();
    for chunk in 0..20 {
        let mut statements = Vec::new();
        for n in 0..500 {
            let number = chunk * 500 + n;
            let user = protocol::user::User {
                id: harness.app.new_id("user", now),
                uuid: format!("uuid {number}"),
                created_at: now,
                updated_at: now,
                version: 1,
                username: format!("user{number:05}"),
                is_active: true,
                ..protocol::user::User::default()
            };
            statements.extend(harness.app.store.create_user(&user, None).expect("statements"));
        }
        harness
            .app
            .commit_changes(statements, Vec::new())
            .await
            .expect("a commit");
    }
    let all = caller.items("/users?limit=200").await;
    assert_eq!(all.len(), 10_000);
    let mut unique = ids(&all);
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), 10_000);
    assert_eq!(caller.items("/users?limit=200&q=user0999").await.len(), 10);
    assert_eq!(caller.items("/users?username=USER09999").await.len(), 1);
}

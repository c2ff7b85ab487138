//! Which applications offer a connection (B-5.15, B-5.16, B-13.3).

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Management, application, path, plain};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn clients_are_added_and_taken_away(harness: &Harness) {
    for slug in ["shop", "wiki", "forum"] {
        application(harness, slug).await;
    }
    let mut management = Management::new(harness).await;
    let made = management.make(&plain("harbor")).await;
    let clients = format!("{}/clients", path(&made));
    assert_eq!(
        management.get(&clients).await.is(StatusCode::OK),
        json!({ "clients": [] })
    );
    let change = json!([{ "client_id": "shop", "status": true }, { "client_id": "wiki", "status": true }]);
    let reply = management.patch(&clients, &change).await;
    assert_eq!(reply.answer.status, StatusCode::NO_CONTENT, "{}", reply.answer.body);
    assert_eq!(reply.answer.body, "");
    // Those that are not named stay.
    let change = json!([{ "client_id": "shop", "status": false }, { "client_id": "forum", "status": true }]);
    management.patch(&clients, &change).await;
    let found = management.get(&format!("{clients}?take=50")).await.is(StatusCode::OK);
    assert_eq!(
        found,
        json!({ "clients": [{ "client_id": "forum" }, { "client_id": "wiki" }] })
    );
    let first = management.get(&format!("{clients}?take=1")).await.is(StatusCode::OK);
    assert_eq!(first["clients"], json!([{ "client_id": "forum" }]));
    let next = first["next"].as_str().expect("a cursor");
    let last = management
        .get(&format!("{clients}?take=1&from={next}"))
        .await
        .is(StatusCode::OK);
    assert_eq!(last, json!({ "clients": [{ "client_id": "wiki" }] }));
    let read = management.get(&path(&made)).await.is(StatusCode::OK);
    assert_eq!(read["enabled_clients"], json!(["wiki", "forum"]));
    assert_eq!(read["options"], made["options"], "nothing else changes");
}

async fn wrong_changes_change_nothing(harness: &Harness) {
    application(harness, "shop").await;
    let mut management = Management::new(harness).await;
    let made = management.make(&plain("harbor")).await;
    let clients = format!("{}/clients", path(&made));
    let many: Vec<Value> = (0..51)
        .map(|_| json!({ "client_id": "shop", "status": true }))
        .collect();
    let wrong = [
        json!([]),
        json!({}),
        json!(many),
        json!([{ "client_id": "shop" }]),
        json!([{ "client_id": "shop", "status": "yes" }]),
        json!([{ "client_id": "shop", "status": true, "more": 1 }]),
        json!([{ "client_id": "shop", "status": true }, { "client_id": "nobody", "status": true }]),
    ];
    for body in wrong {
        let reply = management.patch(&clients, &body).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
    }
    for query in ["take=0", "take=1001", "from=%2A", "page=1"] {
        let reply = management.get(&format!("{clients}?{query}")).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_query_string");
    }
    assert_eq!(
        management.get(&clients).await.is(StatusCode::OK),
        json!({ "clients": [] })
    );
}

async fn one_that_serves_all_serves_the_others_then(harness: &Harness) {
    for slug in ["shop", "wiki"] {
        application(harness, slug).await;
        harness.advance(1);
    }
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    let source = json!({
        "key": "legacy", "name": "legacy", "kind": "oauth2", "client_id": "vestibule", "client_secret": "a secret of it",
        "authorization_endpoint": "https://idp.legacy.example/authorize",
        "token_endpoint": "https://idp.legacy.example/token", "userinfo_endpoint": "https://idp.legacy.example/me",
    });
    api.post("/sources", &source).await.created();
    let list = management.get("/connections").await.is(StatusCode::OK);
    assert_eq!(list[0]["enabled_clients"], json!(["shop", "wiki"]));
    let change = json!([{ "client_id": "shop", "status": false }]);
    let reply = management.patch(&format!("{}/clients", path(&list[0])), &change).await;
    assert_eq!(reply.answer.status, StatusCode::NO_CONTENT, "{}", reply.answer.body);
    assert_eq!(
        api.get("/sources/legacy").await.found()["applications"],
        json!(["wiki"])
    );
}

on_both!(
    clients_are_added_and_taken_away,
    wrong_changes_change_nothing,
    one_that_serves_all_serves_the_others_then,
);

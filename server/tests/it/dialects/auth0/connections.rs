//! Connections: making, reading, changing, deleting (B-1, B-5.1 to B-5.11, B-5.17 to B-5.19).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Management, application, path, plain};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn one_is_made_and_reads_back_as_it_was_written(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let made = management.make(&plain("harbor-hr")).await;
    // B-1.2
    let id = made["id"].as_str().expect("an id");
    assert!(id.len() == 20 && id.starts_with("con_"), "{id}");
    // B-1.6, B-1.7, B-1.8: no member more and none less.
    let mut expected = plain("harbor-hr");
    expected["id"] = id.into();
    expected["realms"] = json!(["harbor-hr"]);
    expected["enabled_clients"] = json!([]);
    expected["is_domain_connection"] = json!(false);
    assert_eq!(made, expected);
    let read = management.get(&path(&made)).await.is(StatusCode::OK);
    assert_eq!(read, expected);
    // The record behind it is a source.
    let source = Api::new(harness).await.get("/sources/harbor-hr").await.found();
    assert_eq!(source["id"].as_str().unwrap()[14..], id[4..]);
    assert_eq!(source["kind"], "oauth2");
    assert_eq!(source["token_endpoint_auth_method"], "client_secret_post");
    assert_eq!(source["applications"], json!([]), "B-13.3: no application yet");
    assert_eq!(source["redirect_uri"], "http://localhost:9000/login/callback");
    assert_eq!(harness.events("source_created").await.len(), 1);
    // B-4.2
    let again = management.post("/connections", &plain("harbor-hr")).await;
    let message = again.refused(StatusCode::CONFLICT, "connection_conflict");
    assert_eq!(message, "A connection with the same name already exists");
}

async fn names_are_checked_and_kept(harness: &Harness) {
    let mut management = Management::new(harness).await;
    // B-1.3
    for name in ["a", "Harbor-HR", "x1", "a--b"] {
        assert_eq!(management.make(&plain(name)).await["name"], name);
    }
    let wrong = [
        json!("-a"),
        json!("a-"),
        json!("a_b"),
        json!("a b"),
        json!("a.b"),
        json!("ä"),
        json!(""),
        json!("x".repeat(129)),
        json!(7),
        json!(null),
    ];
    for name in wrong {
        let mut body = plain("x");
        body["name"] = name.clone();
        let message = management.post("/connections", &body).await;
        let message = message.refused(StatusCode::BAD_REQUEST, "invalid_body");
        assert!(message.starts_with("Payload validation error: "), "{name}: {message}");
    }
    // B-5.1: both are required. The strategy is one.
    for (member, value) in [
        ("name", None),
        ("strategy", None),
        ("strategy", Some(json!("google-oauth2"))),
    ] {
        let mut body = plain("y");
        match value {
            Some(value) => body[member] = value,
            None => drop(body.as_object_mut().unwrap().remove(member)),
        }
        let reply = management.post("/connections", &body).await;
        let message = reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
        assert!(message.contains(member), "{message}");
    }
    // B-1.4, B-5.7: it never changes.
    let made = management.make(&plain("fixed")).await;
    for (member, value) in [("name", "other"), ("strategy", "oauth2")] {
        let reply = management.patch(&path(&made), &json!({ member: value })).await;
        let message = reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
        assert_eq!(
            message,
            format!("Payload validation error: Additional properties not allowed: {member}.")
        );
    }
}

async fn a_patch_replaces_the_options_and_keeps_the_rest(harness: &Harness) {
    application(harness, "shop").await;
    let mut management = Management::new(harness).await;
    let mut body = plain("harbor");
    body["options"]["upstream_params"] = json!({ "screen": { "value": "signup" } });
    body["options"]["strategy_version"] = json!(2);
    body["options"]["customHeaders"] = json!({ "X-Key": "of the header" });
    body["display_name"] = json!("Harbor");
    body["enabled_clients"] = json!(["shop"]);
    body["realms"] = json!(["one", "two"]);
    body["is_domain_connection"] = json!(true);
    body["show_as_button"] = json!(false);
    body["metadata"] = json!({ "team": "hr" });
    body["connected_accounts"] = json!({ "active": true });
    let made = management.make(&body).await;
    let mut expected = body.clone();
    expected["id"] = made["id"].clone();
    assert_eq!(made, expected);
    // B-5.4: what is not sent is gone; B-5.5: the rest stays; B-5.6: except the display name.
    let options =
        json!({ "client_id": "other", "authorizationURL": "https://hr.harbor.test/a", "extra": { "a": [1] } });
    let changed = management.patch(&path(&made), &json!({ "options": options })).await;
    expected["options"] = options.clone();
    expected["display_name"] = json!("harbor");
    assert_eq!(changed.is(StatusCode::OK), expected);
    let source = Api::new(harness).await.get("/sources/harbor").await.found();
    assert_eq!(source["has_client_secret"], false);
    assert_eq!(source["token_request_headers"], json!({}));
    assert_eq!(source["token_endpoint"], Value::Null);
    assert_eq!(source["authorization_params"], json!({}));
    // B-5.8
    let changed = management
        .patch(&path(&made), &json!({ "options": null, "display_name": "Harbor" }))
        .await;
    expected["display_name"] = json!("Harbor");
    assert_eq!(changed.is(StatusCode::OK), expected);
    let changed = management
        .patch(
            &path(&made),
            &json!({ "options": {}, "display_name": "Harbor", "enabled_clients": [] }),
        )
        .await;
    expected["options"] = json!({});
    // B-5.18
    expected["enabled_clients"] = json!([]);
    assert_eq!(changed.is(StatusCode::OK), expected);
    assert_eq!(management.get(&path(&made)).await.is(StatusCode::OK), expected);
}

async fn members_are_chosen_by_fields(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let made = management.make(&plain("harbor")).await;
    let mut read = async |query: &str| management.get(&format!("{}?{query}", path(&made))).await;
    let chosen = read("fields=name,strategy,display_name").await.is(StatusCode::OK);
    assert_eq!(chosen, json!({ "name": "harbor", "strategy": "oauth2" }));
    let without = read("fields=options%2Cid&include_fields=false")
        .await
        .is(StatusCode::OK);
    let mut expected = made.clone();
    for member in ["options", "id"] {
        expected.as_object_mut().unwrap().remove(member);
    }
    assert_eq!(without, expected);
    for query in [
        "include_fields=yes",
        "colour=red",
        "fields=id&fields=name",
        "fields=%00",
        "fields=%zz",
    ] {
        read(query)
            .await
            .refused(StatusCode::BAD_REQUEST, "invalid_query_string");
    }
}

async fn one_that_is_not_there_and_one_that_is_deleted(harness: &Harness) {
    let mut management = Management::new(harness).await;
    // B-4.3, B-4.4, B-5.10
    let unknown = "/connections/con_0000000000000000";
    for reply in [
        management.get(unknown).await,
        management.patch(unknown, &json!({ "options": {} })).await,
        management.get(&format!("{unknown}/clients")).await,
        management
            .patch(
                &format!("{unknown}/clients"),
                &json!([{ "client_id": "a", "status": true }]),
            )
            .await,
        management.get(&format!("{unknown}/status")).await,
    ] {
        let message = reply.refused(StatusCode::NOT_FOUND, "inexistent_connection");
        assert_eq!(message, "The connection does not exist");
    }
    assert_eq!(management.delete(unknown).await.answer.status, StatusCode::NO_CONTENT);
    for id in [
        "con_1",
        "src_01J9ZK3M5N7P9Q1R3S5T7V9X1Z",
        "con_000000000000000%25",
        "con_%00",
    ] {
        let reply = management.get(&format!("/connections/{id}")).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_uri");
    }
    // B-5.9
    let made = management.make(&plain("harbor")).await;
    let gone = management.delete(&path(&made)).await.is(StatusCode::ACCEPTED);
    assert_eq!(gone, json!({ "deleted_at": "2026-11-21T00:00:00.000Z" }));
    let reply = management.get(&path(&made)).await;
    reply.refused(StatusCode::NOT_FOUND, "inexistent_connection");
    assert_eq!(harness.events("source_deleted").await.len(), 1);
    management.make(&plain("harbor")).await;
}

async fn bodies_are_read_strictly(harness: &Harness) {
    let mut management = Management::new(harness).await;
    // B-5.19: the sample with one brace too many, and others.
    let bodies: [&[u8]; 7] = [
        br#"{"options":{}},"display_name":"x"}"#,
        b"",
        b"[]",
        b"\"text\"",
        br#"{"name":"a","name":"b","strategy":"oauth2"}"#,
        br#"{"name":"a","strategy":"oauth2","colour":"red"}"#,
        br#"{"name":"a","strategy":"oauth2","options":{"a":"\u0000"}}"#,
    ];
    for body in bodies {
        let reply = management.raw(Method::POST, "/connections", body.to_vec()).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
    }
    let wrong = [
        json!({ "display_name": "" }),
        json!({ "display_name": null }),
        json!({ "display_name": "x".repeat(129) }),
        json!({ "enabled_clients": "shop" }),
        json!({ "enabled_clients": ["nobody"] }),
        json!({ "is_domain_connection": 1 }),
        json!({ "show_as_button": "yes" }),
        json!({ "realms": [1] }),
        json!({ "metadata": { "a": 1 } }),
        json!({ "authentication": true }),
        json!({ "options": [] }),
    ];
    for more in wrong {
        let mut body = plain("wrong");
        let (name, value) = more.as_object().unwrap().iter().next().unwrap();
        body[name] = value.clone();
        let reply = management.post("/connections", &body).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_body");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(600 * 1024));
    let reply = management.raw(Method::POST, "/connections", large.into_bytes()).await;
    reply.refused(StatusCode::PAYLOAD_TOO_LARGE, "invalid_body");
    assert!(harness.events("source_created").await.is_empty());
    let reply = management.raw(Method::PUT, "/connections", Vec::new()).await;
    reply.refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed");
    let reply = management.get("/tenants/settings").await;
    reply.refused(StatusCode::NOT_FOUND, "not_found");
}

async fn the_status_says_whether_people_can_come(harness: &Harness) {
    let mut management = Management::new(harness).await;
    // B-5.17
    let made = management.make(&plain("harbor")).await;
    let status = format!("{}/status", path(&made));
    assert_eq!(management.get(&status).await.is(StatusCode::OK), json!({}));
    // B-13.5
    let off = json!({ "authentication": { "active": false } });
    let changed = management.patch(&path(&made), &off).await.is(StatusCode::OK);
    assert_eq!(changed["authentication"], json!({ "active": false }));
    let reply = management.get(&status).await;
    reply.refused(StatusCode::NOT_FOUND, "connection_offline");
    let source = Api::new(harness).await.get("/sources/harbor").await.found();
    assert_eq!(
        [&source["enabled"], &source["allow_sign_in"], &source["allow_sign_up"]],
        [true, false, false]
    );
    let on = json!({ "authentication": { "active": true } });
    management.patch(&path(&made), &on).await.is(StatusCode::OK);
    assert_eq!(management.get(&status).await.is(StatusCode::OK), json!({}));
}

async fn two_changes_at_once_both_hold(harness: &Harness) {
    let mut management = Management::new(harness).await;
    let made = management.make(&plain("harbor")).await;
    let (mut one, mut other) = (Management::new(harness).await, Management::new(harness).await);
    let (first, second) = (json!({ "metadata": { "a": "1" } }), json!({ "realms": ["changed"] }));
    let at = path(&made);
    let (a, b) = tokio::join!(one.patch(&at, &first), other.patch(&at, &second));
    a.is(StatusCode::OK);
    b.is(StatusCode::OK);
    let read = management.get(&at).await.is(StatusCode::OK);
    assert_eq!(read["metadata"], json!({ "a": "1" }));
    assert_eq!(read["realms"], json!(["changed"]));
    assert_eq!(read["options"], made["options"]);
}

on_both!(
    one_is_made_and_reads_back_as_it_was_written,
    names_are_checked_and_kept,
    a_patch_replaces_the_options_and_keeps_the_rest,
    members_are_chosen_by_fields,
    one_that_is_not_there_and_one_that_is_deleted,
    bodies_are_read_strictly,
    the_status_says_whether_people_can_come,
    two_changes_at_once_both_hold,
);

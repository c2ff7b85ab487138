//! All addresses of a person as one list.

use serde_json::{Value, json};

use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn addresses_are_one_list_with_one_primary(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let two = json!([
        { "address": "Noor@example.com", "verified": true, "primary": true },
        { "address": "noor@example.org" },
    ]);
    let made = api
        .post("/users", &json!({ "username": "noor", "emails": two }))
        .await
        .created();
    assert_eq!(
        (&made["email"], &made["email_verified"]),
        (&json!("Noor@example.com"), &json!(true))
    );
    let shown = json!([
        { "address": "Noor@example.com", "verified": true, "primary": true, "linked_to": [] },
        { "address": "noor@example.org", "verified": false, "primary": false, "linked_to": [] },
    ]);
    assert_eq!(made["emails"], shown);
    // What was read may be sent back as it is, and changes nothing.
    let before = api.get("/users/noor").await;
    let (etag, before) = (before.etag(), before.found());
    let same = api.patch("/users/noor", &json!({ "emails": before["emails"] })).await;
    assert_eq!((same.etag(), same.found()), (etag, before));
    // The other one becomes the primary one.
    let swapped = json!({ "emails": [
        { "address": "Noor@example.com", "verified": true },
        { "address": "noor@example.org", "verified": true, "primary": true },
    ] });
    let found = api.patch("/users/noor", &swapped).await.found();
    assert_eq!(
        (&found["email"], &found["email_verified"]),
        (&json!("noor@example.org"), &json!(true))
    );
    assert_eq!(found["emails"].as_array().expect("a list").len(), 2);
    // Written alone, the primary address leaves the others as they are; one that is there already is not shown twice.
    let found = api
        .patch("/users/noor", &json!({ "email": "NOOR@example.com" }))
        .await
        .found();
    assert_eq!(
        found["emails"],
        json!([{ "address": "NOOR@example.com", "verified": false, "primary": true, "linked_to": [] }])
    );
    let listed = api.get("/users?q=noor").await.found();
    assert_eq!(listed["items"][0]["emails"], found["emails"]);
    for gone in [json!([]), Value::Null] {
        api.patch("/users/noor", &swapped).await.found();
        let found = api.patch("/users/noor", &json!({ "emails": gone })).await.found();
        assert_eq!((&found["email"], &found["emails"]), (&Value::Null, &json!([])));
    }
    let events = harness.events("user_updated").await;
    assert!(
        events.iter().all(|event| !event.detail.to_string().contains('@')),
        "names of fields, no values"
    );
}

async fn what_is_wrong_is_said(harness: &Harness) {
    let mut api = Api::new(harness).await;
    api.post("/users", &json!({ "username": "noor" })).await.created();
    let many: Vec<Value> = (0..21)
        .map(|at| json!({ "address": format!("a{at}@example.com"), "primary": at == 0 }))
        .collect();
    let table = [
        (json!({ "emails": [{ "address": "a@example.com" }] }), "emails:invalid"),
        (
            json!({ "emails": [{ "address": "a@example.com", "primary": true }, { "address": "b@example.com", "primary": true }] }),
            "emails:invalid",
        ),
        (
            json!({ "emails": [{ "address": "a@example.com", "primary": true }, { "address": "A@Example.com" }] }),
            "emails:invalid",
        ),
        (
            json!({ "emails": [{ "address": "nothing", "primary": true }] }),
            "emails:invalid",
        ),
        (json!({ "emails": many }), "emails:too_long"),
        (
            json!({ "email": "a@example.com", "emails": [{ "address": "a@example.com", "primary": true }] }),
            "emails:invalid",
        ),
    ];
    for (body, wrong) in table {
        assert_eq!(api.patch("/users/noor", &body).await.wrong(), [wrong], "{body}");
    }
    assert_eq!(api.get("/users/noor").await.found()["emails"], json!([]));
}

on_both!(addresses_are_one_list_with_one_primary, what_is_wrong_is_said,);

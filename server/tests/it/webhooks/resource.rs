//! `/api/v1/webhooks`: its fields, its secret, its permissions.

use serde_json::{Value, json};

use super::{Receiver, arrived, deliver_all, hook, path, secret};
use crate::harness::{Harness, on_both};
use crate::people::caller::{Caller, ids};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_webhook_is_made_read_changed_and_deleted,
    what_does_not_fit_is_refused_field_by_field,
    nobody_is_told_what_they_may_not_read,
    a_new_secret_signs_beside_the_old_one_for_a_day,
    there_is_a_most,
    a_test_event_says_that_it_is_one,
);

mod closed {
    use super::*;
    on_both!(an_address_that_can_not_be_called_is_not_saved);
}

async fn a_webhook_is_made_read_changed_and_deleted(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let body =
        json!({"url": "https://shop.example.com/events", "events": ["user.deleted", "user.created", "user.deleted"]});
    let made = caller.post("/webhooks", body).await;
    let (etag, object) = (made.etag(), made.expect(201).clone());
    let id = object["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made.answer.header("location"),
        Some(format!("/api/v1/webhooks/{id}").as_str())
    );
    let secret = secret(&object);
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let mut shown = json!({
        "id": id, "created_at": "2026-11-21T00:00:00Z", "updated_at": "2026-11-21T00:00:00Z",
        "url": "https://shop.example.com/events", "events": ["user.created", "user.deleted"], "enabled": true,
        "disabled_reason": null, "previous_secret_until": null,
    });
    assert!(id.starts_with("whk_"));
    let mut with_secret = shown.clone();
    with_secret["secret"] = json!(secret);
    assert_eq!(object, with_secret);
    let read = caller.get(&path(&object)).await;
    assert_eq!((read.expect(200), read.etag()), (&shown, etag.clone()), "never again");

    harness.advance(1);
    let changed = caller
        .patch(&path(&object), json!({"events": null, "enabled": false}))
        .await;
    shown["updated_at"] = json!("2026-11-21T00:00:01Z");
    shown["events"] = json!(["*"]);
    shown["enabled"] = json!(false);
    assert_eq!(changed.expect(200), &shown);
    let stale = caller
        .if_match(&etag)
        .patch(&path(&object), json!({"enabled": true}))
        .await;
    stale.expect(412);
    caller.if_match(&etag).delete(&path(&object)).await.expect(412);
    let same = caller.patch(&path(&object), json!({"enabled": false})).await;
    assert_eq!(
        (same.expect(200), same.etag()),
        (&shown, changed.etag()),
        "nothing has changed"
    );

    let other = caller
        .post("/webhooks", json!({"url": "https://other.example.com/"}))
        .await;
    let other = other.expect(201).clone();
    assert_eq!((&other["events"], &other["enabled"]), (&json!(["*"]), &json!(true)));
    assert_eq!(caller.items("/webhooks?limit=1").await.len(), 2, "page by page");
    assert_eq!(ids(&caller.items("/webhooks?enabled=false").await), [id.as_str()]);
    let found = caller.items("/webhooks?q=other.example").await;
    assert_eq!(
        found,
        [{
            let mut found = other.clone();
            found.as_object_mut().unwrap().remove("secret");
            found
        }]
    );

    caller
        .if_match(&changed.etag())
        .delete(&path(&object))
        .await
        .expect(204);
    assert_eq!(caller.get(&path(&object)).await.problem(), "not-found");
    assert_eq!(caller.delete(&path(&object)).await.problem(), "not-found");
    for (action, fields) in [
        ("webhook_created", json!(["events", "url"])),
        ("webhook_updated", json!(["enabled", "events"])),
        ("webhook_deleted", json!([])),
    ] {
        let entries = caller.events(action, &id).await;
        assert_eq!(entries.len(), 1, "{action}");
        assert_eq!(entries[0]["detail"], json!({"fields": fields}), "names and no values");
    }
}

async fn what_does_not_fit_is_refused_field_by_field(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let url = "https://shop.example.com/";
    let long = format!("{url}{}", "x".repeat(2048));
    for (body, wrong) in [
        (json!({}), vec![("url", "required")]),
        (json!({"url": ""}), vec![("url", "required")]),
        (json!({"url": null}), vec![("url", "required")]),
        (json!({"url": "shop"}), vec![("url", "invalid")]),
        (json!({"url": "ftp://shop.example.com/"}), vec![("url", "invalid")]),
        (
            json!({"url": "https://me:secret@shop.example.com/"}),
            vec![("url", "invalid")],
        ),
        (json!({"url": "https://shop.example.com/#x"}), vec![("url", "invalid")]),
        (json!({"url": "https://10.0.0.1/"}), vec![("url", "invalid")]),
        (json!({"url": "http://8.8.8.8/"}), vec![("url", "invalid")]),
        (json!({ "url": long }), vec![("url", "too_long")]),
        (json!({"url": url, "events": []}), vec![("events", "invalid")]),
        (
            json!({"url": url, "events": "user.created"}),
            vec![("events", "wrong_type")],
        ),
        (
            json!({"url": url, "events": ["*", "user.made"]}),
            vec![("events", "invalid")],
        ),
        (
            json!({"url": url, "events": ["webhook.test"]}),
            vec![("events", "invalid")],
        ),
        (json!({"url": url, "enabled": "yes"}), vec![("enabled", "wrong_type")]),
        (
            json!({"url": "x", "events": ["x"]}),
            vec![("url", "invalid"), ("events", "invalid")],
        ),
        (json!({"url": url, "secret": "whsec_x"}), vec![("secret", "read_only")]),
        (
            json!({"url": url, "disabled_reason": "x"}),
            vec![("disabled_reason", "read_only")],
        ),
        (json!({"url": url, "name": "x"}), vec![("name", "unknown_field")]),
    ] {
        let reply = caller.post("/webhooks", body.clone()).await;
        let expected: Vec<_> = wrong
            .iter()
            .map(|(field, code)| ((*field).to_owned(), (*code).to_owned()))
            .collect();
        assert_eq!(reply.errors(), expected, "{body}");
    }
    let unknown = caller
        .post("/webhooks", json!({"url": url, "events": ["user.made"]}))
        .await;
    let message = unknown.json["errors"][0]["message"].as_str().unwrap().to_owned();
    for name in [
        "`user.made`",
        "oauthProvider.created",
        "externalAccount.unlinked",
        "session.ended",
        "`*`",
    ] {
        assert!(message.contains(name), "{message}");
    }
    assert!(caller.items("/webhooks").await.is_empty());
    let made = caller
        .post("/webhooks", json!({ "url": url }))
        .await
        .expect(201)
        .clone();
    for (body, field) in [
        (json!({"url": "http://10.0.0.1/"}), "url"),
        (json!({"events": ["x"]}), "events"),
    ] {
        assert_eq!(caller.patch(&path(&made), body).await.errors()[0].0, field);
    }
    for action in ["rotate-secret", "test"] {
        let refused = caller.post(&format!("{}/{action}", path(&made)), json!({"x": 1})).await;
        refused.expect(400);
        assert_eq!(
            caller
                .post(&format!("/webhooks/whk_x/{action}"), json!({}))
                .await
                .problem(),
            "not-found"
        );
    }
    assert_eq!(caller.get("/webhooks/whk_x/deliveries").await.problem(), "not-found");
    assert_eq!(caller.get("/webhooks?url=x").await.errors()[0].1, "unknown_parameter");
    let list = format!("{}/deliveries?webhook=x", path(&made));
    assert_eq!(caller.get(&list).await.errors()[0].1, "unknown_parameter");
}

async fn nobody_is_told_what_they_may_not_read(harness: &Harness) {
    let mut all = Caller::all(harness).await;
    let mut reader = Caller::with(harness, &["webhooks:read"]).await;
    let mut writer = Caller::with(harness, &["webhooks:write"]).await;
    let mut knowing = Caller::with(harness, &["webhooks:write", "users:read", "sessions:read"]).await;
    let body = |events: &[&str]| json!({"url": "https://shop.example.com/", "events": events});
    reader.post("/webhooks", body(&["*"])).await.expect(403);
    for event in [
        "user.created",
        "session.ended",
        "oauthProvider.updated",
        "externalAccount.connected",
        "*",
    ] {
        let refused = writer.post("/webhooks", body(&[event])).await;
        assert!(
            refused.expect(403)["detail"].as_str().unwrap().contains(":read`"),
            "{event}"
        );
    }
    let made = knowing
        .post("/webhooks", body(&["user.created", "session.ended"]))
        .await;
    let made = made.expect(201).clone();
    for (events, needed) in [
        (["*", "user.created"], "`sources:read`"),
        (["externalAccount.unlinked", "user.created"], "`external-accounts:read`"),
    ] {
        let refused = knowing.patch(&path(&made), json!({ "events": events })).await;
        assert!(
            refused.expect(403)["detail"].as_str().unwrap().contains(needed),
            "{events:?}"
        );
    }
    // Nor does anybody lead elsewhere what they may not read themselves.
    writer
        .patch(&path(&made), json!({"url": "https://mine.example.com/"}))
        .await
        .expect(403);
    let off = writer.patch(&path(&made), json!({"enabled": false})).await;
    assert_eq!(
        off.expect(200)["enabled"],
        false,
        "but anybody who may write switches it off"
    );
    writer.patch(&path(&made), json!({"enabled": true})).await.expect(403);
    writer.get("/webhooks").await.expect(403);
    reader.get(&path(&made)).await.expect(200);
    reader.get(&format!("{}/deliveries", path(&made))).await.expect(200);
    for action in ["rotate-secret", "test", "deliveries/whd_x/retry"] {
        reader
            .post(&format!("{}/{action}", path(&made)), json!({}))
            .await
            .expect(403);
    }
    reader.delete(&path(&made)).await.expect(403);
    assert_eq!(all.items("/webhooks").await.len(), 1);
}

async fn a_new_secret_signs_beside_the_old_one_for_a_day(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    harness.advance(1);
    let rotated = caller.post(&format!("{}/rotate-secret", path(&made)), json!({})).await;
    let fresh = rotated.expect(200).clone();
    assert_ne!(secret(&fresh), secret(&made));
    assert_eq!(fresh["previous_secret_until"], "2026-11-22T00:00:01Z");
    let shown = caller.get(&path(&made)).await;
    assert_eq!(shown.etag(), rotated.etag());
    assert_eq!(shown.expect(200)["secret"], Value::Null);
    let entries = caller.events("webhook_updated", made["id"].as_str().unwrap()).await;
    assert_eq!(entries[0]["detail"], json!({"fields": ["secret"]}));

    let both = [secret(&fresh), secret(&made)];
    for (advance, user, secrets) in [(86_399, "alice", &both[..]), (1, "bob", &both[..1])] {
        harness.advance(advance);
        harness.user(user).await;
        assert_eq!(deliver_all(harness).await, 1);
        let requests = receiver.requests();
        let event = requests[0].verified(secrets, harness.now().seconds());
        assert_eq!(event["data"]["username"], user);
    }
}

async fn there_is_a_most(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let body = json!({"url": "https://shop.example.com/", "enabled": false});
    for _ in 0..100 {
        caller.post("/webhooks", body.clone()).await.expect(201);
    }
    assert_eq!(caller.post("/webhooks", body).await.problem(), "conflict");
}

async fn a_test_event_says_that_it_is_one(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.deleted"]).await;
    let queued = caller.post(&format!("{}/test", path(&made)), json!({})).await;
    let queued = queued.expect(200).clone();
    assert_eq!(
        (&queued["type"], &queued["state"]),
        (&json!("webhook.test"), &json!("waiting"))
    );
    let events = arrived(harness, &receiver, &made).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["was_test"], &events[0]["id"]),
        (&json!(true), &queued["event"])
    );
    let data = json!({"id": made["id"], "object": "webhook", "url": receiver.url()});
    assert_eq!(events[0]["data"], data);
    caller.patch(&path(&made), json!({"enabled": false})).await.expect(200);
    let refused = caller.post(&format!("{}/test", path(&made)), json!({})).await;
    assert_eq!(refused.problem(), "conflict");
}

async fn an_address_that_can_not_be_called_is_not_saved(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    for url in [
        "http://shop.example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1:8443/",
    ] {
        let refused = caller.post("/webhooks", json!({ "url": url })).await;
        assert_eq!(refused.errors(), [("url".to_owned(), "invalid".to_owned())], "{url}");
    }
    assert!(caller.items("/webhooks").await.is_empty());
}

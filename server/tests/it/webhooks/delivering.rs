//! How an event gets to its receiver: signed, as it stands in the database, no order promised, and shown while it is kept.

use serde_json::{Value, json};
use vestibule::jobs;

use super::{Receiver, arrived, counts, deliver, deliver_all, hook, path, secret, types};
use crate::harness::{Harness, on_both};
use crate::people::caller::Caller;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    the_bytes_that_are_signed_are_the_bytes_that_are_sent,
    deliveries_are_listed_and_swept,
    a_slow_receiver_holds_up_nobody_else,
    the_server_delivers_by_itself,
);

store::statements! {
    BODIES = "SELECT id, body FROM webhook_deliveries ORDER BY id";
}

async fn the_bytes_that_are_signed_are_the_bytes_that_are_sent(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let body = json!({"username": "alice", "name": "\u{e4}\u{2028} </script> \"\\"});
    caller.post("/users", body).await.expect(201);
    receiver.answer(503);
    assert_eq!(deliver_all(harness).await, 1);
    harness.advance(5);
    receiver.answer(200);
    assert_eq!(deliver_all(harness).await, 1);
    let requests = receiver.requests();
    let [first, second] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    let now = harness.now().seconds();
    first.verified(&[secret(&made)], now - 5);
    second.verified(&[secret(&made)], now);
    assert_eq!(
        first.header("webhook-id"),
        second.header("webhook-id"),
        "the same event"
    );
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("webhook-signature"), second.header("webhook-signature"));
    let rows = harness.app.store.db().read(&BODIES, &[]).await.unwrap();
    let row = rows.first().unwrap();
    assert_eq!(row.text(0).unwrap(), first.header("webhook-id"));
    assert_eq!(row.text(1).unwrap().as_bytes(), first.body);
    assert!(!first.headers.contains_key("authorization") && !first.headers.contains_key("cookie"));
}

async fn deliveries_are_listed_and_swept(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created", "user.deleted"]).await;
    for name in ["alice", "bob"] {
        harness.user(name).await;
        harness.advance(1);
    }
    assert_eq!(deliver_all(harness).await, 2);
    harness.advance(1);
    receiver.answer(500);
    caller.delete("/users/bob").await.expect(204);
    assert_eq!(deliver_all(harness).await, 1);
    let list = format!("{}/deliveries", path(&made));
    let all = caller.items(&format!("{list}?limit=1")).await;
    let shown: Vec<_> = all
        .iter()
        .map(|one| (one["type"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    assert_eq!(shown.len(), 3);
    assert_eq!(shown[0], ("user.deleted", "waiting"), "the newest first");
    assert_eq!(
        all[0],
        json!({
            "id": all[0]["id"], "created_at": "2026-11-21T00:00:03Z", "webhook": made["id"], "event": all[0]["event"],
            "type": "user.deleted", "state": "waiting", "attempts": 1, "next_attempt_at": "2026-11-21T00:00:08Z",
            "last_attempt_at": "2026-11-21T00:00:03Z", "last_status": 500, "last_error": "it answered 500",
        })
    );
    assert_eq!(
        all[2],
        json!({
            "id": all[2]["id"], "created_at": "2026-11-21T00:00:02Z", "webhook": made["id"], "event": all[2]["event"],
            "type": "user.created", "state": "delivered", "attempts": 1, "next_attempt_at": null,
            "last_attempt_at": "2026-11-21T00:00:02Z", "last_status": 204, "last_error": null,
        })
    );
    for (filter, count) in [("state=delivered", 2), ("type=user.deleted", 1), ("state=failed", 0)] {
        assert_eq!(caller.items(&format!("{list}?{filter}")).await.len(), count, "{filter}");
    }
    let event = all[1]["event"].as_str().unwrap();
    assert_eq!(caller.items(&format!("{list}?event={event}")).await, [all[1].clone()]);
    assert!(!format!("{all:?}").contains("whsec_"));
    let other = hook(&mut caller, &receiver, &["session.ended"]).await;
    assert!(caller.items(&format!("{}/deliveries", path(&other))).await.is_empty());

    // What was taken can be had again, under the same name.
    receiver.requests();
    receiver.answer(200);
    let taken = all[2]["id"].as_str().unwrap();
    let again = caller.post(&format!("{list}/{taken}/retry"), json!({})).await;
    assert_eq!(again.expect(200)["state"], "waiting");
    assert_eq!(deliver(harness).await, 1);
    let requests = receiver.requests();
    assert_eq!(requests[0].header("webhook-id"), taken);
    let retried = caller
        .events("webhook_delivery_retried", made["id"].as_str().unwrap())
        .await;
    assert_eq!(retried[0]["detail"], json!({ "delivery": taken }));
    for wrong in [
        format!("{list}/whd_x/retry"),
        format!("{}/deliveries/{taken}/retry", path(&other)),
    ] {
        assert_eq!(caller.post(&wrong, json!({})).await.problem(), "not-found");
    }

    harness.advance(14 * 24 * 3600 - 10);
    jobs::tidy(&harness.app).await.unwrap();
    assert_eq!(counts(harness).await, (0, 3));
    harness.advance(20);
    jobs::tidy(&harness.app).await.unwrap();
    assert_eq!(counts(harness).await, (0, 0), "after two weeks");
}

/// Waits for what happens in tasks beside the test.
async fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    for _ in 0..1000 {
        if check() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}

async fn a_slow_receiver_holds_up_nobody_else(harness: &Harness) {
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let mut caller = Caller::all(harness).await;
    slow.say_nothing();
    hook(&mut caller, &slow, &["user.created"]).await;
    let made = hook(&mut caller, &quick, &["user.created"]).await;
    let running = tokio::spawn(vestibule::webhooks::run(std::sync::Arc::downgrade(&harness.app)));
    for number in 0..20 {
        harness.user(&format!("user{number}")).await;
    }
    eventually("everybody at the quick one", || quick.count() == 20).await;
    assert_eq!(slow.count(), 4, "no more than its share");
    let mut names: Vec<String> = quick
        .requests()
        .iter()
        .map(|request| request.verified(&[secret(&made)], harness.now().seconds()))
        .map(|event: Value| event["data"]["username"].as_str().unwrap().to_owned())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 20, "each once");
    running.abort();
}

/// Whoever runs the queue is woken by a commit, by a retry, and by a webhook that is switched on again.
async fn the_server_delivers_by_itself(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let running = tokio::spawn(vestibule::webhooks::run(std::sync::Arc::downgrade(&harness.app)));
    harness.user("alice").await;
    eventually("alice", || receiver.count() == 1).await;
    caller
        .post(&format!("{}/test", path(&made)), json!({}))
        .await
        .expect(200);
    eventually("the test", || receiver.count() == 2).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    assert_eq!(
        types(&arrived(harness, &receiver, &made).await),
        ["user.created", "webhook.test"]
    );
}

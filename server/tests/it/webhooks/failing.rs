//! Receivers that do not take an event: tried again, given up, tried once more, switched off.

use serde_json::json;

use super::{Receiver, arrived, counts, deliver, deliver_all, hook, path, secret, types};
use crate::harness::{Harness, on_both};
use crate::people::caller::Caller;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    failures_are_tried_again_and_given_up_at_last,
    a_receiver_says_when_it_wants_to_be_called_again,
    who_is_gone_is_told_no_more,
    what_is_switched_off_waits,
    an_unreachable_receiver_is_named_by_its_host_alone,
);

mod closed {
    use super::*;
    on_both!(a_name_that_leads_inside_is_not_called);
}

async fn failures_are_tried_again_and_given_up_at_last(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let hook_id = made["id"].as_str().unwrap();
    harness.user("alice").await;
    // The schedule that Standard Webhooks recommends; no redirect is followed.
    let (minute, hour) = (60, 3600);
    let pauses = [
        0,
        5,
        5 * minute,
        30 * minute,
        2 * hour,
        5 * hour,
        10 * hour,
        14 * hour,
        20 * hour,
        24 * hour,
    ];
    let statuses = [500, 302, 307, 400, 404, 429, 503, 301, 502, 504];
    let mut ids = Vec::new();
    for (pause, status) in pauses.into_iter().zip(statuses) {
        receiver.answer(status);
        if pause > 0 {
            harness.advance(pause - 1);
            assert_eq!(deliver(harness).await, 0, "not before {pause} s");
            harness.advance(1);
        }
        assert_eq!(deliver(harness).await, 1, "after {pause} s");
        let requests = receiver.requests();
        assert_eq!(requests.len(), 1);
        requests[0].verified(&[secret(&made)], harness.now().seconds());
        ids.push(requests[0].header("webhook-id").to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same id in every attempt");
    harness.advance(9 * 24 * 3600);
    assert_eq!(deliver(harness).await, 0, "given up");
    let list = format!("{}/deliveries", path(&made));
    let shown = caller.items(&list).await.remove(0);
    assert_eq!(
        (
            &shown["state"],
            &shown["attempts"],
            &shown["last_status"],
            &shown["last_error"],
            &shown["next_attempt_at"]
        ),
        (
            &json!("failed"),
            &json!(10),
            &json!(504),
            &json!("it answered 504"),
            &json!(null)
        )
    );
    let entries = caller.events("webhook_delivery_failed", hook_id).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        entries[0]["detail"],
        json!({"delivery": ids[0], "type": "user.created", "attempts": 10, "reason": "it answered 504"})
    );
    assert_eq!(
        caller.get(&path(&made)).await.expect(200)["enabled"],
        true,
        "others are still told"
    );

    // Once more by hand, in vain; and once more.
    let retry = format!("{list}/{}/retry", ids[0]);
    for (status, state, attempts) in [(500, "failed", 11), (200, "delivered", 12)] {
        receiver.answer(status);
        let hurried = caller.post(&retry, json!({})).await;
        assert_eq!(hurried.expect(200)["state"], "waiting");
        assert_eq!(deliver(harness).await, 1);
        let shown = caller.items(&list).await.remove(0);
        assert_eq!((&shown["state"], &shown["attempts"]), (&json!(state), &json!(attempts)));
    }
    assert_eq!(deliver_all(harness).await, 0);
    let metrics = &harness.app.metrics;
    let numbers = (
        metrics.webhooks_delivered.get(),
        metrics.webhooks_failed.get(),
        metrics.webhooks_given_up.get(),
    );
    assert_eq!(numbers, (1, 11, 2));
    let text = metrics.render();
    for line in [
        "vestibule_webhook_deliveries_total{outcome=\"delivered\"} 1",
        "vestibule_webhook_deliveries_total{outcome=\"failed\"} 11",
        "vestibule_webhook_deliveries_total{outcome=\"given_up\"} 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
}

async fn who_is_gone_is_told_no_more(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let hook_id = made["id"].as_str().unwrap();
    receiver.answer(410);
    harness.user("alice").await;
    harness.user("bob").await;
    assert_eq!(deliver(harness).await, 2, "both were on their way");
    let shown = caller.get(&path(&made)).await.expect(200).clone();
    assert_eq!(
        (&shown["enabled"], &shown["disabled_reason"]),
        (&json!(false), &json!("it answered 410"))
    );
    let disabled = caller.events("webhook_disabled", hook_id).await;
    assert_eq!(disabled.len(), 1);
    assert_eq!(
        (&disabled[0]["actor"], &disabled[0]["detail"]["reason"]),
        (&json!("system"), &json!("it answered 410"))
    );
    let list = caller.items(&format!("{}/deliveries", path(&made))).await;
    assert!(
        list.iter().all(|one| one["state"] == "failed" && one["attempts"] == 1),
        "{list:?}"
    );
    harness.user("carol").await;
    assert_eq!(counts(harness).await, (0, 2), "nothing is written for it");
    let retry = format!("{}/deliveries/{}/retry", path(&made), list[0]["id"].as_str().unwrap());
    assert_eq!(caller.post(&retry, json!({})).await.problem(), "conflict");

    receiver.answer(200);
    receiver.requests();
    let on = caller
        .patch(&path(&made), json!({"enabled": true}))
        .await
        .expect(200)
        .clone();
    assert_eq!(on["disabled_reason"], json!(null));
    caller.post(&retry, json!({})).await.expect(200);
    harness.user("dave").await;
    assert_eq!(
        types(&arrived(harness, &receiver, &made).await),
        ["user.created", "user.created"]
    );
}

async fn a_receiver_says_when_it_wants_to_be_called_again(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    hook(&mut caller, &receiver, &["user.created"]).await;
    harness.user("alice").await;
    // The clock of these tests begins at 2026-11-21T00:00:00Z; whatever is asked for, the schedule is the least.
    let (minute, day) = (60, 24 * 60 * 60);
    let table = [
        (429, "120", 2 * minute),
        (503, "Sat, 21 Nov 2026 01:02:00 GMT", 60 * minute),
        (503, "1", 30 * minute),
        (500, "86400", 120 * minute),
        (429, "99999999999", day),
        (503, "tomorrow", 10 * 60 * minute),
    ];
    for (status, asked, waited) in table {
        receiver.answer_later(status, asked);
        assert_eq!(deliver(harness).await, 1, "{status} {asked}");
        harness.advance(waited - 1);
        assert_eq!(deliver(harness).await, 0, "{status} {asked}: not before {waited} s");
        harness.advance(1);
    }
    receiver.answer(204);
    assert_eq!(deliver(harness).await, 1);
    assert_eq!(receiver.count(), 7);
}

async fn what_is_switched_off_waits(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    harness.user("alice").await;
    receiver.answer(500);
    assert_eq!(deliver(harness).await, 1);
    receiver.requests();
    caller.patch(&path(&made), json!({"enabled": false})).await.expect(200);
    harness.advance(3600);
    assert_eq!((deliver(harness).await, receiver.count()), (0, 0));
    receiver.answer(200);
    caller.patch(&path(&made), json!({"enabled": true})).await.expect(200);
    assert_eq!(types(&arrived(harness, &receiver, &made).await), ["user.created"]);
    let shown = caller.items(&format!("{}/deliveries", path(&made))).await.remove(0);
    assert_eq!((&shown["state"], &shown["attempts"]), (&json!("delivered"), &json!(2)));
}

async fn an_unreachable_receiver_is_named_by_its_host_alone(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let url = "http://127.0.0.1:9/events?token=a-token-of-the-receiver";
    let body = json!({"url": url, "events": ["user.created"]});
    let made = caller.post("/webhooks", body).await.expect(201).clone();
    harness.user("alice").await;
    assert_eq!(deliver(harness).await, 1);
    let shown = caller.items(&format!("{}/deliveries", path(&made))).await.remove(0);
    assert_eq!(
        (&shown["state"], &shown["last_status"]),
        (&json!("waiting"), &json!(null))
    );
    let reason = shown["last_error"].as_str().unwrap();
    assert!(reason.contains("127.0.0.1") && !reason.contains("a-token"), "{reason}");
}

async fn a_name_that_leads_inside_is_not_called(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let body = json!({"url": "https://localhost:9/events", "events": ["user.created"]});
    let made = caller.post("/webhooks", body).await.expect(201).clone();
    harness.user("alice").await;
    assert_eq!(deliver(harness).await, 1);
    let shown = caller.items(&format!("{}/deliveries", path(&made))).await.remove(0);
    let reason = shown["last_error"].as_str().unwrap();
    assert!(reason.contains("`outgoing.allow`"), "{reason}");
}

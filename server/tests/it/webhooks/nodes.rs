//! Several nodes on one database: each event reaches each webhook once, and a node that stops loses nothing.

use serde_json::json;
use vestibule::webhooks::deliver_due;

use super::{Receiver, arrived, counts, deliver, deliver_all, hook, path, secret, types};
use crate::harness::{Engine, Harness, on_both};
use crate::people::caller::Caller;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    two_nodes_tell_each_event_once,
    what_one_node_wrote_another_tells,
    a_node_that_stops_leaves_the_delivery_to_others,
);

async fn two_nodes_tell_each_event_once(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let other = harness.another_node().await;
    for number in 0..12 {
        harness.user(&format!("user{number}")).await;
    }
    let mut told = 0;
    loop {
        let (one, two) = tokio::join!(deliver_due(&harness.app), deliver_due(&other.app));
        let both = one.unwrap() + two.unwrap();
        told += both;
        if both == 0 {
            break;
        }
    }
    assert_eq!((told, counts(harness).await), (12, (0, 12)));
    let requests = receiver.requests();
    let now = harness.now().seconds();
    let events: Vec<_> = requests
        .iter()
        .map(|request| request.verified(&[secret(&made)], now))
        .collect();
    let mut names: Vec<_> = events
        .iter()
        .map(|event| event["data"]["username"].to_string())
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((events.len(), names.len()), (12, 12), "each once");
    other.end().await;
}

/// The event is in the database with the change; whoever made it may stop at once.
async fn what_one_node_wrote_another_tells(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let first = harness.another_node().await;
    first.user("alice").await;
    first.end().await;
    assert_eq!(counts(harness).await, (1, 0));
    let second = harness.another_node().await;
    deliver_all(&second).await;
    second.end().await;
    assert_eq!(types(&arrived(harness, &receiver, &made).await), ["user.created"]);
}

async fn a_node_that_stops_leaves_the_delivery_to_others(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let id = made["id"].as_str().unwrap();
    harness.user("alice").await;
    // A node hands the event out, claims the delivery, and is never heard of again.
    receiver.answer(500);
    assert_eq!(deliver(harness).await, 1);
    harness.advance(5);
    let store = &harness.app.store;
    let (now, until) = (harness.now(), harness.now().plus(60_000_000));
    let due = store.load_due_deliveries(id, now, 10).await.unwrap();
    let claimed = store.claim_delivery(due[0].clone(), now, until).await.unwrap().unwrap();
    let second = store.claim_delivery(due[0].clone(), now, until).await.unwrap();
    assert!(second.is_none(), "it is claimed");
    receiver.answer(200);
    receiver.requests();
    harness.advance(59);
    assert_eq!(deliver(harness).await, 0);
    harness.advance(1);
    assert_eq!(deliver(harness).await, 1, "the claim has run out");
    // The node that comes back late changes nothing.
    let outcome = store::webhooks::deliveries::Outcome {
        status: Some(500),
        error: Some("late"),
    };
    let late = vec![store.postpone_delivery(&claimed.delivery, harness.now(), &outcome)];
    harness.app.commit_changes(late, Vec::new()).await.unwrap();
    assert_eq!((deliver(harness).await, receiver.count()), (0, 1));
    let shown = caller.items(&format!("{}/deliveries", path(&made))).await.remove(0);
    assert_eq!(
        (&shown["state"], &shown["attempts"], &shown["last_error"]),
        (&json!("delivered"), &json!(3), &json!(null))
    );
}

/// Nodes hear of one another by PostgreSQL.
#[tokio::test]
async fn the_other_node_hears_of_a_webhook() {
    let harness = Harness::with(Engine::Postgres, "outgoing.allow = [\"127.0.0.0/8\"]").await;
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(&harness).await);
    let other = harness.another_node().await;
    let made = hook(&mut caller, &receiver, &["user.created"]).await;
    let wanted = harness.app.snapshot().wanted_events;
    for _ in 0..1000 {
        if other.app.snapshot().wanted_events == wanted {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    other.user("alice").await;
    assert_eq!(types(&arrived(&harness, &receiver, &made).await), ["user.created"]);
    other.end().await;
    harness.end().await;
}

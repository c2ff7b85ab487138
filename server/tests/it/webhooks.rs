//! Webhooks over the whole server: the resource, what is told, and how it gets there.

mod accounts;
mod delivering;
mod events;
mod failing;
mod nodes;
mod receiver;
mod resource;

use serde_json::{Value, json};
use vestibule::webhooks::deliver_due;

use crate::harness::Harness;
use crate::people::caller::Caller;
use receiver::Receiver;

store::statements! {
    COUNT_OUTBOX = "SELECT COUNT(*) FROM webhook_outbox";
    COUNT_DELIVERIES = "SELECT COUNT(*) FROM webhook_deliveries";
}

/// A webhook at `receiver` for these events: the answer of the call that made it.
async fn hook(caller: &mut Caller, receiver: &Receiver, events: &[&str]) -> Value {
    let body = json!({"url": receiver.url(), "events": events});
    caller.post("/webhooks", body).await.expect(201).clone()
}

/// The path of a webhook.
fn path(hook: &Value) -> String {
    format!("/webhooks/{}", hook["id"].as_str().expect("an id"))
}

/// The secret of a webhook.
fn secret(hook: &Value) -> &str {
    hook["secret"].as_str().expect("a secret")
}

/// Makes one round of attempts, and says how many.
async fn deliver(harness: &Harness) -> usize {
    deliver_due(&harness.app).await.expect("a database")
}

/// Makes rounds until nothing is due.
async fn deliver_all(harness: &Harness) -> usize {
    let mut all = 0;
    loop {
        match deliver(harness).await {
            0 => return all,
            some => all += some,
        }
    }
}

/// Delivers, and the events that arrived at `receiver`, each checked, in the order of their types.
async fn arrived(harness: &Harness, receiver: &Receiver, hook: &Value) -> Vec<Value> {
    deliver_all(harness).await;
    let mut events: Vec<Value> = receiver
        .requests()
        .iter()
        .map(|request| request.verified(&[secret(hook)], harness.now().seconds()))
        .collect();
    events.sort_by_key(|event| event["type"].as_str().expect("a type").to_owned());
    events
}

/// The types of events.
fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().expect("a type"))
        .collect()
}

/// How many events wait in the outbox, and how many deliveries there are.
async fn counts(harness: &Harness) -> (i64, i64) {
    let mut found = Vec::new();
    for sql in [&COUNT_OUTBOX, &COUNT_DELIVERIES] {
        let rows = harness.app.store.db().read(sql, &[]).await.expect("a database");
        found.push(rows.first().expect("a row").int(0).expect("a number"));
    }
    (found[0], found[1])
}

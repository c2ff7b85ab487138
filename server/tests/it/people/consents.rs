//! `/api/v1/consents`: what people agreed to.

use serde_json::{Value, json};

use super::caller::{Caller, ids};
use super::state::{give, shop};
use crate::harness::{Harness, on_both};

on_both!(consents_are_read_and_forgotten);

async fn consents_are_read_and_forgotten(harness: &Harness) {
    let shop = shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let (alice, bob) = (caller.user("alice").await, caller.user("bob").await);
    let first = give(harness, &alice).await.consent;
    harness.advance(1);
    let second = give(harness, &bob).await.consent;
    assert_eq!(
        ids(&caller.items("/consents?limit=1").await),
        [second.clone(), first.clone()]
    );
    assert_eq!(
        ids(&caller.items(&format!("/consents?user={alice}")).await),
        std::slice::from_ref(&first)
    );
    assert_eq!(
        caller.items(&format!("/consents?application={}", shop.id)).await.len(),
        2
    );
    let consent = caller.get(&format!("/consents/{first}")).await;
    assert_eq!(
        consent.expect(200),
        &json!({"id": first, "user": alice, "application": shop.id, "scopes": ["openid", "email", "offline_access"],
            "claims": [], "granted_at": "2026-11-21T00:00:00Z", "expires_at": Value::Null})
    );
    caller.delete(&format!("/consents/{first}")).await.expect(204);
    assert_eq!(
        caller.delete(&format!("/consents/{first}")).await.problem(),
        "not-found"
    );
    assert_eq!(caller.get(&format!("/consents/{first}")).await.problem(), "not-found");
    let events = caller.events("consent_deleted", &first).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["detail"], json!({"application": shop.id, "subject": alice}));
    // What belongs to somebody who is deleted goes too.
    caller.delete("/users/bob").await.expect(204);
    assert_eq!(caller.items("/consents").await.len(), 0);
}

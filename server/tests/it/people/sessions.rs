//! `/api/v1/sessions`: those that live, and ending them.

use serde_json::json;

use super::caller::{Caller, ids};
use super::state::{give, shop};
use crate::harness::{Harness, on_both};

on_both!(living_sessions_are_listed, ending_is_written_once);

async fn living_sessions_are_listed(harness: &Harness) {
    shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let (alice, bob) = (caller.user("alice").await, caller.user("bob").await);
    let mut sessions = Vec::new();
    for user in [&alice, &bob, &alice] {
        harness.advance(1);
        sessions.push(give(harness, user).await.session);
    }
    let newest_first: Vec<String> = sessions.iter().rev().cloned().collect();
    assert_eq!(ids(&caller.items("/sessions?limit=1").await), newest_first);
    assert_eq!(
        ids(&caller.items(&format!("/sessions?user={bob}")).await),
        [sessions[1].clone()]
    );
    let session = caller.get(&format!("/sessions/{}", sessions[0])).await;
    assert_eq!(
        session.expect(200),
        &json!({
            "id": sessions[0], "user": alice, "created_at": "2026-11-21T00:00:01Z",
            "last_seen_at": "2026-11-21T00:00:01Z", "expires_at": "2026-11-22T00:00:01Z",
            "client_address": "192.0.2.7", "user_agent": "a browser", "amr": ["pwd"],
            "auth_time": "2026-11-21T00:00:01Z", "source": null,
        }),
        "and no hash of the cookie"
    );
    caller.delete(&format!("/sessions/{}", sessions[1])).await.expect(204);
    assert_eq!(
        caller.get(&format!("/sessions/{}", sessions[1])).await.problem(),
        "not-found"
    );
    assert_eq!(caller.items("/sessions").await.len(), 2);
    harness.advance(24 * 60 * 60);
    assert_eq!(
        caller.items("/sessions").await.len(),
        0,
        "they have expired or been idle for too long"
    );
    assert_eq!(
        caller.get(&format!("/sessions/{}", sessions[0])).await.problem(),
        "not-found"
    );
}

async fn ending_is_written_once(harness: &Harness) {
    shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    let given = give(harness, &alice).await;
    for _ in 0..2 {
        caller.delete(&format!("/sessions/{}", given.session)).await.expect(204);
    }
    let events = caller.events("logout", &alice).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["detail"], json!({"session": given.session}));
    assert_eq!(caller.delete("/sessions/ses_none").await.problem(), "not-found");
    harness.advance(1);
    caller.post("/users/alice/sign-out", json!({})).await.expect(204);
    let newest = caller.events("logout", &alice).await.remove(0);
    assert_eq!(newest["detail"], json!({"everywhere": true}));
    let body = caller.post("/users/alice/sign-out", json!({"at": "once"})).await;
    body.expect(400);
}

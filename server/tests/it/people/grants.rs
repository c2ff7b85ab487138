//! `/api/v1/grants`: one entry for each authorization, its states, revocation.

use serde_json::{Value, json};

use super::caller::{Caller, ids};
use super::state::{give, shop};
use crate::harness::{Harness, on_both};

on_both!(grants_are_listed_by_what_they_are, revocation_is_written_once);

async fn grants_are_listed_by_what_they_are(harness: &Harness) {
    let shop = shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let (alice, bob) = (caller.user("alice").await, caller.user("bob").await);
    let mut given = Vec::new();
    for user in [&alice, &bob, &alice] {
        harness.advance(1);
        // One consent for a person and an application: made again, it is the same record.
        given.push(give(harness, user).await.grant);
    }
    let newest_first: Vec<String> = given.iter().rev().cloned().collect();
    assert_eq!(ids(&caller.items("/grants?limit=2").await), newest_first);
    assert_eq!(
        ids(&caller.items(&format!("/grants?user={bob}")).await),
        [given[1].clone()]
    );
    assert_eq!(caller.items(&format!("/grants?application={}", shop.id)).await.len(), 3);
    assert_eq!(caller.items("/grants?kind=client_credentials").await.len(), 0);
    let grant = caller.get(&format!("/grants/{}", given[0])).await;
    let grant = grant.expect(200);
    assert_eq!(grant["user"], alice.as_str());
    assert_eq!(grant["application"], shop.id.as_str());
    assert_eq!(grant["scopes"], json!(["openid", "email", "offline_access"]));
    assert_eq!(grant["kind"], "authorization_code");
    assert_eq!(grant["state"], "active");
    assert_eq!(grant["issued_at"], "2026-11-21T00:00:01Z");
    assert_eq!(grant["expires_at"], "2026-11-22T00:00:01Z");
    assert!(grant.get("facts").is_none() && grant.get("body").is_none());

    caller.delete(&format!("/grants/{}", given[1])).await.expect(204);
    // The first has expired now, the third not yet.
    harness.advance(24 * 60 * 60 - 2);
    for (state, expected) in [("active", &given[2]), ("revoked", &given[1]), ("expired", &given[0])] {
        let items = caller.items(&format!("/grants?state={state}&limit=1")).await;
        assert_eq!(ids(&items), std::slice::from_ref(expected), "{state}");
        assert_eq!(items[0]["state"], state);
    }
    // A cursor goes on though the time does, and belongs to its state.
    let page = caller.get("/grants?limit=1").await;
    let cursor = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let crossed = caller
        .get(&format!("/grants?limit=1&state=active&cursor={cursor}"))
        .await;
    assert_eq!(crossed.errors(), [("cursor".to_owned(), "invalid".to_owned())]);
    assert_eq!(caller.get("/grants?state=dead").await.errors()[0].0, "state");
    assert_eq!(caller.get("/grants/grant_none").await.problem(), "not-found");
    let refused = caller
        .patch(&format!("/grants/{}", given[0]), json!({"state": "active"}))
        .await;
    refused.expect(405);
}

async fn revocation_is_written_once(harness: &Harness) {
    shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    let given = give(harness, &alice).await;
    for _ in 0..3 {
        caller.delete(&format!("/grants/{}", given.grant)).await.expect(204);
    }
    let events = caller.events("grant_deleted", &given.grant).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        events[0]["detail"],
        json!({"application": given.application, "subject": alice})
    );
    assert_eq!(caller.delete("/grants/grant_none").await.problem(), "not-found");
    let mut reader = Caller::with(harness, &["grants:read"]).await;
    reader.get("/grants").await.expect(200);
    assert_eq!(reader.get("/sessions").await.json["status"], Value::from(403));
    reader.delete(&format!("/grants/{}", given.grant)).await.expect(403);
}

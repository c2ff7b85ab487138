//! `/api/v1/users/{id}/factors`: an administrator looks at factors and takes them away, and never sees a secret.

use serde_json::json;

use super::*;
use crate::api::support::Api;
use crate::harness::on_both;
use crate::people::caller::Caller;

on_both!(
    they_are_listed_read_and_taken_away,
    an_administrator_takes_one_away_in_the_dashboard,
    who_may_not,
    they_go_with_their_person,
    an_application_says_what_it_demands,
);

async fn they_are_listed_read_and_taken_away(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let none = api.get("/users/alice/factors").await.found();
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    add_passkey(&mut client, &mut Authenticator::new()).await;
    let listed = api.get("/users/alice/factors").await;
    let text = listed.answer.body.clone();
    for secret in kept
        .codes
        .iter()
        .map(String::as_str)
        .chain(["sealed", "credential", "secret"])
    {
        assert!(!text.contains(secret), "{secret}");
    }
    let listed = listed.found();
    let items = listed["items"].as_array().expect("a list");
    let kinds: Vec<&str> = items
        .iter()
        .map(|item| item["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds.len(), 3);
    for kind in ["totp", "recovery_codes", "passkey"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for item in items {
        assert_eq!(item["user"], alice.id.as_str());
        let left = if item["kind"] == "recovery_codes" {
            json!(10)
        } else {
            json!(null)
        };
        assert_eq!(item["codes_left"], left);
        let path = format!("/users/{}/factors/{}", alice.id, item["id"].as_str().expect("an id"));
        assert_eq!(api.get(&path).await.found(), *item);
    }
    let id_of = |kind: &str| {
        let found = items.iter().find(|item| item["kind"] == kind).expect("it is there");
        format!("/users/alice/factors/{}", found["id"].as_str().expect("an id"))
    };
    assert_eq!(api.delete(&id_of("totp")).await.answer.status, 204);
    assert_eq!(api.delete(&id_of("totp")).await.answer.status, 404);
    assert_eq!(
        api.get(&id_of("recovery_codes")).await.answer.status,
        200,
        "a passkey is left"
    );
    assert_eq!(api.delete(&id_of("passkey")).await.answer.status, 204);
    assert_eq!(
        api.get(&id_of("recovery_codes")).await.answer.status,
        404,
        "they went with it"
    );
    let removed = harness.events("factor_removed").await;
    assert_eq!(removed.len(), 2);
    assert!(
        removed
            .iter()
            .all(|event| event.target.as_deref() == Some(alice.id.as_str()))
    );
    let answer = type_password(&mut harness.client(), "/login", "alice").await;
    assert_eq!(
        answer.location(),
        Some("/"),
        "who has lost everything comes in by the password"
    );
}

async fn an_administrator_takes_one_away_in_the_dashboard(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    add_passkey(&mut client, &mut Authenticator::new()).await;
    let mut api = Api::new(harness).await;
    let listed = api.get("/users/alice/factors").await.found();
    let items = listed["items"].as_array().expect("a list");
    let passkey = items.iter().find(|item| item["kind"] == "passkey").expect("a passkey");
    let id = passkey["id"].as_str().expect("an id");
    harness.user_with("root", |user| user.is_admin = true).await;
    let mut root = harness.signed_in("root").await;
    let page = root.get(&format!("/admin/users/{}", alice.id)).await;
    assert!(page.has(&format!("tr[data-id={id}]")), "{}", page.body);
    let page = root
        .get(&format!("/admin/users/{}/factors/{id}/delete", alice.id))
        .await;
    let answer = root.submit(&page.form("confirm-form")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let left = api.get("/users/alice/factors").await.found();
    assert!(!left.to_string().contains(id), "{left}");
    let events = harness.events("factor_removed").await;
    assert_eq!(events.len(), 1, "it stands in the audit log");
}

async fn who_may_not(harness: &Harness) {
    harness.user("alice").await;
    harness.user_with("root", |root| root.is_admin = true).await;
    let mut client = harness.signed_in("alice").await;
    add_app(harness, &mut client).await;
    add_app(harness, &mut harness.signed_in("root").await).await;
    let mut all = Caller::all(harness).await;
    let id_of = async |all: &mut Caller, user: &str| {
        let listed = all
            .call(http::Method::GET, &format!("/users/{user}/factors"), None)
            .await;
        let id = listed.json["items"][0]["id"].as_str().expect("an id").to_owned();
        format!("/users/{user}/factors/{id}")
    };
    let (alices, roots) = (id_of(&mut all, "alice").await, id_of(&mut all, "root").await);
    for (permission, read, delete) in [("users:read", 200, 403), ("groups:write", 403, 403)] {
        let mut caller = Caller::with(harness, &[permission]).await;
        for path in [&alices, &roots] {
            assert_eq!(
                caller.call(http::Method::GET, path, None).await.answer.status,
                read,
                "{permission}"
            );
            assert_eq!(
                caller.call(http::Method::DELETE, path, None).await.answer.status,
                delete,
                "{permission}"
            );
        }
    }
    // Who manages people takes nothing from administrators.
    let mut caller = Caller::with(harness, &["users:read", "users:write"]).await;
    assert_eq!(caller.call(http::Method::DELETE, &roots, None).await.answer.status, 403);
    let others = alices.replace("alice", "root");
    assert_eq!(
        all.call(http::Method::DELETE, &others, None).await.answer.status,
        404,
        "of another person"
    );
    assert_eq!(
        caller.call(http::Method::DELETE, &alices, None).await.answer.status,
        204
    );
}

async fn they_go_with_their_person(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    add_passkey(&mut client, &mut key).await;
    assert_eq!(api.delete("/users/alice").await.answer.status, 204);
    assert!(
        harness
            .app
            .store
            .load_factors(&alice.id)
            .await
            .expect("rows")
            .is_empty()
    );
    let answer = enter_by_passkey(&mut harness.client(), "/login", &mut key).await;
    assert_eq!(answer.status, 422);
    // The key is free again.
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    assert_eq!(add_passkey(&mut client, &mut key).await.status, 200);
}

async fn an_application_says_what_it_demands(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = json!({ "name": "Shop", "default_acr_values": ["https://refeds.org/profile/mfa", "phr"] });
    let made = api.post("/applications", &made).await.created();
    assert_eq!(
        made["default_acr_values"],
        json!(["https://refeds.org/profile/mfa", "phr"])
    );
    let path = format!("/applications/{}", made["id"].as_str().expect("an id"));
    let wrong = api.patch(&path, &json!({ "default_acr_values": ["gold"] })).await;
    assert_eq!(wrong.wrong(), ["default_acr_values:not_found"]);
    let reset = api.patch(&path, &json!({ "default_acr_values": null })).await.found();
    assert_eq!(reset["default_acr_values"], json!([]));
}

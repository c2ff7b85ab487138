//! What is told of users, sessions and sources: each event once, with the record as it was, and nothing that nobody wants.

use serde_json::{Value, json};
use vestibule::jobs;

use super::{Receiver, arrived, counts, deliver_all, hook, path, types};
use crate::harness::{BEGINNING, Harness, PASSWORD, on_both};
use crate::login::authorize;
use crate::people::caller::Caller;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    users_are_told_of_as_they_were,
    every_beginning_and_end_of_a_session_is_told,
    who_signs_in_again_gets_another_session,
    a_source_is_told_of_as_a_provider,
    a_source_that_is_no_provider_keeps_its_own_form,
    nothing_is_written_that_nobody_wants,
    what_did_not_happen_is_not_told,
);

async fn users_are_told_of_as_they_were(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(
        &mut caller,
        &receiver,
        &["user.created", "user.updated", "user.deleted"],
    )
    .await;
    // Texts that the copy of a record must survive.
    let odd = "-1:\u{e4}\u{1f600} \" \\ ' 3:abc";
    let body = json!({"username": "alice", "name": odd, "email": "alice@example.com", "attributes": {"a": ["-", 1]}});
    let user = caller.post("/users", body).await.expect(201).clone();
    let id = user["id"].as_str().unwrap();
    harness.advance(1);
    caller
        .patch(&format!("/users/{id}"), json!({"name": "Alice"}))
        .await
        .expect(200);
    harness.advance(1);
    caller
        .post(&format!("/users/{id}/password"), json!({"password": PASSWORD}))
        .await
        .expect(204);
    harness.advance(1);
    caller.delete(&format!("/users/{id}")).await.expect(204);
    // All of it is told after the last change, and still each event shows its own moment.
    let events = arrived(harness, &receiver, &made).await;
    assert_eq!(
        types(&events),
        ["user.created", "user.deleted", "user.updated", "user.updated"]
    );
    let created = &events[0];
    let mut data = user.clone();
    let members = data.as_object_mut().unwrap();
    members.remove("groups");
    members.remove("emails");
    members.insert("object".to_owned(), json!("user"));
    assert_eq!(created["data"], data, "as the management API shows it");
    let envelope = created.as_object().unwrap();
    let mut names: Vec<&str> = envelope.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["data", "id", "instance_id", "object", "timestamp", "type", "was_test"]
    );
    assert_eq!(
        (&created["object"], &created["was_test"], &created["timestamp"]),
        (&json!("event"), &json!(false), &json!(BEGINNING / 1000))
    );
    assert!(created["id"].as_str().unwrap().starts_with("whe_"));
    let instance = created["instance_id"].as_str().unwrap();
    assert!(instance.starts_with("ins_") && instance.len() == 30, "{instance}");
    assert!(
        events
            .iter()
            .all(|event| event["instance_id"] == created["instance_id"])
    );
    let names: Vec<&Value> = events.iter().map(|event| &event["data"]["name"]).collect();
    assert_eq!(names, [odd, "Alice", "Alice", "Alice"]);
    let mut times: Vec<i64> = events
        .iter()
        .map(|event| event["timestamp"].as_i64().unwrap())
        .collect();
    times.sort_unstable();
    assert_eq!(times, [0, 1, 2, 3].map(|second| BEGINNING / 1000 + second * 1000));
    assert!(!format!("{events:?}").contains("argon2"), "no hash of a password");
}

async fn every_beginning_and_end_of_a_session_is_told(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let alice = harness.user("alice").await;
    let made = hook(&mut caller, &receiver, &["session.created", "session.ended"]).await;
    let own = format!("/users/{}", alice.id);
    for way in [
        "person",
        "everywhere",
        "session",
        "administrator",
        "password",
        "expiry",
        "disabled",
        "deleted",
    ] {
        let mut client = harness.signed_in("alice").await;
        let began = arrived(harness, &receiver, &made).await;
        assert_eq!(types(&began), ["session.created"], "{way}");
        let session = began[0]["data"].clone();
        let id = session["id"].as_str().unwrap();
        assert_eq!(
            (&session["user"], &session["ended_at"]),
            (&json!(alice.id), &Value::Null)
        );
        harness.advance(1);
        match way {
            "person" => {
                let form = client.get("/logout").await.form("logout-form");
                assert_eq!(client.submit(&form).await.status, 303);
            }
            "everywhere" => {
                let form = client.get("/logout?everywhere=true").await.form("logout-form");
                assert_eq!(client.submit(&form).await.status, 303);
            }
            "session" => {
                caller.delete(&format!("/sessions/{id}")).await.expect(204);
                caller.delete(&format!("/sessions/{id}")).await.expect(204);
            }
            "administrator" => {
                caller.post(&format!("{own}/sign-out"), json!({})).await.expect(204);
            }
            "password" => {
                let body = json!({ "password": PASSWORD });
                caller.post(&format!("{own}/password"), body).await.expect(204);
            }
            "expiry" => {
                harness.advance(24 * 60 * 60 + 1);
                jobs::tidy(&harness.app).await.unwrap();
            }
            "disabled" => {
                caller.patch(&own, json!({"is_active": false})).await.expect(200);
            }
            _ => {
                caller.delete(&own).await.expect(204);
            }
        }
        let ended = arrived(harness, &receiver, &made).await;
        assert_eq!(types(&ended), ["session.ended"], "{way}");
        let last = ended.iter().find(|event| event["data"]["id"] == session["id"]).unwrap();
        assert!(last["data"]["ended_at"].is_string(), "{way}: {last}");
        let mut same = last["data"].clone();
        for name in ["ended_at", "last_seen_at"] {
            same[name] = session[name].clone();
        }
        assert_eq!(same, session, "{way}");
        if way == "disabled" {
            caller.patch(&own, json!({"is_active": true})).await.expect(200);
        }
        harness.advance(1);
    }
    assert_eq!(counts(harness).await.0, 0);
}

async fn who_signs_in_again_gets_another_session(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    harness.application("shop").await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let made = hook(&mut caller, &receiver, &["session.created", "session.ended"]).await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "login")])).await;
    let form = page
        .form("login-form")
        .with("username", "alice")
        .with("password", PASSWORD);
    assert_eq!(client.submit(&form).await.status, 303);
    let events = arrived(harness, &receiver, &made).await;
    assert_eq!(types(&events), ["session.created", "session.ended"]);
    assert_ne!(events[0]["data"]["id"], events[1]["data"]["id"]);
}

/// What an OAuth 2.0 source is made from without asking anybody.
fn source(key: &str) -> Value {
    json!({
        "key": key, "name": "Harbor HR", "kind": "oauth2", "client_id": "hh-web", "client_secret": "the secret there",
        "authorization_endpoint": "https://hr.harbor.test/o/authorize", "token_endpoint": "https://hr.harbor.test/o/token",
        "userinfo_endpoint": "https://hr.harbor.test/v2/self", "scopes": ["me.read"],
        "attribute_mapping": {"provider_user_id": "uid", "email_address": "contact.mail"},
        "token_request_headers": {"x-key": "a key of the header"},
    })
}

async fn a_source_is_told_of_as_a_provider(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let events = [
        "oauthProvider.created",
        "oauthProvider.updated",
        "oauthProvider.deleted",
    ];
    let made = hook(&mut caller, &receiver, &events).await;
    let id = caller.post("/sources", source("harbor_hr")).await.expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    harness.advance(1);
    let change = json!({"name": "Harbor", "enabled": false, "client_secret": "another secret there"});
    caller.patch("/sources/harbor_hr", change).await.expect(200);
    caller.delete("/sources/harbor_hr").await.expect(204);
    deliver_all(harness).await;
    let requests = receiver.requests();
    for request in &requests {
        let text = String::from_utf8(request.body.clone()).unwrap();
        assert!(
            !text.contains("secret") && !text.contains("a key of the header"),
            "{text}"
        );
    }
    let mut told: Vec<Value> = requests
        .iter()
        .map(|request| request.verified(&[super::secret(&made)], harness.now().seconds()))
        .collect();
    told.sort_by_key(|event| event["type"].as_str().unwrap().to_owned());
    assert_eq!(
        types(&told),
        [
            "oauthProvider.created",
            "oauthProvider.deleted",
            "oauthProvider.updated"
        ]
    );
    // The members of and no other.
    let provider = json!({
        "id": format!("oauthp_{}", id.strip_prefix("src_").unwrap()), "object": "oauth_provider",
        "provider_kind": "custom_oauth2", "provider_key": "harbor_hr", "name": "Harbor HR", "enabled": true,
        "allow_sign_in": true, "allow_sign_up": true, "block_email_subaddresses": false, "client_id": "hh-web",
        "scopes": ["me.read"], "additional_authorization_params": {},
        "attribute_mapping": {"provider_user_id": "uid", "email_address": "contact.mail"},
        "redirect_uri": format!("{}source/oauth/callback/harbor_hr/", harness.app.public_url),
        "issuer": null, "discovery_endpoint": null,
        "authorization_endpoint": "https://hr.harbor.test/o/authorize",
        "token_endpoint": "https://hr.harbor.test/o/token", "userinfo_endpoint": "https://hr.harbor.test/v2/self",
        "jwks_uri": null, "id_token_signing_algs": [], "userinfo_method": "GET", "userinfo_auth": "bearer",
        "created_at": BEGINNING / 1000, "updated_at": BEGINNING / 1000,
    });
    assert_eq!(told[0]["data"], provider);
    let mut after = provider;
    after["name"] = json!("Harbor");
    after["enabled"] = json!(false);
    after["updated_at"] = json!(BEGINNING / 1000 + 1000);
    assert_eq!((&told[2]["data"], &told[1]["data"]), (&after, &after));
}

async fn a_source_that_is_no_provider_keeps_its_own_form(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let made = hook(&mut caller, &receiver, &["oauthProvider.created"]).await;
    let mut body = source("Harbor-HR");
    harness.application("shop").await;
    body["applications"] = json!(["shop"]);
    let shown = caller.post("/sources", body).await.expect(201).clone();
    let events = arrived(harness, &receiver, &made).await;
    let data = events[0]["data"].as_object().unwrap();
    assert_eq!(data["object"], json!("source"));
    // Each member is one of the management API and has the value that stands there.
    for (name, value) in data.iter().filter(|(name, _)| *name != "object") {
        assert_eq!(value, &shown[name.as_str()], "{name}");
    }
    for name in [
        "id",
        "key",
        "kind",
        "token_endpoint",
        "has_client_secret",
        "redirect_uri",
        "scopes",
    ] {
        assert!(data.contains_key(name), "{name}");
    }
    assert!(!events[0].to_string().contains("the secret there"));
}

async fn nothing_is_written_that_nobody_wants(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    harness.user("alice").await;
    harness.signed_in("alice").await;
    assert_eq!(counts(harness).await, (0, 0), "there is no webhook");
    let made = hook(&mut caller, &receiver, &["user.deleted"]).await;
    harness.user("bob").await;
    harness.signed_in("alice").await;
    caller.post("/sources", source("harbor")).await.expect(201);
    assert_eq!(counts(harness).await, (0, 0), "it wants something else");
    caller
        .patch(&path(&made), json!({"enabled": false, "events": ["*"]}))
        .await
        .expect(200);
    harness.user("carol").await;
    assert_eq!(counts(harness).await, (0, 0), "it is switched off");
    caller.patch(&path(&made), json!({"enabled": true})).await.expect(200);
    harness.user("dave").await;
    assert_eq!(counts(harness).await, (1, 0), "in the commit of the change itself");
    assert_eq!(types(&arrived(harness, &receiver, &made).await), ["user.created"]);
    assert_eq!(counts(harness).await, (0, 1));
    // Two webhooks of different tastes.
    let (other, others) = (Receiver::start().await, ["user.deleted"]);
    hook(&mut caller, &other, &others).await;
    harness.user("erin").await;
    caller.delete("/users/bob").await.expect(204);
    assert_eq!(
        types(&arrived(harness, &receiver, &made).await),
        ["user.created", "user.deleted"]
    );
    assert_eq!(other.count(), 1);
    caller.delete(&path(&made)).await.expect(204);
    harness.user("frank").await;
    assert_eq!(counts(harness).await, (0, 1), "with the webhook go its deliveries");
}

async fn what_did_not_happen_is_not_told(harness: &Harness) {
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    let mut alice = harness.user("alice").await;
    hook(&mut caller, &receiver, &["*"]).await;
    // A name that is taken, a version that is not the one that was read, a record that is gone.
    caller.post("/users", json!({"username": "ALICE"})).await.errors();
    let stale = caller
        .if_match("\"77\"")
        .patch("/users/alice", json!({"name": "x"}))
        .await;
    stale.expect(412);
    let store = &harness.app.store;
    alice.name = "missed".to_owned();
    let missed = vec![store.update_user(&alice, 77).unwrap()];
    assert!(harness.app.commit_changes(missed, Vec::new()).await.is_err());
    let gone = store.delete_user("user_x", harness.now());
    assert!(harness.app.commit_changes(gone, Vec::new()).await.is_err());
    let ended = store.end_session("ses_x", harness.now());
    harness.app.commit_changes(ended, Vec::new()).await.unwrap();
    assert_eq!(counts(harness).await, (0, 0));
    // What leaves a record as it is changes nothing.
    caller
        .patch("/users/alice", json!({"username": "alice"}))
        .await
        .expect(200);
    assert_eq!(counts(harness).await, (0, 0));
}

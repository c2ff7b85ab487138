//! What people say about themselves.

use super::support::needs_proof;
use crate::harness::{Engine, Harness, on_both};

on_both!(
    a_person_changes_their_claims_and_nothing_else,
    what_is_wrong_is_said_beside_the_field,
    the_form_needs_its_proof,
);

async fn a_person_changes_their_claims_and_nothing_else(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get("/account/profile").await;
    let form = page.form("profile-form");
    assert_eq!(form.value("name"), Some("Name of alice"));
    let form = form
        .with("given_name", " Alice ")
        .with("family_name", "Liddell")
        .with("zoneinfo", "Europe/London")
        .with("locale", "de")
        .with("name", "")
        // Not offered, so not taken.
        .with("username", "root")
        .with("email", "root@example.com")
        .with("is_admin", "true")
        .with("middle_name", "Pleasance");
    let saved = client.submit(&form).await;
    assert_eq!(
        saved.location(),
        Some("/account/profile?done=profile"),
        "{}",
        saved.body
    );
    assert!(client.follow(saved).await.has("p#done"));
    let found = harness
        .app
        .store
        .load_user(&alice.id)
        .await
        .unwrap()
        .expect("alice")
        .user;
    let claims = &found.claims;
    assert_eq!(claims.given_name.as_deref(), Some("Alice"));
    assert_eq!(claims.family_name.as_deref(), Some("Liddell"));
    assert_eq!(claims.zoneinfo.as_deref(), Some("Europe/London"));
    assert_eq!(claims.locale.as_deref(), Some("de"));
    assert_eq!((found.name.as_str(), &claims.middle_name), ("", &None));
    assert_eq!((found.username.as_str(), found.is_admin), ("alice", false));
    assert_eq!(found.email, alice.email);
    let events = harness.events("user_updated").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].actor.as_deref(), Some(alice.id.as_str()));
    assert!(
        !events[0].detail.to_string().contains("Liddell"),
        "names of fields, no values"
    );
    // What is empty goes.
    let page = client.get("/account/profile").await;
    client.submit(&page.form("profile-form").with("zoneinfo", " ")).await;
    let found = harness
        .app
        .store
        .load_user(&alice.id)
        .await
        .unwrap()
        .expect("alice")
        .user;
    assert_eq!(found.claims.zoneinfo, None);
}

async fn what_is_wrong_is_said_beside_the_field(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get("/account/profile").await;
    let long = "x".repeat(256);
    let table = [
        ("given_name", long.as_str()),
        ("birthdate", "yesterday"),
        ("zoneinfo", "Won der land"),
        ("locale", "no language"),
        ("phone_number", "12"),
        ("website", "javascript:alert(1)"),
        ("name", "a\u{202e}b"),
    ];
    for (claim, value) in table {
        let answer = client.submit(&page.form("profile-form").with(claim, value)).await;
        assert_eq!(answer.status, 422, "{claim}");
        assert!(
            answer.has(&format!("p#{claim}-problem")) || claim == "locale",
            "{claim}: {}",
            answer.body
        );
    }
    assert_eq!(harness.events("user_updated").await.len(), 0);
}

async fn the_form_needs_its_proof(harness: &Harness) {
    harness.user("alice").await;
    needs_proof(harness, "alice", "/account/profile", &["/account/profile"]).await;
}

#[tokio::test]
async fn the_configuration_says_which_claims() {
    let harness = Harness::with(Engine::Sqlite, "account.profile_fields = [\"nickname\"]").await;
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get("/account/profile").await;
    assert!(page.has("input[name=nickname]") && !page.has("input[name=name]"));
    let form = page
        .form("profile-form")
        .with("nickname", "Al")
        .with("name", "Somebody");
    assert_eq!(client.submit(&form).await.status, 303);
    let found = harness
        .app
        .store
        .load_user(&alice.id)
        .await
        .unwrap()
        .expect("alice")
        .user;
    assert_eq!((found.claims.nickname.as_deref(), found.name), (Some("Al"), alice.name));
    harness.end().await;
}

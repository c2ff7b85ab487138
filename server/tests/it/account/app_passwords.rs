//! App passwords at the account pages.

use super::support::{forms, needs_proof};
use crate::harness::{Harness, on_both};

const PAGE: &str = "/account/app-passwords";

on_both!(
    one_is_made_shown_once_and_deleted,
    what_belongs_to_another_is_not_there,
    names_and_lifetimes_are_checked,
    an_old_sign_in_makes_none,
    the_forms_need_their_proof,
);

async fn one_is_made_shown_once_and_deleted(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get(PAGE).await;
    let form = page
        .form("app-password-form")
        .with("name", " Backup ")
        .with("days", "30");
    let made = client.submit(&form).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let html = made.page();
    let value = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("app-password-value"))
        .map(|element| element.text.clone())
        .expect("the value");
    assert!(value.starts_with("vap_") && value.len() == 47, "{value}");
    let page = client.get(PAGE).await;
    assert!(page.body.contains("Backup") && !page.body.contains(&value), "once only");
    let items = forms(&page, "/account/app-passwords/delete");
    let id = items[0].value("id").expect("an id").to_owned();
    let stored = harness
        .app
        .store
        .load_app_password(&alice.id, &id)
        .await
        .unwrap()
        .expect("one");
    assert_eq!(stored.expires_at, Some(harness.now().plus(30 * protocol::time::DAY)));
    let deleted = client.submit(&items[0]).await;
    assert_eq!(
        deleted.location(),
        Some("/account/app-passwords?done=app-password"),
        "{}",
        deleted.body
    );
    assert!(
        harness
            .app
            .store
            .load_app_password(&alice.id, &id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(client.submit(&items[0]).await.status, 404, "a second time");
    let events = harness.events("app_password_deleted").await;
    assert_eq!(events[0].actor.as_deref(), Some(alice.id.as_str()));
}

async fn what_belongs_to_another_is_not_there(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let mut alice = harness.signed_in("alice").await;
    let page = alice.get(PAGE).await;
    alice
        .submit(&page.form("app-password-form").with("name", "hers").with("days", "0"))
        .await;
    let hers = forms(&alice.get(PAGE).await, "/account/app-passwords/delete");
    let mut bob = harness.signed_in("bob").await;
    let page = bob.get(PAGE).await;
    assert!(!page.body.contains("hers"));
    let csrf = page.form("app-password-form");
    let fields = [
        ("csrf", csrf.value("csrf").expect("a proof")),
        ("id", hers[0].value("id").expect("an id")),
    ];
    assert_eq!(bob.post("/account/app-passwords/delete", &fields).await.status, 404);
    assert_eq!(harness.events("app_password_deleted").await.len(), 0);
}

async fn names_and_lifetimes_are_checked(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let form = client.get(PAGE).await.form("app-password-form").with("days", "90");
    let long = "x".repeat(201);
    for (name, status) in [("", 422), ("  ", 422), (long.as_str(), 422)] {
        assert_eq!(
            client.submit(&form.clone().with("name", name)).await.status,
            status,
            "{name}"
        );
    }
    for days in ["", "-1", "7", "x", "99999999999999999999"] {
        let answer = client.submit(&form.clone().with("name", "a").with("days", days)).await;
        assert_eq!(answer.status, 400, "{days}");
    }
    assert_eq!(harness.events("app_password_created").await.len(), 0);
}

async fn an_old_sign_in_makes_none(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let form = client
        .get(PAGE)
        .await
        .form("app-password-form")
        .with("name", "a")
        .with("days", "30");
    harness.advance(10 * 60);
    let confirm = "/login?next=/account/app-passwords&prompt=login";
    assert_eq!(client.submit(&form).await.location(), Some(confirm));
    assert!(client.get(PAGE).await.has("div#confirm"));
    assert_eq!(harness.events("app_password_created").await.len(), 0);
}

async fn the_forms_need_their_proof(harness: &Harness) {
    harness.user("alice").await;
    needs_proof(harness, "alice", PAGE, &[PAGE, "/account/app-passwords/delete"]).await;
}

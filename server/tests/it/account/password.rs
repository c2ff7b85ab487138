//! Another password: only with the old one, only after a fresh sign-in, and never one that is easy to guess.

use super::support::{ANOTHER, is_signed_in, needs_proof, opens, password_form};
use crate::harness::{Harness, PASSWORD, on_both};

on_both!(
    a_password_is_changed_with_the_old_one,
    every_other_session_ends_on_wish,
    without_the_wish_other_sessions_stay,
    the_old_one_must_be_right,
    wrong_ones_count_like_a_failed_sign_in,
    short_long_and_weak_ones_are_refused,
    an_old_sign_in_is_confirmed_first,
    who_has_none_sets_a_first_one,
    the_form_needs_its_proof,
);

async fn a_password_is_changed_with_the_old_one(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let form = password_form(&mut client, ANOTHER).await;
    let changed = client.submit(&form).await;
    assert_eq!(
        changed.location(),
        Some("/account/password?done=password"),
        "{}",
        changed.body
    );
    assert!(client.follow(changed).await.has("p#done"));
    assert!(opens(harness, "alice", ANOTHER).await);
    assert!(!opens(harness, "alice", PASSWORD).await);
    let events = harness.events("password_changed").await;
    assert_eq!(events.len(), 1);
    let (actor, target) = (events[0].actor.as_deref(), events[0].target.as_deref());
    assert_eq!((actor, target), (Some(alice.id.as_str()), Some(alice.id.as_str())));
    let again = client.get("/account/activity").await;
    assert!(again.has("li[data-action=password_changed]"), "{}", again.body);
    assert!(!again.body.contains(ANOTHER));
}

async fn every_other_session_ends_on_wish(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut other = harness.signed_in("alice").await;
    let old = client.clone();
    harness.advance(1);
    let form = password_form(&mut client, ANOTHER).await.with("end_others", "true");
    let changed = client.submit(&form).await;
    assert_eq!(
        changed.location(),
        Some("/account/password?done=password-and-sessions"),
        "{}",
        changed.body
    );
    assert!(is_signed_in(&mut client).await, "this browser goes on");
    assert!(!is_signed_in(&mut other).await);
    assert!(!is_signed_in(&mut old.clone()).await, "in a new session");
    assert_ne!(client.cookie("vestibule_session"), old.cookie("vestibule_session"));
}

async fn without_the_wish_other_sessions_stay(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut other = harness.signed_in("alice").await;
    let form = password_form(&mut client, ANOTHER).await;
    assert_eq!(client.submit(&form).await.status, 303);
    assert!(is_signed_in(&mut client).await && is_signed_in(&mut other).await);
}

async fn the_old_one_must_be_right(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for current in ["not this one", ""] {
        let form = password_form(&mut client, ANOTHER).await.with("current", current);
        let refused = client.submit(&form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.has("p#current-problem"), "{}", refused.body);
    }
    let missing = password_form(&mut client, ANOTHER).await.without("current");
    assert_eq!(client.submit(&missing).await.status, 422);
    assert!(opens(harness, "alice", PASSWORD).await);
    assert_eq!(harness.events("password_changed").await.len(), 0);
}

async fn wrong_ones_count_like_a_failed_sign_in(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let most = harness.app.config.limits.sign_in_failures_per_account;
    for _ in 0..most {
        let form = password_form(&mut client, ANOTHER)
            .await
            .with("current", "a guess at it");
        assert_eq!(client.submit(&form).await.status, 422);
    }
    let form = password_form(&mut client, ANOTHER).await;
    let blocked = client.submit(&form).await;
    assert_eq!(blocked.status, 429, "even the right one: {}", blocked.body);
    assert_eq!(harness.events("login_failed").await.len(), most as usize);
    harness.advance(60 * 15 + 1);
    // The sign-in is old by now; it is confirmed, and then the right one counts.
    let mut again = harness.signed_in("alice").await;
    let form = password_form(&mut again, ANOTHER).await;
    assert_eq!(again.submit(&form).await.status, 303);
}

async fn short_long_and_weak_ones_are_refused(harness: &Harness) {
    harness
        .user_with("mirabilis", |user| {
            user.claims.family_name = Some("Vanderbeek".to_owned());
        })
        .await;
    let mut client = harness.signed_in("mirabilis").await;
    let long = "x1-".repeat(200);
    for new in [
        "",
        "seven77",
        &long,
        "password1",
        "qwertyuiop",
        "mirabilis1",
        "vanderbeek",
        "aaaaaaaaaaaa",
    ] {
        let form = password_form(&mut client, new).await;
        let refused = client.submit(&form).await;
        assert_eq!(refused.status, 422, "{new}");
        assert!(refused.has("p#password-problem"), "{new}: {}", refused.body);
        assert!(
            new.is_empty() || !refused.body.contains(new),
            "it is not sent back: {new}"
        );
    }
    assert!(opens(harness, "mirabilis", PASSWORD).await);
}

async fn an_old_sign_in_is_confirmed_first(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let form = password_form(&mut client, ANOTHER).await;
    harness.advance(10 * 60);
    let confirm = "/login?next=/account/password&prompt=login";
    let page = client.get("/account/password").await;
    assert!(
        page.has("div#confirm") && !page.has("form#password-form"),
        "{}",
        page.body
    );
    assert_eq!(client.submit(&form).await.location(), Some(confirm));
    assert!(opens(harness, "alice", PASSWORD).await);
    let page = client.get(confirm).await;
    let form = page
        .form("login-form")
        .with("username", "alice")
        .with("password", PASSWORD);
    let back = client.submit(&form).await;
    assert_eq!(back.location(), Some("/account/password"));
    let form = password_form(&mut client, ANOTHER).await;
    assert_eq!(client.submit(&form).await.status, 303);
}

async fn who_has_none_sets_a_first_one(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    harness.clear_password(&alice.id).await;
    let page = client.get("/account/password").await;
    let form = page.form("password-form");
    assert_eq!(form.value("current"), None);
    assert_eq!(
        client
            .submit(&form.with("password", ANOTHER).without("end_others"))
            .await
            .status,
        303
    );
    assert!(opens(harness, "alice", ANOTHER).await);
}

async fn the_form_needs_its_proof(harness: &Harness) {
    harness.user("alice").await;
    needs_proof(harness, "alice", "/account/password", &["/account/password"]).await;
}

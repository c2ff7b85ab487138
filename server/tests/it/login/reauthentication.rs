//! `prompt=login`, `prompt=none` and `max_age`: when a sign-in from before is good enough.

use super::*;
use crate::harness::on_both;

on_both!(
    prompt_login_asks_once,
    max_age_asks_when_the_sign_in_is_older,
    prompt_none_shows_nothing,
    a_repeated_sign_in_may_be_somebody_else,
);

async fn prompt_login_asks_once(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "login")])).await;
    assert!(page.has("p.notice"), "it says why");
    assert_eq!(page.form("login-form").value("username"), Some("alice"));
    let transaction = page.form("login-form").value("transaction").unwrap().to_owned();
    let first = Some(format!("/login?transaction={transaction}"));
    let answer = client.get(&format!("/consent?transaction={transaction}")).await;
    assert_eq!(answer.location(), first.as_deref(), "no way around");
    // Whoever chooses an account, even that of now, signs in with it.
    let chooser = client.get(&format!("/choose-account?transaction={transaction}")).await;
    let answer = client
        .submit(&chooser.form("account-form").with("account", "present"))
        .await;
    assert!(
        answer.location().is_some_and(|to| to.starts_with("/login?")),
        "{:?}",
        answer.location()
    );
    let answer = sign_in(&mut client, &page, "alice").await;
    code_for(&answer, harness, "shop");
}

async fn max_age_asks_when_the_sign_in_is_older(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    harness.advance(100);
    let answer = client.visit(&authorize("shop", &[("max_age", "100")])).await;
    code_for(&answer, harness, "shop");
    harness.advance(1);
    let answer = client
        .visit(&authorize("shop", &[("max_age", "100"), ("prompt", "none")]))
        .await;
    assert_eq!(error_for(&answer, "shop"), "login_required");
    let page = client.visit(&authorize("shop", &[("max_age", "100")])).await;
    let answer = sign_in(&mut client, &page, "alice").await;
    let code = code_for(&answer, harness, "shop");
    assert!(tokens(harness, "shop", &code).await["id_token"].is_string());
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("max_age", "0")])).await;
    let answer = sign_in(&mut client, &page, "alice").await;
    code_for(&answer, harness, "shop");
    for bad in ["-1", "1.5", "x", "99999999999999999999"] {
        let answer = client.get(&authorize("shop", &[("max_age", bad)])).await;
        assert_eq!(error_for(&answer, "shop"), "invalid_request", "{bad}");
    }
}

async fn prompt_none_shows_nothing(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let none = authorize("shop", &[("prompt", "none")]);
    let mut client = harness.client();
    assert_eq!(error_for(&client.get(&none).await, "shop"), "login_required");
    let mut client = harness.signed_in("alice").await;
    assert_eq!(error_for(&client.get(&none).await, "shop"), "consent_required");
    whole_way(harness, &mut client, "shop", "alice").await;
    code_for(&client.get(&none).await, harness, "shop");
    for (with, error) in [
        ("none login", "login_required"),
        ("none consent", "consent_required"),
        ("none select_account", "account_selection_required"),
    ] {
        let answer = client.get(&authorize("shop", &[("prompt", with)])).await;
        assert_eq!(error_for(&answer, "shop"), error);
    }
}

async fn a_repeated_sign_in_may_be_somebody_else(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    harness.application("shop").await;
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "login")])).await;
    let page = sign_in(&mut client, &page, "bob").await;
    assert!(page.has("form#consent-form"), "the agreement of alice is not bob's");
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "shop");
    assert_eq!(grants(harness).await.last(), Some(&bob.id));
}

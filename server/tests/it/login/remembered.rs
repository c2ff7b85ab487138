//! The accounts that a browser remembers: who is in the list, what a choice does, and what others can not do with it.

use super::*;
use crate::harness::on_both;

on_both!(
    whoever_was_signed_in_here_is_offered,
    a_choice_fills_in_the_name,
    with_nobody_signed_in_the_choice_comes_first,
    an_account_can_be_taken_out,
    there_are_five_at_most_and_only_those_that_may_come,
    the_list_is_of_this_browser_and_can_not_be_made_up,
    the_page_can_be_opened_without_an_application,
);

const COOKIE: &str = "vestibule_accounts";

/// A browser in which these people signed in one after the other, and then signed out.
async fn browser_of(harness: &Harness, names: &[&str]) -> Client {
    let mut client = harness.client();
    for name in names {
        let page = client.get("/login?prompt=login").await;
        sign_in(&mut client, &page, name).await;
        let page = client.get("/logout").await;
        client.submit(&page.form("logout-form")).await;
        harness.advance(1);
    }
    client
}

/// The user names in the list, in its order.
fn listed(page: &Answer) -> Vec<String> {
    let html = page.page();
    let rows = html.elements.iter().filter(|element| element.name == "li");
    rows.filter_map(|row| row.attribute("data-account").map(str::to_owned))
        .collect()
}

async fn choose(client: &mut Client, page: &Answer, account: &str) -> Answer {
    let answer = client.submit(&page.form("account-form").with("account", account)).await;
    client.follow(answer).await
}

async fn whoever_was_signed_in_here_is_offered(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut client = browser_of(harness, &["alice", "bob"]).await;
    let page = client.get("/login").await;
    assert!(page.has("a#accounts"));
    sign_in(&mut client, &page, "alice").await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    assert_eq!(
        listed(&page),
        ["alice", "bob"],
        "once each, the one who is signed in first"
    );
    assert!(page.has("button[value=present]") && page.body.contains("Signed in"));
    let consent = choose(&mut client, &page, "present").await;
    assert!(consent.has("form#consent-form") && consent.body.contains("Name of alice"));
}

async fn a_choice_fills_in_the_name(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    harness.application("shop").await;
    let mut client = browser_of(harness, &["bob"]).await;
    let page = client.get("/login").await;
    sign_in(&mut client, &page, "alice").await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    let page = choose(&mut client, &page, &bob.id).await;
    assert_eq!(page.form("login-form").value("username"), Some("bob"));
    assert!(!page.has("p.notice"), "nobody is asked to prove once more to be alice");
    let consent = sign_in(&mut client, &page, "bob").await;
    let answer = decide(&mut client, &consent, "allow").await;
    code_for(&answer, harness, "shop");
    assert_eq!(grants(harness).await, [bob.id]);
}

async fn with_nobody_signed_in_the_choice_comes_first(harness: &Harness) {
    let alice = harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut client = browser_of(harness, &["alice"]).await;
    let asking = authorize("shop", &[("prompt", "select_account")]);
    let page = client.visit(&asking).await;
    assert_eq!(listed(&page), ["alice"]);
    assert!(!page.has("button[value=present]"));
    let page_of_alice = choose(&mut client, &page, &alice.id).await;
    assert_eq!(page_of_alice.form("login-form").value("username"), Some("alice"));
    // Back, and another one.
    let page_of_another = choose(&mut client, &page, "another").await;
    assert_eq!(page_of_another.form("login-form").value("username"), Some(""));
    let consent = sign_in(&mut client, &page_of_another, "bob").await;
    assert!(consent.has("form#consent-form") && consent.body.contains("Name of bob"));
    let plain = harness.client().visit(&asking).await;
    assert!(plain.has("form#login-form"), "a browser that knows nobody asks nobody");
    let silent = client.get(&authorize("shop", &[("prompt", "none")])).await;
    assert_eq!(silent.status, 303);
}

async fn an_account_can_be_taken_out(harness: &Harness) {
    let alice = harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut client = browser_of(harness, &["alice", "bob"]).await;
    let page = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    assert_eq!(listed(&page), ["bob", "alice"]);
    let form = page.form("account-form").with("forget", &alice.id);
    let forged = client.submit(&form.clone().with("csrf", "x")).await;
    assert_eq!(forged.error_code().as_deref(), Some("csrf_invalid"));
    let answer = client.submit(&form).await;
    let page = client.follow(answer).await;
    assert_eq!(listed(&page), ["bob"]);
    let bob = page.form("account-form");
    let other = harness.app.store.load_user_by_username("bob").await.unwrap().unwrap();
    let answer = client.submit(&bob.with("forget", &other.user.id)).await;
    let page = client.follow(answer).await;
    assert!(
        page.has("form#login-form") && !page.has("a#accounts"),
        "nobody is left to choose"
    );
    assert_eq!(client.cookie(COOKIE), None);
}

async fn there_are_five_at_most_and_only_those_that_may_come(harness: &Harness) {
    let names = ["u1", "u2", "u3", "u4", "u5", "u6"];
    for name in names {
        harness.user(name).await;
    }
    let mut client = browser_of(harness, &names).await;
    assert_eq!(
        listed(&client.get("/choose-account").await),
        ["u6", "u5", "u4", "u3", "u2"]
    );
    let mut api = crate::api::support::Api::new(harness).await;
    api.patch("/users/u5", &serde_json::json!({ "is_active": false }))
        .await
        .found();
    assert_eq!(api.delete("/users/u3").await.status(), 204);
    api.patch("/users/u2", &serde_json::json!({ "name": "New Name" }))
        .await
        .found();
    let page = client.get("/choose-account").await;
    assert_eq!(listed(&page), ["u6", "u4", "u2"]);
    assert!(page.body.contains("New Name"));
}

async fn the_list_is_of_this_browser_and_can_not_be_made_up(harness: &Harness) {
    let alice = harness.user("alice").await;
    let bob = harness.user("bob").await;
    let mut client = browser_of(harness, &["alice"]).await;
    let cookie = client.cookie(COOKIE).unwrap().to_owned();
    assert!(
        cookie.starts_with(&alice.id) && !cookie.contains("alice"),
        "ids and no names"
    );
    for value in [
        cookie.replace(&alice.id, &bob.id),
        cookie.replacen(&alice.id, &format!("{}~{}", alice.id, bob.id), 1),
        bob.id.clone(),
        format!("{}.", alice.id),
        "x".repeat(4000),
    ] {
        client.set_cookie(COOKIE, &value);
        let page = client.visit("/choose-account").await;
        assert!(page.has("form#login-form"), "{value}");
        let page = client.get(&format!("/login?account={}", alice.id)).await;
        assert_eq!(page.form("login-form").value("username"), Some(""), "{value}");
    }
    let mut other = harness.client();
    other.get("/login").await;
    other.set_cookie(COOKIE, &cookie);
    assert!(
        other.visit("/choose-account").await.has("form#login-form"),
        "it is bound to the browser"
    );
    client.set_cookie(COOKIE, &cookie);
    let page = client.get("/choose-account").await;
    let answer = client.submit(&page.form("account-form").with("account", &bob.id)).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("parameters_malformed"),
        "who is not in the list is not chosen"
    );
    let page = client.get(&format!("/login?account={}", bob.id)).await;
    assert_eq!(page.form("login-form").value("username"), Some(""));
}

async fn the_page_can_be_opened_without_an_application(harness: &Harness) {
    let alice = harness.user("alice").await;
    harness.user("bob").await;
    let mut client = browser_of(harness, &["alice"]).await;
    let page = client.get("/login?next=/account").await;
    assert!(page.body.contains("/choose-account?next=%2Faccount"));
    let page = client.get("/choose-account?next=/account").await;
    let page = choose(&mut client, &page, &alice.id).await;
    assert_eq!(page.form("login-form").value("username"), Some("alice"));
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.location(), Some("/account"));
    let page = client.get("/choose-account?next=/account").await;
    let answer = client
        .submit(&page.form("account-form").with("account", "present"))
        .await;
    assert_eq!(answer.location(), Some("/account"));
    let page = choose(&mut client, &page, "another").await;
    let answer = client.submit(&filled(&page, "bob", PASSWORD)).await;
    assert_eq!(answer.location(), Some("/account"));
    let elsewhere = client.get("/choose-account?next=https://evil.example/").await;
    assert_eq!(elsewhere.form("account-form").action, "/choose-account");
}

//! The mail about a sign-in in a browser in which the account was not signed in before, whatever was proved.

use http::header;
use serde_json::json;

use super::*;
use crate::account::sink::{Mailing, Received, with_mail};
use crate::api::support::Api;
use crate::harness::Engine;
use crate::sources::support::{Sample, choosing, make, signed_in_as, through, with};

with_mail!("outgoing.allow = [\"127.0.0.0/8\"]\naccount.sign_up = true\n":
    another_browser_is_told_once,
    passkeys_and_codes_count_like_a_password,
    a_source_counts_too,
    it_is_in_the_language_of_the_person,
    a_browser_that_forgot_the_account_is_new,
    a_list_of_another_browser_does_not_count,
    a_browser_keeps_its_secret_as_long_as_people_sign_in,
    whoever_has_just_made_an_account_is_no_stranger,
    an_address_that_nobody_confirmed_gets_nothing,
    a_failure_is_not_told,
);

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const ANOTHER: &str = "lantern over quiet harbour";
const SUBJECT: &str = "New sign-in to your account";

fn firefox(harness: &Harness) -> Client {
    let client = harness.client().at_address("198.51.100.7");
    client.with_header(header::USER_AGENT, FIREFOX)
}

async fn alice(here: &Mailing) {
    here.harness.user_with("alice", |user| user.email_verified = true).await;
}

async fn enter(client: &mut Client, username: &str) {
    let answer = type_password(client, "/login?prompt=login", username).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

async fn leave(client: &mut Client) {
    let page = client.get("/logout").await;
    client.submit(&page.form("logout-form")).await;
}

/// The one mail since the last; it has to be this one.
async fn told(here: &Mailing) -> Received {
    let mail = here.mail().await;
    assert_eq!(mail.header("Subject"), Some(SUBJECT), "{}", mail.data);
    mail
}

async fn nothing_is_told(here: &Mailing) {
    let mails = here.mails().await;
    assert!(mails.is_empty(), "{mails:?}");
}

async fn another_browser_is_told_once(here: &Mailing) {
    let harness = &here.harness;
    alice(here).await;
    let mut usual = harness.client();
    enter(&mut usual, "alice").await;
    nothing_is_told(here).await;
    leave(&mut usual).await;
    enter(&mut usual, "alice").await;
    enter(&mut usual, "alice").await;
    nothing_is_told(here).await;

    let mut other = firefox(harness);
    enter(&mut other, "alice").await;
    let mail = told(here).await;
    assert_eq!(mail.to, "alice@example.com");
    assert_eq!(mail.path("/account/sessions"), "/account/sessions");
    let text = mail.data.replace("=\r\n", "");
    for part in [
        "account alice in a browser",
        "2026-11-21 00:00 UTC",
        "198.51.100.7",
        "Firefox",
        "Linux",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    leave(&mut other).await;
    harness.advance(30 * 86_400);
    enter(&mut other, "alice").await;
    enter(&mut usual, "alice").await;
    nothing_is_told(here).await;
    // Another account in the same browser.
    harness
        .user_with("bob", |user| {
            user.email_verified = true;
            user.email = Some("bob@example.com".to_owned());
        })
        .await;
    enter(&mut harness.client(), "bob").await;
    nothing_is_told(here).await;
    enter(&mut usual, "bob").await;
    assert_eq!(told(here).await.to, "bob@example.com");
}

async fn passkeys_and_codes_count_like_a_password(here: &Mailing) {
    let harness = &here.harness;
    alice(here).await;
    let mut usual = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    add_passkey(&mut usual, &mut key).await;
    let app = add_app(harness, &mut usual).await;
    here.mails().await;

    let mut other = firefox(harness);
    let answer = enter_by_passkey(&mut other, "/login", &mut key).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    told(here).await;
    let answer = enter_by_passkey(&mut other, "/login?prompt=login", &mut key).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    nothing_is_told(here).await;

    let mut third = firefox(harness);
    let answer = type_password(&mut third, "/login", "alice").await;
    nothing_is_told(here).await;
    let page = third.follow(answer).await;
    assert_eq!(type_code(&mut third, &page, &app.code(harness)).await.status, 303);
    told(here).await;
}

async fn a_source_counts_too(here: &Mailing) {
    let harness = &here.harness;
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let mut usual = harness.client();
    through(harness, &mut usual, "sample").await;
    assert_eq!(signed_in_as(harness, &usual).await.as_deref(), Some("bob"));
    harness.advance(60);
    through(harness, &mut usual, "sample").await;
    nothing_is_told(here).await;
    let mut other = firefox(harness);
    through(harness, &mut other, "sample").await;
    assert_eq!(told(here).await.to, "bob@upstream.example");
    leave(&mut other).await;
    harness.advance(60);
    through(harness, &mut other, "sample").await;
    nothing_is_told(here).await;
}

async fn it_is_in_the_language_of_the_person(here: &Mailing) {
    let harness = &here.harness;
    alice(here).await;
    enter(&mut harness.client(), "alice").await;
    let french = || firefox(harness).with_header(header::ACCEPT_LANGUAGE, "fr");
    enter(&mut french(), "alice").await;
    let mail = here.mail().await;
    assert!(
        mail.data.contains("Firefox") && !mail.data.contains("Somebody"),
        "{}",
        mail.data
    );
    assert_ne!(mail.header("Subject"), Some(SUBJECT));
    let mut api = Api::new(harness).await;
    api.patch("/users/alice", &json!({ "locale": "de" })).await.found();
    enter(&mut french(), "alice").await;
    assert_eq!(
        here.mail().await.header("Subject"),
        Some("Neue Anmeldung an Ihrem Konto")
    );
}

async fn a_browser_that_forgot_the_account_is_new(here: &Mailing) {
    alice(here).await;
    let mut client = firefox(&here.harness);
    enter(&mut client, "alice").await;
    client.forget_cookie("vestibule_accounts");
    enter(&mut client, "alice").await;
    told(here).await;
    client.forget_cookie("vestibule_browser");
    enter(&mut client, "alice").await;
    told(here).await;
}

async fn a_list_of_another_browser_does_not_count(here: &Mailing) {
    alice(here).await;
    let mut usual = here.harness.client();
    enter(&mut usual, "alice").await;
    let cookie = usual.cookie("vestibule_accounts").expect("a list").to_owned();
    let mut other = firefox(&here.harness);
    other.get("/login").await;
    for stolen in [cookie.as_str(), cookie.split('.').next().expect("ids")] {
        other.set_cookie("vestibule_accounts", stolen);
        enter(&mut other, "alice").await;
        told(here).await;
    }
}

async fn a_browser_keeps_its_secret_as_long_as_people_sign_in(here: &Mailing) {
    alice(here).await;
    let mut client = here.harness.client();
    let page = client.get("/login").await;
    let secret = client.cookie("vestibule_browser").expect("a secret").to_owned();
    let form = page.form("login-form").with("username", "alice");
    let answer = client.submit(&form.with("password", PASSWORD)).await;
    let renewed = format!("vestibule_browser={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000");
    let set: Vec<&str> = answer
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    assert!(set.contains(&renewed.as_str()), "{set:?}");
}

async fn whoever_has_just_made_an_account_is_no_stranger(here: &Mailing) {
    let harness = &here.harness;
    let mut client = harness.client();
    let page = client.get("/sign-up").await;
    client
        .submit(&page.form("enroll-form").with("email", "noor@example.com"))
        .await;
    let link = here.mail().await.path("/sign-up/finish");
    let form = client.get(&link).await.form("enroll-form");
    let form = form.with("username", "noor").with("name", "Noor");
    let made = client.submit(&form.with("password", ANOTHER)).await;
    assert_eq!(made.location(), Some("/"), "{}", made.body);
    leave(&mut client).await;
    let page = client.get("/login").await;
    let form = page.form("login-form").with("username", "noor");
    assert_eq!(client.submit(&form.with("password", ANOTHER)).await.status, 303);
    nothing_is_told(here).await;
}

async fn an_address_that_nobody_confirmed_gets_nothing(here: &Mailing) {
    here.harness.user("alice").await;
    enter(&mut here.harness.client(), "alice").await;
    enter(&mut firefox(&here.harness), "alice").await;
    nothing_is_told(here).await;
}

async fn a_failure_is_not_told(here: &Mailing) {
    alice(here).await;
    enter(&mut here.harness.client(), "alice").await;
    let mut other = firefox(&here.harness);
    let page = other.get("/login").await;
    let form = page.form("login-form").with("username", "alice");
    assert_eq!(other.submit(&form.with("password", "wrong")).await.status, 422);
    nothing_is_told(here).await;
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let here = Mailing::new(Engine::Sqlite, "account.sign_in_notices = false\n").await;
    alice(&here).await;
    enter(&mut here.harness.client(), "alice").await;
    enter(&mut firefox(&here.harness), "alice").await;
    nothing_is_told(&here).await;
    here.harness.end().await;
}

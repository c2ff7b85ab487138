//! Half a sign-in: it opens nothing, belongs to one browser, and becomes a session once.

use super::*;
use crate::harness::on_both;

on_both!(
    another_browser_can_do_nothing_with_it,
    it_opens_nothing,
    it_expires,
    it_becomes_one_session,
    a_changed_password_ends_it,
    a_foreign_form_is_refused,
    the_session_before_it_ends_only_with_it,
    an_authorization_goes_on_where_it_was,
);

async fn half_of(harness: &Harness, username: &str) -> (Client, Answer, Kept) {
    let mut client = harness.signed_in(username).await;
    let kept = add_app(harness, &mut client).await;
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", username).await;
    (client, answer, kept)
}

async fn another_browser_can_do_nothing_with_it(harness: &Harness) {
    harness.user("alice").await;
    let (mut client, answer, kept) = half_of(harness, "alice").await;
    let address = answer.location().expect("a redirect").to_owned();
    let page = client.get(&address).await;
    let form = page.form("factor-form").with("code", &kept.code(harness));
    // The thief has a browser of their own, and everything that stood in the address and in the form.
    let mut thief = harness.client();
    thief.get("/login").await;
    let stolen = thief.get(&address).await;
    assert_eq!(
        (stolen.status.as_u16(), stolen.error_code().as_deref()),
        (400, Some("transaction_unknown"))
    );
    let stolen = thief.submit(&form).await;
    assert_eq!(stolen.status, 400);
    assert!(!is_in(&mut thief).await);
    let challenge = thief
        .post("/factor/options", &[("sign_in", form.value("sign_in").expect("an id"))])
        .await;
    assert_eq!(challenge.status, 400);
    assert_eq!(client.submit(&form).await.status, 303, "whom it belongs to goes on");
}

async fn it_opens_nothing(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let (mut client, answer, _) = half_of(harness, "alice").await;
    client.follow(answer).await;
    for path in [
        "/",
        "/account",
        "/account/factors",
        "/device",
        "/factor?next=/account",
        "/choose-account",
    ] {
        let page = client.visit(path).await;
        assert!(
            page.has("form#login-form") || page.status == 400,
            "{path}: {}",
            page.body
        );
    }
    let page = client.visit(&authorize("shop", &[("prompt", "none")])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("login_required"));
    let id = harness.events("login").await.len();
    assert_eq!(id, 1, "the one that added the app");
    let empty = client.get("/login").await;
    assert!(empty.has("form#login-form"));
}

async fn it_expires(harness: &Harness) {
    harness.user("alice").await;
    let (mut client, answer, kept) = half_of(harness, "alice").await;
    let page = client.follow(answer).await;
    harness.advance(10 * 60 - 1);
    let again = type_code(&mut client, &page, "000000").await;
    assert_eq!(again.status, 422, "a wrong code does not end it");
    harness.advance(1);
    let late = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!(
        (late.status.as_u16(), late.error_code().as_deref()),
        (400, Some("transaction_unknown"))
    );
    assert!(!is_in(&mut client).await);
}

async fn it_becomes_one_session(harness: &Harness) {
    harness.user("alice").await;
    let (mut client, answer, kept) = half_of(harness, "alice").await;
    let page = client.follow(answer).await;
    assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 303);
    harness.advance(30);
    let again = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!(again.status, 400, "it is used");
    assert_eq!(harness.events("login").await.len(), 2);
}

async fn a_changed_password_ends_it(harness: &Harness) {
    let alice = harness.user("alice").await;
    let (mut client, answer, kept) = half_of(harness, "alice").await;
    let page = client.follow(answer).await;
    harness.advance(1);
    let hash = crate::harness::cheap_hash("another password");
    let statements = harness.app.store.set_password(&alice.id, &hash, harness.now());
    harness
        .app
        .commit_changes(statements, Vec::new())
        .await
        .expect("a new password");
    let late = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!(late.status, 400);
    assert!(!is_in(&mut client).await);
}

async fn a_foreign_form_is_refused(harness: &Harness) {
    harness.user("alice").await;
    let (mut client, answer, kept) = half_of(harness, "alice").await;
    let page = client.follow(answer).await;
    let form = page.form("factor-form").with("code", &kept.code(harness));
    for form in [form.clone().without("csrf"), form.clone().with("csrf", "AAAA")] {
        assert_eq!(client.submit(&form).await.status, 403);
    }
    assert!(!is_in(&mut client).await);
    assert_eq!(client.submit(&form).await.status, 303, "and nothing was used up");
}

async fn the_session_before_it_ends_only_with_it(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let mut client = harness.signed_in("bob").await;
    let bobs = client.cookie("vestibule_session").expect("a session").to_owned();
    let answer = type_password(&mut client, "/login?prompt=login", "alice").await;
    let page = client.follow(answer).await;
    assert!(
        client.visit("/").await.body.contains("Name of bob"),
        "bob is still here"
    );
    assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 303);
    assert!(client.visit("/").await.body.contains("Name of alice"));
    let mut old = harness.client();
    old.set_cookie("vestibule_session", &bobs);
    assert!(!is_in(&mut old).await);
}

async fn an_authorization_goes_on_where_it_was(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let mut client = harness.client();
    let answer = type_password(&mut client, &authorize("shop", &[("prompt", "login")]), "alice").await;
    let page = client.follow(answer).await;
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    let page = client.follow(answer).await;
    assert!(page.has("form#consent-form"), "the sign-in was fresh: {}", page.body);
}

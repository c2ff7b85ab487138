//! Whom the application means and which language it wishes: `id_token_hint`, `login_hint`, `ui_locales`.

use super::*;
use crate::harness::on_both;

on_both!(
    the_hinted_person_goes_through_and_another_does_not,
    a_hint_that_is_not_ours_is_refused,
    the_wished_language_is_spoken_and_remembered,
);

async fn the_hinted_person_goes_through_and_another_does_not(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut alice = harness.client();
    let hint = id_token(harness, &mut alice, "shop", "alice").await;
    let mut bob = harness.client();
    whole_way(harness, &mut bob, "shop", "bob").await;
    harness.advance(1);
    let answer = alice
        .get(&authorize("shop", &[("id_token_hint", &hint), ("prompt", "none")]))
        .await;
    code_for(&answer, harness, "shop");
    let answer = bob
        .get(&authorize("shop", &[("id_token_hint", &hint), ("prompt", "none")]))
        .await;
    assert_eq!(error_for(&answer, "shop"), "login_required");
    let page = bob.visit(&authorize("shop", &[("id_token_hint", &hint)])).await;
    let answer = sign_in(&mut bob, &page, "bob").await;
    assert_eq!(error_for(&answer, "shop"), "login_required", "bob again is not alice");
    harness.advance(1);
    let page = bob.visit(&authorize("shop", &[("id_token_hint", &hint)])).await;
    let answer = sign_in(&mut bob, &page, "alice").await;
    code_for(&answer, harness, "shop");
}

async fn a_hint_that_is_not_ours_is_refused(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    harness.application("mail").await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    for (slug, hint) in [
        ("shop", "garbage"),
        ("mail", hint.as_str()),
        ("shop", &hint[..hint.len() - 4]),
    ] {
        let answer = client.get(&authorize(slug, &[("id_token_hint", hint)])).await;
        assert_eq!(error_for(&answer, slug), "invalid_request");
    }
}

async fn the_wished_language_is_spoken_and_remembered(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client().with_header(http::header::ACCEPT_LANGUAGE, "en");
    let page = client
        .visit(&authorize("shop", &[("ui_locales", "da-DK de-AT en")]))
        .await;
    assert!(page.body.contains("<html lang=\"de\""));
    assert_eq!(client.cookie("vestibule_language"), Some("de"));
    let wrong = client.submit(&filled(&page, "alice", "wrong password")).await;
    assert!(wrong.body.contains("<html lang=\"de\""), "the error too");
    assert!(
        client.get("/login").await.body.contains("<html lang=\"de\""),
        "and what comes later"
    );
    let page = client.visit(&authorize("shop", &[("ui_locales", "tlh")])).await;
    assert!(
        page.body.contains("<html lang=\"de\""),
        "a language that nobody speaks changes nothing"
    );
    client.visit(&authorize("shop", &[("ui_locales", "en")])).await;
    assert_eq!(client.cookie("vestibule_language"), Some("en"));
    assert!(harness.client().get("/login").await.body.contains("<html lang=\"en\""));
}

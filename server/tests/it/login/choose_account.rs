//! `prompt=select_account`: go on as the one who is here, or as somebody else.

use super::*;
use crate::harness::on_both;

on_both!(
    the_person_goes_on_as_themselves,
    the_person_goes_on_as_somebody_else,
    nobody_is_asked_who_has_just_signed_in,
    a_forged_choice_is_not_taken,
);

async fn ask(harness: &Harness) -> (Client, Answer) {
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    assert!(page.has("form#account-form") && page.body.contains("Name of alice"));
    (client, page)
}

async fn the_person_goes_on_as_themselves(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let (mut client, page) = ask(harness).await;
    let answer = client
        .submit(&page.form("account-form").with("account", "present"))
        .await;
    code_for(&answer, harness, "shop");
}

async fn the_person_goes_on_as_somebody_else(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    harness.application("shop").await;
    let (mut client, page) = ask(harness).await;
    let answer = client
        .submit(&page.form("account-form").with("account", "another"))
        .await;
    let page = client.follow(answer).await;
    assert!(!page.has("p.notice"), "nobody is asked to prove once more to be alice");
    let consent = sign_in(&mut client, &page, "bob").await;
    let answer = decide(&mut client, &consent, "allow").await;
    code_for(&answer, harness, "shop");
    assert_eq!(grants(harness).await.last(), Some(&bob.id));
}

async fn nobody_is_asked_who_has_just_signed_in(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    let page = sign_in(&mut client, &page, "alice").await;
    assert!(page.has("form#consent-form"));
    let transaction = page.form("consent-form").value("transaction").unwrap().to_owned();
    let answer = client.get(&format!("/choose-account?transaction={transaction}")).await;
    assert!(
        answer.location().unwrap().starts_with("/consent?"),
        "the page is not shown out of turn"
    );
}

async fn a_forged_choice_is_not_taken(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let (mut client, page) = ask(harness).await;
    let form = page.form("account-form").with("account", "present");
    let answer = client.submit(&form.clone().without("csrf")).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    let answer = client.submit(&form.clone().with("account", "bob")).await;
    assert_eq!(answer.error_code().as_deref(), Some("parameters_malformed"));
    assert_eq!(grants(harness).await.len(), 1);
    let answer = client.submit(&form).await;
    code_for(&answer, harness, "shop");
}

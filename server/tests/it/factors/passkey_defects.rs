//! Answers of authenticators that are not taken: each signs nobody in, says why, and spends its challenge.

use super::*;
use crate::harness::on_both;

on_both!(
    an_answer_for_another_address_is_explained,
    a_person_who_was_not_verified_is_not_in,
    an_answer_works_once_and_for_its_challenge_only,
    a_challenge_is_of_one_browser_and_of_five_minutes,
    a_counter_that_goes_back_is_refused_and_audited,
    a_passkey_of_somebody_else_is_no_second_factor,
    an_account_that_gets_nothing_gets_nothing_by_a_passkey,
    what_is_no_answer_is_refused,
    a_new_passkey_is_checked_too,
);

async fn with_key(harness: &Harness, username: &str) -> Authenticator {
    let mut client = harness.signed_in(username).await;
    let mut key = Authenticator::new();
    let page = add_passkey(&mut client, &mut key).await;
    assert_eq!(page.status, 200, "{}", page.body);
    key
}

async fn reason(harness: &Harness) -> String {
    let failed = harness.events("login_failed").await;
    let last = failed.last().expect("an entry");
    last.detail["reason"].as_str().expect("a reason").to_owned()
}

async fn refused(harness: &Harness, key: &mut Authenticator, expected: &str) -> Answer {
    let mut client = harness.client();
    let answer = enter_by_passkey(&mut client, "/login", key).await;
    assert_eq!(answer.status, 422, "{expected}");
    assert!(answer.has("form#login-form") && answer.has("p#problem"), "{expected}");
    assert!(!is_in(&mut client).await, "{expected}");
    assert_eq!(reason(harness).await, expected);
    harness.advance(1);
    answer
}

async fn an_answer_for_another_address_is_explained(harness: &Harness) {
    harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    for origin in [
        "https://evil.example",
        "http://localhost.evil.example:9000",
        "http://localhost:9001",
        "https://localhost:9000",
        "http://sub.localhost:9000",
    ] {
        key.origin = origin.to_owned();
        let page = refused(harness, &mut key, "passkey_origin").await;
        assert!(
            page.body.contains("http://localhost:9000/"),
            "it says where it works: {origin}"
        );
    }
    key.origin = "http://localhost:9000".to_owned();
    key.party = "evil.example".to_owned();
    refused(harness, &mut key, "passkey_origin").await;
}

async fn a_person_who_was_not_verified_is_not_in(harness: &Harness) {
    harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    key.verified = false;
    refused(harness, &mut key, "passkey_not_verified").await;
}

async fn an_answer_works_once_and_for_its_challenge_only(harness: &Harness) {
    harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    let mut client = harness.client();
    let form = client.visit("/login").await.form("passkey-form");
    let (first, options) = challenge(&mut client, "/login/passkey/options", &form).await;
    let (second, _) = challenge(&mut client, "/login/passkey/options", &form).await;
    let answer = key.sign(&options);
    let form = form.with("answer", &answer);
    let other = client.submit(&form.clone().with("challenge", &second)).await;
    assert_eq!(other.status, 422, "signed for another challenge");
    assert_eq!(reason(harness).await, "passkey_challenge");
    assert_eq!(client.submit(&form.clone().with("challenge", &first)).await.status, 303);
    for challenge in [&first, &second] {
        let again = client.submit(&form.clone().with("challenge", challenge)).await;
        assert_eq!(again.status, 422, "each is spent by its answer");
    }
    assert_eq!(harness.events("login").await.len(), 2);
}

async fn a_challenge_is_of_one_browser_and_of_five_minutes(harness: &Harness) {
    harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    let mut client = harness.client();
    let form = client.visit("/login").await.form("passkey-form");
    let (id, options) = challenge(&mut client, "/login/passkey/options", &form).await;
    let answer = key.sign(&options);
    let mut thief = harness.client();
    let theirs = thief.visit("/login").await.form("passkey-form");
    let theirs = theirs.with("challenge", &id).with("answer", &answer);
    assert_eq!(thief.submit(&theirs).await.status, 422);
    assert!(!is_in(&mut thief).await);
    let foreign = client
        .submit(
            &form
                .clone()
                .with("challenge", &id)
                .with("answer", &answer)
                .without("csrf"),
        )
        .await;
    assert_eq!(foreign.status, 403, "a form of another page");
    let no_proof = client.post("/login/passkey/options", &[("next", "/")]).await;
    assert_eq!(no_proof.status, 403);
    harness.advance(5 * 60);
    let late = client
        .submit(&form.with("challenge", &id).with("answer", &answer))
        .await;
    assert_eq!(late.status, 422);
    assert!(!is_in(&mut client).await);
}

async fn a_counter_that_goes_back_is_refused_and_audited(harness: &Harness) {
    harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    let answer = enter_by_passkey(&mut harness.client(), "/login", &mut key).await;
    assert_eq!(answer.status, 303);
    for counter in [2, 1, 0] {
        key.counter = Some(counter);
        refused(harness, &mut key, "passkey_counter").await;
    }
    key.counter = Some(9);
    let answer = enter_by_passkey(&mut harness.client(), "/login", &mut key).await;
    assert_eq!(answer.status, 303, "the one that counts on goes on");
}

async fn a_passkey_of_somebody_else_is_no_second_factor(harness: &Harness) {
    harness.user("alice").await;
    harness.user("mallory").await;
    with_key(harness, "alice").await;
    let mut own = with_key(harness, "mallory").await;
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    let form = page.form("passkey-form");
    let (id, options) = challenge(&mut client, "/factor/options", &form).await;
    let signed = own.sign(&options);
    let answer = client
        .submit(&form.with("challenge", &id).with("answer", &signed))
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(reason(harness).await, "passkey_unknown");
    // Nor does it open another account by naming its handle.
    own.handle = vec![7; 16];
    refused(harness, &mut own, "passkey_unknown").await;
}

async fn an_account_that_gets_nothing_gets_nothing_by_a_passkey(harness: &Harness) {
    let mut alice = harness.user("alice").await;
    let mut key = with_key(harness, "alice").await;
    let mut unknown = Authenticator::new();
    unknown.handle = vec![1; 16];
    let stranger = refused(harness, &mut unknown, "passkey_unknown").await;
    harness.change_user(&mut alice, |alice| alice.is_active = false).await;
    let disabled = refused(harness, &mut key, "passkey_unknown").await;
    let said = |page: &Answer| {
        let page = page.page();
        let problem = page
            .elements
            .iter()
            .find(|element| element.attribute("id") == Some("problem"));
        problem.map(|problem| problem.text.clone())
    };
    assert_eq!(said(&stranger), said(&disabled), "nobody is told which it is");
}

async fn what_is_no_answer_is_refused(harness: &Harness) {
    harness.user("alice").await;
    with_key(harness, "alice").await;
    let long = "x".repeat(20_000);
    for answer in ["", "{}", "[]", "null", "not json", "{\"id\":1}", long.as_str()] {
        let mut client = harness.client();
        let form = client.visit("/login").await.form("passkey-form");
        let (id, _) = challenge(&mut client, "/login/passkey/options", &form).await;
        let refused = client.submit(&form.with("challenge", &id).with("answer", answer)).await;
        assert!(matches!(refused.status.as_u16(), 400 | 413 | 422), "{}", refused.status);
        assert!(!is_in(&mut client).await);
    }
}

async fn a_new_passkey_is_checked_too(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut elsewhere = Authenticator::new();
    elsewhere.origin = "https://evil.example".to_owned();
    let mut unverified = Authenticator::new();
    unverified.verified = false;
    for key in [&mut elsewhere, &mut unverified] {
        let page = add_passkey(&mut client, key).await;
        assert!(page.status == 422 && page.has("p#problem") && !page.has("li.passkey"));
    }
    let mut key = Authenticator::new();
    add_passkey(&mut client, &mut key).await;
    // The same key again, for somebody else: it belongs to one account.
    harness.user("bob").await;
    let mut client = harness.signed_in("bob").await;
    let page = add_passkey(&mut client, &mut key).await;
    assert!(page.status == 422 && !page.has("li.passkey"), "{}", page.body);
    // An answer is taken once.
    let page = client.get("/account/factors").await;
    let form = page.form("passkey-form");
    let (id, options) = challenge(&mut client, "/account/factors/passkey/options", &form).await;
    let mut third = Authenticator::new();
    let form = form.with("challenge", &id).with("answer", &third.make(&options));
    assert_eq!(client.submit(&form).await.status, 200);
    let again = client.submit(&form).await;
    assert!(again.status == 422, "{}", again.body);
    assert_eq!(
        harness.events("factor_added").await.len(),
        4,
        "two keys, each with recovery codes"
    );
}

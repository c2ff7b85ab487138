//! A source that does not tell everything: the person says the rest, on a page of this browser.

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, on_both};

/// Bob's name is taken by somebody else, so he has to choose another.
async fn at_the_page(harness: &Harness) -> (Sample, Api, Client, Answer) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness.user("bob").await;
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert!(
        answer
            .location()
            .is_some_and(|location| location.starts_with("/source/oauth/finish?arrival=")),
        "{answer:?}"
    );
    let page = client.follow(answer).await;
    (sample, api, client, page)
}

async fn a_taken_name_is_asked_for(harness: &Harness) {
    let (_sample, mut api, mut client, page) = at_the_page(harness).await;
    let form = page.form("enroll-form");
    assert_eq!(form.value("username"), Some("bob"));
    assert_eq!(signed_in_as(harness, &client).await, None, "not yet");
    let taken = client.submit(&form.clone().with("username", "BOB")).await;
    assert_eq!(taken.status, 422);
    assert!(taken.has("p#username-problem"), "{}", taken.body);
    let empty = client.submit(&form.clone().with("username", " ")).await;
    assert_eq!(empty.status, 422);
    let done = client.submit(&form.clone().with("username", "bobby")).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bobby"));
    assert_eq!(accounts(&mut api, "sample").await.len(), 1);
    let again = client.submit(&form.with("username", "robert")).await;
    assert!(again.error_code().is_some(), "the page counts once");
    assert_eq!(count_users(&mut api).await, 2);
    // Whoever has an account is not asked any more.
    let mut later = harness.client();
    through(harness, &mut later, "sample").await;
    assert_eq!(signed_in_as(harness, &later).await.as_deref(), Some("bobby"));
}

async fn the_page_is_of_this_browser_and_of_a_short_time(harness: &Harness) {
    let (_sample, mut api, mut client, page) = at_the_page(harness).await;
    let form = page.form("enroll-form").with("username", "bobby");
    let mut other = harness.client();
    other.get("/login").await;
    let foreign = other.submit(&form).await;
    assert_eq!(
        foreign.error_code().as_deref(),
        Some("transaction_unknown"),
        "{}",
        foreign.body
    );
    let forged = client.submit(&form.clone().with("csrf", "x")).await;
    assert_eq!(forged.error_code().as_deref(), Some("csrf_invalid"));
    harness.advance(600);
    let late = client.submit(&form).await;
    assert_eq!(late.error_code().as_deref(), Some("transaction_unknown"));
    assert_eq!(count_users(&mut api).await, 1);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_taken_name_is_asked_for,
    the_page_is_of_this_browser_and_of_a_short_time,
);

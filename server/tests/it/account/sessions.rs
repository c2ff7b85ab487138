//! Where one is signed in, and the log of what happened.

use http::header;

use super::support::{forms, is_signed_in, needs_proof};
use crate::harness::{Harness, on_both};

const PAGE: &str = "/account/sessions";

on_both!(
    this_one_is_marked_and_another_is_ended,
    all_others_end_at_once,
    what_belongs_to_another_is_not_there,
    activity_is_one_s_own_and_goes_on_page_by_page,
    the_form_needs_its_proof,
);

async fn this_one_is_marked_and_another_is_ended(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let mut other = harness
        .client()
        .with_header(header::USER_AGENT, firefox)
        .at_address("192.0.2.77");
    let form = other.get("/login").await.form("login-form");
    other
        .submit(
            &form
                .with("username", "alice")
                .with("password", crate::harness::PASSWORD),
        )
        .await;
    assert!(is_signed_in(&mut other).await);
    let page = client.get(PAGE).await;
    assert!(page.has("li[data-here=true]"));
    assert!(
        page.body.contains("Firefox on Linux") && page.body.contains("192.0.2.77"),
        "{}",
        page.body
    );
    let ends = forms(&page, PAGE);
    assert_eq!(ends.len(), 2, "one for the other session, one for all others");
    let ended = client.submit(&ends[0]).await;
    assert_eq!(
        ended.location(),
        Some("/account/sessions?done=session"),
        "{}",
        ended.body
    );
    assert!(!is_signed_in(&mut other).await && is_signed_in(&mut client).await);
    assert!(!client.get(PAGE).await.body.contains("192.0.2.77"));
}

async fn all_others_end_at_once(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let mut client = harness.signed_in("alice").await;
    let mut others = [harness.signed_in("alice").await, harness.signed_in("alice").await];
    let mut bob = harness.signed_in("bob").await;
    let page = client.get(PAGE).await;
    let ended = client.submit(&page.form("end-others-form")).await;
    assert_eq!(
        ended.location(),
        Some("/account/sessions?done=sessions"),
        "{}",
        ended.body
    );
    for other in &mut others {
        assert!(!is_signed_in(other).await);
    }
    assert!(is_signed_in(&mut client).await && is_signed_in(&mut bob).await);
    assert!(!client.get(PAGE).await.has("button#end-others"));
}

async fn what_belongs_to_another_is_not_there(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let mut alice = harness.signed_in("alice").await;
    let _second = harness.signed_in("alice").await;
    let hers = forms(&alice.get(PAGE).await, PAGE)[0]
        .value("session")
        .expect("an id")
        .to_owned();
    let mut bob = harness.signed_in("bob").await;
    let _second = harness.signed_in("bob").await;
    let page = bob.get(PAGE).await;
    assert!(!page.body.contains(&hers));
    let form = forms(&page, PAGE)[0].clone().with("session", &hers);
    assert_eq!(bob.submit(&form).await.status, 404);
    assert!(is_signed_in(&mut alice).await);
}

async fn activity_is_one_s_own_and_goes_on_page_by_page(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let mut bob = harness.signed_in("bob").await;
    for _ in 0..60 {
        harness.advance(1);
        harness.signed_in("alice").await;
    }
    let mut alice = harness.signed_in("alice").await;
    let page = alice.get("/account/activity").await;
    let count = |page: &crate::harness::Answer| {
        let html = page.page();
        html.elements
            .iter()
            .filter(|element| element.attribute("data-action") == Some("login"))
            .count()
    };
    assert_eq!(count(&page), 50);
    let html = page.page();
    let older = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("older"));
    let older = older.and_then(|link| link.attribute("href")).expect("more").to_owned();
    assert_eq!(count(&alice.get(&older).await), 11);
    assert_eq!(count(&bob.get("/account/activity").await), 1);
    for strange in ["x", "~", "evt_'; DROP TABLE events", "evt_00000000000000000000000000"] {
        let address = format!("/account/activity?before={}", strange.replace(' ', "%20"));
        assert_eq!(alice.get(&address).await.status, 200, "{strange}");
    }
    assert_eq!(
        harness.client().get("/account/activity").await.location(),
        Some("/login?next=/account/activity")
    );
}

async fn the_form_needs_its_proof(harness: &Harness) {
    harness.user("alice").await;
    needs_proof(harness, "alice", PAGE, &[PAGE]).await;
}

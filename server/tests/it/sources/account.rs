//! Linking and unlinking in one's own account, never the last way in.

use super::support::{Sample, accounts, away, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Answer, Client, Form, Harness, on_both};

/// The one form of the page that goes to `action`.
pub(crate) fn form(page: &Answer, action: &str) -> Form {
    let html = page.page();
    let mut elements = html
        .elements
        .iter()
        .skip_while(|element| element.attribute("action") != Some(action));
    assert!(elements.next().is_some(), "no form to {action}: {}", page.body);
    let fields = elements
        .take_while(|element| element.name != "form")
        .filter(|element| element.name == "input")
        .map(|input| {
            let text = |name| input.attribute(name).unwrap_or_default().to_owned();
            (text("name"), text("value"))
        });
    Form {
        action: action.to_owned(),
        fields: fields.collect(),
    }
}

async fn link(harness: &Harness, client: &mut Client) -> Answer {
    let page = client.get("/account").await;
    let left = client.submit(&form(&page, "/account/link")).await;
    let callback = away(harness, &left).await;
    client.get(&callback).await
}

async fn an_account_is_linked_and_unlinked(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    let before = client.cookie("vestibule_session").map(str::to_owned);
    let linked = link(harness, &mut client).await;
    assert_eq!(linked.location(), Some("/account"), "{}", linked.body);
    assert_eq!(
        client.cookie("vestibule_session").map(str::to_owned),
        before,
        "the session stays"
    );
    let rows = accounts(&mut api, "sample").await;
    assert_eq!(rows.len(), 1);
    let page = client.get("/account").await;
    assert!(page.has("li[data-source=sample]"), "{}", page.body);
    // By the link one comes in as the same person.
    let mut other = harness.client();
    through(harness, &mut other, "sample").await;
    assert_eq!(signed_in_as(harness, &other).await.as_deref(), Some("liddell"));
    let gone = client.submit(&form(&page, "/account/unlink")).await;
    assert_eq!(gone.status, 303, "a password is another way in: {}", gone.body);
    assert_eq!(accounts(&mut api, "sample").await.len(), 0);
    assert_eq!(harness.events("source_unlinked").await.len(), 1);
    assert_eq!(count_users(&mut api).await, 1);
}

async fn the_last_way_in_stays(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    let page = client.get("/account").await;
    let kept = client.submit(&form(&page, "/account/unlink")).await;
    assert_eq!(kept.status, 409, "{}", kept.body);
    assert!(kept.has("p#problem"));
    assert_eq!(accounts(&mut api, "sample").await.len(), 1);
}

async fn what_belongs_to_another_is_not_moved(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    let refused = link(harness, &mut client).await;
    assert_eq!(
        refused.error_code().as_deref(),
        Some("upstream_linked_to_another"),
        "{}",
        refused.body
    );
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("liddell"));
    let rows = accounts(&mut api, "sample").await;
    let bob = api.get("/users/bob").await.found();
    assert_eq!((rows.len(), &rows[0]["user"]), (1, &bob["id"]));
    // Nor does one take the link of another away.
    let id = rows[0]["id"].as_str().expect("an id");
    link_page_with(&mut client, "/account/unlink", id).await;
    assert_eq!(accounts(&mut api, "sample").await.len(), 1);
}

/// Sends the page's proof with the id of somebody else's link.
async fn link_page_with(client: &mut Client, action: &str, id: &str) {
    let page = client.get("/account").await;
    let proof = form(&page, "/account/link");
    let fields = [
        ("csrf", proof.value("csrf").expect("a proof")),
        ("external_account", id),
    ];
    let answer = client.post(action, &fields).await;
    assert_eq!(answer.status, 404, "{}", answer.body);
}

async fn a_sign_in_that_is_old_links_nothing(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    harness.advance(11 * 60);
    let page = client.get("/account").await;
    let asked = client.submit(&form(&page, "/account/link")).await;
    assert_eq!(asked.location(), Some("/login?next=/account&prompt=login"));
}

async fn a_link_is_for_the_session_that_asked_for_it(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    let page = client.get("/account").await;
    let left = client.submit(&form(&page, "/account/link")).await;
    let callback = away(harness, &left).await;
    client.forget_cookie("vestibule_session");
    let answer = client.get(&callback).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_state_invalid"),
        "{}",
        answer.body
    );
    assert_eq!(accounts(&mut api, "sample").await.len(), 0);
    assert_eq!(count_users(&mut api).await, 1);
}

async fn without_the_proof_of_the_page_nothing_happens(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    for action in ["/account/link", "/account/unlink"] {
        let answer = client.post(action, &[("source", "sample"), ("csrf", "made up")]).await;
        assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"), "{action}");
    }
    let stranger = harness.client().get("/account").await;
    assert_eq!(stranger.location(), Some("/login?next=/account"));
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    an_account_is_linked_and_unlinked,
    the_last_way_in_stays,
    what_belongs_to_another_is_not_moved,
    a_sign_in_that_is_old_links_nothing,
    a_link_is_for_the_session_that_asked_for_it,
    without_the_proof_of_the_page_nothing_happens,
);

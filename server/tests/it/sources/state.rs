//! What comes back is bound to what we gave: to this browser, this source, once, and for a short time.

use http::header::HOST;
use serde_json::json;

use super::support::{Sample, away, choosing, count_users, make, signed_in_as, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

const INVALID: Option<&str> = Some("upstream_state_invalid");

async fn prepare(harness: &Harness) -> (Sample, Api) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    (sample, api)
}

async fn a_state_counts_once(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    assert_eq!(client.get(&callback).await.status, 303);
    let again = client.get(&callback).await;
    assert_eq!(again.error_code().as_deref(), INVALID, "{}", again.body);
    assert_eq!(count_users(&mut api).await, 1);
}

async fn another_browser_gets_nothing_and_takes_nothing_away(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    let mut thief = harness.client();
    thief.get("/login").await;
    let answer = thief.get(&callback).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (403, Some("transaction_foreign"))
    );
    assert_eq!(signed_in_as(harness, &thief).await, None);
    assert_eq!(count_users(&mut api).await, 0);
    assert_eq!(client.get(&callback).await.status, 303);
}

/// The cookie was given under another name of this machine, or not at all; or somebody cleared it. Nothing is used up.
async fn a_browser_that_lost_its_cookie_hears_of_it(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    let answer = harness.client().get(&callback).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (403, Some("cookie_missing")),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("Allow cookies for this site"));
    let elsewhere = harness
        .client()
        .with_header(HOST, "127.0.0.1:9000")
        .get("/source/oauth/login/sample/")
        .await;
    let begun_elsewhere = away(harness, &elsewhere).await;
    let mut here = harness.client().with_header(HOST, "localhost:9000");
    for _ in ["without a cookie", "with one that it got here"] {
        let answer = here.get(&begun_elsewhere).await;
        assert_eq!(answer.error_code().as_deref(), Some("address_mismatch"));
        assert!(
            answer.body.contains("<code>127.0.0.1:9000</code>")
                && answer.body.contains("<code>http://localhost:9000</code>"),
            "{}",
            answer.body
        );
    }
    // A proxy that writes a name of its own into every request moves nobody.
    let mut behind = harness.client().with_header(HOST, "backend.internal");
    let left = behind.get("/source/oauth/login/sample/").await;
    let behind_proxy = away(harness, &left).await;
    let answer = harness
        .client()
        .with_header(HOST, "localhost:9000")
        .get(&behind_proxy)
        .await;
    assert_eq!(answer.error_code().as_deref(), Some("address_mismatch"));
    assert_eq!(behind.get(&behind_proxy).await.status, 303);
    assert_eq!(count_users(&mut api).await, 1);
    assert_eq!(client.get(&callback).await.status, 303);
}

async fn the_address_of_another_source_is_not_its_own(harness: &Harness) {
    let (sample, mut api) = prepare(harness).await;
    make(&mut api, &with(sample.oidc("other"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left)
        .await
        .replace("/callback/sample/", "/callback/other/");
    let answer = client.get(&callback).await;
    assert_eq!(answer.error_code().as_deref(), INVALID);
    assert_eq!(count_users(&mut api).await, 0);
}

async fn a_state_is_over_after_its_time(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    harness.advance(600);
    let answer = client.get(&callback).await;
    assert_eq!(answer.error_code().as_deref(), INVALID);
    assert_eq!(count_users(&mut api).await, 0);
}

async fn the_shared_address_is_only_for_sources_that_have_no_other(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    let (_, query) = callback.split_once('?').expect("a query");
    let answer = client.get(&format!("/login/callback?{query}")).await;
    assert_eq!(answer.error_code().as_deref(), INVALID, "{}", answer.body);
    assert_eq!(count_users(&mut api).await, 0);
}

async fn what_is_made_up_is_refused(harness: &Harness) {
    let (_sample, _api) = prepare(harness).await;
    for query in [
        "",
        "?state=",
        "?state=made-up&code=x",
        "?code=x",
        "?error=access_denied",
        "?state=a&state=b",
    ] {
        for path in [
            "/source/oauth/callback/sample/",
            "/v1/oauth-callback/sample",
            "/login/callback",
        ] {
            let answer = harness.client().get(&format!("{path}{query}")).await;
            assert!(answer.status.is_client_error(), "{path}{query}: {}", answer.status);
            assert!(answer.error_code().is_some(), "{path}{query}");
        }
    }
}

async fn several_tabs_at_once_work(harness: &Harness) {
    let (_sample, _api) = prepare(harness).await;
    let mut client = harness.client();
    let mut callbacks = Vec::new();
    for _ in 0..3 {
        let left = client.get("/source/oauth/login/sample/").await;
        callbacks.push(away(harness, &left).await);
    }
    for callback in callbacks.iter().rev() {
        assert_eq!(client.get(callback).await.status, 303);
    }
}

async fn an_answer_in_a_form_from_elsewhere_is_sent_on_by_us(harness: &Harness) {
    let (_sample, _api) = prepare(harness).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/sample/").await;
    let callback = away(harness, &left).await;
    let url: url::Url = format!(
        "http://localhost{}",
        callback.strip_prefix("http://localhost:9000").expect("ours")
    )
    .parse()
    .expect("an address");
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    // A form that comes from another site brings no cookie of ours along.
    let mut bare = harness.client();
    let page = bare.post(url.path(), &pairs).await;
    assert!(page.has("form#form-post"), "{}", page.body);
    let answer = client.submit(&page.form("form-post")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn the_state_of_the_application_comes_back_and_ours_does_not(harness: &Harness) {
    let (_sample, mut api) = prepare(harness).await;
    harness.application("wiki").await;
    let mut client = harness.client();
    let asked = client
        .get(&crate::login::authorize("wiki", &[("connection", "sample")]))
        .await;
    let left = client.follow(asked).await;
    assert_ne!(left.parameter("state").as_deref(), Some("the state"));
    let found = api.get("/sources/sample").await.found();
    assert_eq!(
        found["redirect_uri"],
        json!("http://localhost:9000/source/oauth/callback/sample/")
    );
    assert_eq!(
        left.parameter("redirect_uri").as_deref(),
        found["redirect_uri"].as_str()
    );
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_state_counts_once,
    another_browser_gets_nothing_and_takes_nothing_away,
    a_browser_that_lost_its_cookie_hears_of_it,
    the_address_of_another_source_is_not_its_own,
    a_state_is_over_after_its_time,
    the_shared_address_is_only_for_sources_that_have_no_other,
    what_is_made_up_is_refused,
    several_tabs_at_once_work,
    an_answer_in_a_form_from_elsewhere_is_sent_on_by_us,
    the_state_of_the_application_comes_back_and_ours_does_not,
);

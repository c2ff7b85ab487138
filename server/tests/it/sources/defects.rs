//! Each defect that an upstream can have: the sign-in fails with a page that says which check failed, and nothing is written
//! (the relying-party checks of OpenID Connect Core, section 3.1.3.7, and `spec` of what a source may get wrong).

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

/// The misbehaviour of an OpenID Connect upstream, and the code of the page.
const OIDC: [(&str, &str); 14] = [
    ("refused", "upstream_access_denied"),
    ("wrong_issuer", "upstream_issuer_wrong"),
    ("wrong_audience", "upstream_audience_wrong"),
    ("wrong_nonce", "upstream_nonce_wrong"),
    ("expired", "upstream_token_expired"),
    ("wrong_key", "upstream_key_unknown"),
    ("no_id_token", "upstream_id_token_missing"),
    ("other_subject", "upstream_subject_mismatch"),
    ("wrong_at_hash", "upstream_at_hash_wrong"),
    ("token_refused", "upstream_token_refused"),
    ("userinfo_broken", "upstream_userinfo_refused"),
    ("not_json", "upstream_userinfo_malformed"),
    ("empty_id", "upstream_subject_malformed"),
    ("wrapped", "upstream_subject_mismatch"),
];

/// The same of a plain OAuth 2.0 upstream.
const OAUTH2: [(&str, &str); 4] = [
    ("refused", "upstream_access_denied"),
    ("token_refused", "upstream_token_refused"),
    ("userinfo_broken", "upstream_userinfo_refused"),
    ("not_json", "upstream_userinfo_malformed"),
];

async fn each_defect_is_named_and_nothing_is_written(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let oidc = OIDC.map(|(misbehaviour, code)| (sample.oidc(&format!("oidc-{misbehaviour}")), misbehaviour, code));
    let oauth2 =
        OAUTH2.map(|(misbehaviour, code)| (sample.oauth2(&format!("oauth2-{misbehaviour}")), misbehaviour, code));
    for (source, misbehaviour, code) in oidc.into_iter().chain(oauth2) {
        let source = make(&mut api, &with(source, &choosing("bob", misbehaviour))).await;
        let key = source["key"].as_str().expect("a key");
        let mut client = harness.client();
        let answer = through(harness, &mut client, key).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{key}: {}", answer.body);
        assert!(answer.has("a[href=/login]"), "{key}: there is a way back");
        assert_eq!(signed_in_as(harness, &client).await, None, "{key}");
        assert_eq!(accounts(&mut api, key).await.len(), 0, "{key}");
    }
    assert_eq!(count_users(&mut api).await, 0);
}

async fn keys_that_were_rotated_a_moment_ago_are_read_again(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "rotated_keys"))).await;
    // Whoever has just looked does not look again for every unknown key.
    harness.advance(120);
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn a_token_answer_as_a_form_is_read_too(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(
        &mut api,
        &with(sample.oauth2("legacy"), &choosing("bob", "form_answer")),
    )
    .await;
    let mut client = harness.client();
    let answer = through(harness, &mut client, "legacy").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(accounts(&mut api, "legacy").await.len(), 1);
}

async fn an_upstream_that_is_gone_is_named(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/legacy/").await;
    let callback = super::support::away(harness, &left).await;
    drop(sample);
    let answer = client.get(&callback).await;
    let code = answer.error_code();
    assert_eq!(code.as_deref(), Some("upstream_token_unreachable"), "{}", answer.body);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    each_defect_is_named_and_nothing_is_written,
    keys_that_were_rotated_a_moment_ago_are_read_again,
    a_token_answer_as_a_form_is_read_too,
    an_upstream_that_is_gone_is_named,
);

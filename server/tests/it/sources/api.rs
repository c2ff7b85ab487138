//! `/api/v1/sources`, `/property-mappings` and `/external-accounts`.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Sample, accounts, choosing, make, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn secrets_go_in_and_never_come_out(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let headers = json!({ "token_request_headers": { "X-Api-Key": "a secret header" } });
    let made = make(&mut api, &with(sample.oidc("sample"), &headers)).await;
    let path = format!("/sources/{}", made["id"].as_str().expect("an id"));
    for shown in [
        made.clone(),
        api.get(&path).await.found(),
        api.get("/sources/sample").await.found(),
        api.get("/sources").await.found()["items"][0].clone(),
        api.patch(&path, &json!({ "name": "Renamed" })).await.found(),
    ] {
        let text = shown.to_string();
        assert!(
            !text.contains("the secret at the upstream") && !text.contains("a secret header"),
            "{text}"
        );
        assert_eq!(shown["has_client_secret"], true);
        assert_eq!(shown["token_request_headers"], json!({ "X-Api-Key": "***" }));
    }
    // What reads masked may be sent back as it is.
    let echoed = json!({ "token_request_headers": { "X-Api-Key": "***" } });
    api.patch(&path, &echoed).await.found();
    let stored = harness
        .app
        .store
        .load_source_by_key("sample")
        .await
        .expect("a database")
        .expect("a source");
    use secrecy::ExposeSecret as _;
    assert_eq!(
        stored.secrets.token_request_headers[0].1.expose_secret(),
        "a secret header"
    );
}

async fn a_changed_token_endpoint_asks_for_the_secret_again(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let made = make(&mut api, &sample.oidc("sample")).await;
    let path = format!("/sources/{}", made["id"].as_str().expect("an id"));
    let elsewhere = format!("{}/elsewhere", sample.base);
    let moved = api.patch(&path, &json!({ "token_endpoint": elsewhere })).await;
    assert_eq!(moved.wrong(), ["client_secret:required"]);
    let kept = api.get(&path).await.found();
    assert_eq!(kept["token_endpoint"], json!(format!("{}/token", sample.base)));
    let entered = json!({ "token_endpoint": elsewhere, "client_secret": "entered again" });
    assert_eq!(
        api.patch(&path, &entered).await.found()["token_endpoint"],
        json!(elsewhere)
    );
}

async fn what_is_wrong_is_said_field_by_field(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let table: Vec<(Value, &[&str])> = vec![
        (json!({ "key": "no spaces" }), &["key:invalid"]),
        (json!({ "key": "x".repeat(129) }), &["key:invalid"]),
        (json!({ "name": "" }), &["name:required"]),
        (json!({ "preset": "nobody" }), &["preset:not_found"]),
        (
            json!({ "token_endpoint": "not an address" }),
            &["token_endpoint:invalid"],
        ),
        (
            json!({ "token_endpoint": "https://user:pass@example.com/" }),
            &["token_endpoint:invalid"],
        ),
        (
            json!({ "userinfo_endpoint": "http://169.254.169.254/latest" }),
            &["userinfo_endpoint:address_refused"],
        ),
        (
            json!({ "jwks_uri": "http://10.0.0.1/keys" }),
            &["jwks_uri:address_refused"],
        ),
        (
            json!({ "authorization_endpoint": "https://idp.example.com/authorize?a=b&response_mode=form_post" }),
            &["authorization_endpoint:invalid"],
        ),
        (
            json!({ "kind": "oauth2", "authorization_endpoint": "https://idp.example.com/authorize?response_mode" }),
            &["authorization_endpoint:invalid"],
        ),
        (
            json!({ "kind": "oauth2", "attribute_mapping": { "email_address": "email" } }),
            &["attribute_mapping:invalid"],
        ),
        (
            json!({ "authorization_params": { "state": "x" } }),
            &["authorization_params:reserved"],
        ),
        (
            json!({ "authorization_params_map": { "redirect_uri": "x" } }),
            &["authorization_params_map:reserved"],
        ),
        (
            json!({ "attribute_mapping": { "shoe_size": "x" } }),
            &["attribute_mapping:invalid"],
        ),
        (
            json!({ "attribute_mapping": { "email_address": "a..b" } }),
            &["attribute_mapping:invalid"],
        ),
        (
            json!({ "token_request_headers": { "Host": "x" } }),
            &["token_request_headers:reserved"],
        ),
        (
            json!({ "token_request_headers": { "bad name": "x" } }),
            &["token_request_headers:invalid"],
        ),
        (json!({ "scopes": ["with blank"] }), &["scopes:invalid"]),
        (
            json!({ "id_token_signing_algs": ["none"] }),
            &["id_token_signing_algs:invalid"],
        ),
        (
            json!({ "property_mappings": ["pm_1"] }),
            &["property_mappings:not_found"],
        ),
        (json!({ "applications": ["nobody"] }), &["applications:not_found"]),
        (json!({ "assertion_audiences": [] }), &["assertion_audiences:invalid"]),
        (
            json!({ "profile_script": "x".repeat(51_201) }),
            &["profile_script:too_long"],
        ),
        (
            json!({ "kind": "oauth1", "oauth1_signature_method": "RSA-SHA1" }),
            &["oauth1_signature_method:not_supported"],
        ),
        (
            json!({ "redirect_uri": "https://x.example/" }),
            &["redirect_uri:read_only"],
        ),
        (json!({ "shoe_size": 42 }), &["shoe_size:unknown_field"]),
    ];
    for (more, expected) in table {
        let reply = api.post("/sources", &with(sample.oidc("sample"), &more)).await;
        assert_eq!(reply.wrong(), expected, "{more}");
    }
    let made = make(&mut api, &sample.oidc("sample")).await;
    assert_eq!(
        api.post("/sources", &sample.oidc("sample")).await.wrong(),
        ["key:taken"]
    );
    let path = format!("/sources/{}", made["id"].as_str().expect("an id"));
    assert_eq!(
        api.patch(&path, &json!({ "key": "other" })).await.wrong(),
        ["key:read_only"]
    );
}

async fn each_kind_says_what_it_needs(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let bare = |kind: &str| json!({ "key": "bare", "name": "Bare", "kind": kind });
    let table = [
        (
            "oidc",
            vec![
                "authorization_endpoint:required",
                "token_endpoint:required",
                "client_id:required",
                "issuer:required",
                "jwks_uri:required",
            ],
        ),
        (
            "oauth2",
            vec![
                "authorization_endpoint:required",
                "token_endpoint:required",
                "client_id:required",
                "userinfo_endpoint:required",
            ],
        ),
        (
            "oauth1",
            vec![
                "authorization_endpoint:required",
                "token_endpoint:required",
                "client_id:required",
                "request_token_endpoint:required",
                "userinfo_endpoint:required",
                "client_secret:required",
            ],
        ),
    ];
    for (kind, expected) in table {
        assert_eq!(api.post("/sources", &bare(kind)).await.wrong(), expected, "{kind}");
    }
}

async fn a_source_with_keys_alone_is_only_trusted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let trusted = json!({ "key": "ci", "name": "CI", "kind": "oidc", "jwks": { "keys": [] } });
    let made = make(&mut api, &trusted).await;
    assert_eq!(made["authorization_endpoint"], Value::Null);
    assert!(!harness.client().get("/login").await.has("a.source"));
    assert_eq!(harness.client().get("/source/oauth/login/ci/").await.status, 404);
}

async fn only_applications_that_offer_a_source_show_it(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    harness.application("wiki").await;
    let mut chat = harness.application("chat").await;
    let made = make(
        &mut api,
        &with(sample.oidc("sample"), &json!({ "applications": ["wiki"] })),
    )
    .await;
    assert_eq!(made["applications"], json!(["wiki"]));
    for (slug, shows) in [("wiki", true), ("chat", false)] {
        let page = harness.client().visit(&crate::login::authorize(slug, &[])).await;
        assert_eq!(page.has("a.source"), shows, "{slug}");
        let asked = harness
            .client()
            .get(&crate::login::authorize(slug, &[("connection", "sample")]))
            .await;
        let refused = asked.parameter("error").as_deref() == Some("invalid_request");
        assert_eq!(refused, !shows, "{slug}");
    }
    assert!(!harness.client().get("/login").await.has("a.source"));
    // The application has a say as well: both have to agree.
    api.patch("/sources/sample", &json!({ "applications": null }))
        .await
        .found();
    harness
        .change_application(&mut chat, |chat| chat.sources = Some(Vec::new()))
        .await;
    assert_eq!(api.get("/applications/chat").await.found()["sources"], json!([]));
    for (slug, shows) in [("wiki", true), ("chat", false)] {
        let mut client = harness.client();
        let page = client.visit(&crate::login::authorize(slug, &[])).await;
        assert_eq!(page.has("a.source"), shows, "{slug}");
        let form = page.form("login-form");
        let transaction = form.value("transaction").expect("a transaction");
        let start = format!("/source/oauth/login/sample/?transaction={transaction}");
        assert_eq!(client.get(&start).await.status, if shows { 303 } else { 404 }, "{slug}");
    }
    let id = made["id"].as_str().expect("an id").to_owned();
    harness
        .change_application(&mut chat, |chat| chat.sources = Some(vec![id]))
        .await;
    assert_eq!(
        api.get("/applications/chat").await.found()["sources"],
        json!(["sample"])
    );
    assert!(
        harness
            .client()
            .visit(&crate::login::authorize("chat", &[]))
            .await
            .has("a.source")
    );
}

async fn presets_fill_what_is_not_given(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let github =
        json!({ "key": "github", "name": "GitHub", "preset": "github", "client_id": "x", "client_secret": "y" });
    let made = make(&mut api, &github).await;
    assert_eq!(made["kind"], "oauth2");
    assert_eq!(
        made["authorization_endpoint"],
        "https://github.com/login/oauth/authorize"
    );
    assert_eq!(made["userinfo_endpoint"], "https://api.github.com/user");
    assert_eq!(made["token_endpoint_auth_method"], "client_secret_post");
}

async fn links_are_listed_and_taken_away(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let row = accounts(&mut api, "sample").await.remove(0);
    let path = format!("/external-accounts/{}", row["id"].as_str().expect("an id"));
    assert_eq!(api.get(&path).await.found(), row);
    assert!(!row.to_string().contains("access_token"));
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    api.get(&path).await.problem(StatusCode::NOT_FOUND);
    let mut reader = Api::with_permissions(harness, &["external-accounts:read"]).await;
    assert_eq!(reader.get("/external-accounts").await.status(), StatusCode::OK);
    reader.get("/sources").await.problem(StatusCode::FORBIDDEN);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    secrets_go_in_and_never_come_out,
    a_changed_token_endpoint_asks_for_the_secret_again,
    what_is_wrong_is_said_field_by_field,
    each_kind_says_what_it_needs,
    a_source_with_keys_alone_is_only_trusted,
    only_applications_that_offer_a_source_show_it,
    presets_fill_what_is_not_given,
    links_are_listed_and_taken_away,
);

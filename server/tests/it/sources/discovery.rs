//! Sources that are described by their discovery document: read on save, compared later, taken over when somebody says so.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::support::{Sample, choosing, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

fn by_discovery(sample: &Sample, key: &str) -> Value {
    json!({
        "key": key, "name": "Sample", "kind": "oidc", "client_id": "vestibule",
        "client_secret": "the secret at the upstream",
        "discovery_url": format!("{}/.well-known/openid-configuration", sample.base),
    })
}

async fn one_address_is_enough(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let made = make(
        &mut api,
        &with(by_discovery(&sample, "sample"), &choosing("bob", "none")),
    )
    .await;
    let at = |path: &str| json!(format!("{}{path}", sample.base));
    assert_eq!(made["issuer"], at(""));
    assert_eq!(made["authorization_endpoint"], at("/authorize"));
    assert_eq!(made["token_endpoint"], at("/token"));
    assert_eq!(made["userinfo_endpoint"], at("/userinfo"));
    assert_eq!(made["jwks_uri"], at("/jwks"));
    assert_eq!(made["scopes"], json!(["openid", "email", "profile"]));
    assert_eq!(made["differences"], json!([]));
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn what_the_request_carries_wins_and_shows_as_a_difference(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let own = json!({ "userinfo_endpoint": format!("{}/api/me", sample.base) });
    let made = make(&mut api, &with(by_discovery(&sample, "sample"), &own)).await;
    assert_eq!(made["userinfo_endpoint"], own["userinfo_endpoint"]);
    let difference = &made["differences"][0];
    assert_eq!(difference["field"], "userinfo_endpoint");
    assert_eq!(difference["offered"], json!(format!("{}/userinfo", sample.base)));
    let taken = api.post("/sources/sample/refresh", &json!({})).await.found();
    assert_eq!(taken["userinfo_endpoint"], difference["offered"]);
    assert_eq!(taken["differences"], json!([]));
}

/// A server with a discovery document and keys of its own, which can change.
struct Publisher {
    base: String,
    document: Arc<Mutex<Value>>,
    task: tokio::task::JoinHandle<()>,
}

impl Publisher {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let document = Arc::new(Mutex::new(Value::Null));
        let shown = Arc::clone(&document);
        let document_now = move || async move { axum::Json(shown.lock().expect("nobody panicked").clone()) };
        let keys = json!({ "keys": [{ "kty": "oct", "k": "AA", "kid": base }] });
        let routes = axum::Router::new()
            .route("/.well-known/openid-configuration", axum::routing::get(document_now))
            .route("/jwks", axum::routing::get(move || async move { axum::Json(keys) }));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        let publisher = Self { base, document, task };
        publisher.says(&json!({}));
        publisher
    }

    fn at(&self, path: &str) -> Value {
        json!(format!("{}{path}", self.base))
    }

    /// From now on the document has these other members.
    fn says(&self, more: &Value) {
        let document = json!({
            "issuer": self.base, "authorization_endpoint": self.at("/authorize"), "token_endpoint": self.at("/token"),
            "userinfo_endpoint": self.at("/userinfo"), "jwks_uri": self.at("/jwks"),
        });
        *self.document.lock().expect("nobody panicked") = with(document, more);
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn a_change_reads_the_document_again(harness: &Harness) {
    let (one, two, mut api) = (
        Publisher::start().await,
        Publisher::start().await,
        Api::new(harness).await,
    );
    let source = json!({
        "key": "sample", "name": "Sample", "kind": "oidc", "client_id": "vestibule", "client_secret": "a secret",
        "discovery_url": one.at("/.well-known/openid-configuration"),
    });
    assert_eq!(make(&mut api, &source).await["userinfo_endpoint"], one.at("/userinfo"));
    one.says(&json!({ "userinfo_endpoint": one.at("/me"), "authorization_endpoint": one.at("/go") }));
    let renamed = api
        .patch("/sources/sample", &json!({ "name": "Renamed" }))
        .await
        .found();
    assert_eq!(renamed["userinfo_endpoint"], one.at("/me"));
    assert_eq!(renamed["authorization_endpoint"], one.at("/go"));
    assert_eq!(renamed["differences"], json!([]));
    // What is written by hand holds until the next change that does not carry it: then the document counts.
    let own = json!({ "userinfo_endpoint": one.at("/own") });
    let set = api.patch("/sources/sample", &own).await.found();
    assert_eq!(set["userinfo_endpoint"], one.at("/own"));
    assert_eq!(set["differences"][0]["field"], "userinfo_endpoint");
    let again = api.patch("/sources/sample", &json!({ "name": "Again" })).await.found();
    assert_eq!(again["userinfo_endpoint"], one.at("/me"));
    // A secret does not follow the document to another token endpoint.
    one.says(&json!({ "token_endpoint": two.at("/token") }));
    let moved = api.patch("/sources/sample", &json!({ "name": "Moved" })).await;
    assert_eq!(moved.wrong(), ["client_secret:required"]);
    one.says(&json!({}));
    // The document of another: all of it is that one's.
    let other = json!({ "discovery_url": two.at("/.well-known/openid-configuration") });
    assert_eq!(
        api.patch("/sources/sample", &other).await.wrong(),
        ["client_secret:required"]
    );
    let other = with(other, &json!({ "client_secret": "another secret" }));
    let other = api.patch("/sources/sample", &other).await.found();
    assert_eq!(other["issuer"], two.at(""));
    for (field, path) in [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/token"),
        ("userinfo_endpoint", "/userinfo"),
        ("jwks_uri", "/jwks"),
    ] {
        assert_eq!(other[field], two.at(path), "{field}");
    }
    let stored = harness.app.store.load_source_by_key("sample").await;
    let keys = stored.expect("a database").expect("a source").keys.expect("keys");
    assert!(keys.contains(&two.base), "{keys}");
    // Nothing changes while there is nothing to read.
    drop(two);
    let lost = api.patch("/sources/sample", &json!({ "name": "Lost" })).await;
    assert_eq!(lost.wrong(), ["discovery_url:unreachable"]);
    assert_eq!(api.get("/sources/sample").await.found(), other);
    // Nor can a document bring in what is refused when it is written.
    one.says(&json!({ "authorization_endpoint": one.at("/go?response_mode=query") }));
    let back = json!({ "discovery_url": one.at("/.well-known/openid-configuration"), "client_secret": "a secret" });
    assert_eq!(
        api.patch("/sources/sample", &back).await.wrong(),
        ["authorization_endpoint:invalid"]
    );
}

async fn an_address_of_another_form_is_refused_and_the_form_is_offered(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let bare = json!({ "discovery_url": sample.base });
    let reply = api
        .post("/sources", &with(by_discovery(&sample, "sample"), &bare))
        .await;
    assert_eq!(reply.wrong(), ["discovery_url:invalid"]);
    let completed = format!("{}/.well-known/openid-configuration", sample.base);
    assert!(reply.answer.body.contains(&completed), "{}", reply.answer.body);
}

async fn a_document_that_is_none_or_of_another_is_refused(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let port = sample.base.rsplit(':').next().expect("a port");
    for (address, code) in [
        (
            format!("http://localhost:{port}/.well-known/openid-configuration"),
            "discovery_issuer_mismatch",
        ),
        (
            format!("{}/x/.well-known/openid-configuration", sample.base),
            "unreachable",
        ),
    ] {
        let reply = api
            .post(
                "/sources",
                &with(by_discovery(&sample, "sample"), &json!({ "discovery_url": address })),
            )
            .await;
        assert_eq!(reply.wrong(), [format!("discovery_url:{code}")]);
    }
}

async fn the_test_says_what_is_healthy_and_where_one_would_go(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &by_discovery(&sample, "sample")).await;
    let found = api.post("/sources/sample/test", &json!({})).await.found();
    assert_eq!(found["userinfo_status"], 401, "who has no token is refused: healthy");
    assert_eq!(found["errors"], json!([]));
    let address = found["authorize_url"].as_str().expect("an address");
    assert!(
        address.starts_with(&format!("{}/authorize?", sample.base)) && address.contains("state=test_"),
        "{address}"
    );
    drop(sample);
    let found = api.post("/sources/sample/test", &json!({})).await.found();
    assert_eq!(found["userinfo_status"], Value::Null);
    let codes: Vec<&str> = found["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| error["code"].as_str())
        .collect();
    assert_eq!(codes, ["oauth_discovery_refresh_failed", "oauth_userinfo_unreachable"]);
}

async fn the_scheduled_look_changes_nothing_by_itself(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let own = json!({ "token_endpoint": format!("{}/elsewhere", sample.base) });
    let made = make(&mut api, &with(by_discovery(&sample, "sample"), &own)).await;
    harness.advance(25 * 60 * 60);
    vestibule::actions::sources::discovery::look(&harness.app, harness.now())
        .await
        .expect("it looks");
    let seen = api.get("/sources/sample").await.found();
    assert_eq!(seen["token_endpoint"], made["token_endpoint"]);
    assert_eq!(seen["differences"][0]["field"], "token_endpoint");
    assert_eq!(seen["updated_at"], made["updated_at"]);
}

async fn a_refresh_reads_the_keys_of_a_source_with_a_button_too(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let keys = json!({ "jwks_uri": format!("{}/jwks", sample.base) });
    make(&mut api, &with(sample.oauth2("legacy"), &keys)).await;
    let stored = async || {
        let found = harness.app.store.load_source_by_key("legacy").await;
        found.expect("a database").expect("a source")
    };
    assert_eq!(stored().await.keys, None, "people sign in there without them");
    harness.advance(60);
    api.post("/sources/legacy/refresh", &json!({})).await.found();
    let read = stored().await;
    assert!(read.keys.is_some_and(|keys| keys.contains("\"keys\"")));
    assert_eq!(read.keys_read_at, Some(harness.now()));
    drop(sample);
    let refused = api.post("/sources/legacy/refresh", &json!({})).await;
    assert_eq!(refused.wrong(), ["jwks_uri:unreachable"]);
}

/// A server whose keys are asked for while somebody else moves the source to another address.
async fn moving(harness: &Harness, elsewhere: String) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let app = harness.app.clone();
    let keys = move || {
        let (app, elsewhere) = (app.clone(), elsewhere.clone());
        async move {
            let found = app.store.load_source_by_key("legacy").await.expect("a database");
            let mut stored = found.expect("a source");
            stored.source.jwks_uri = Some(elsewhere);
            let version = stored.source.version;
            let statement = app
                .store
                .update_source(&stored.source, &stored.secrets, version, &app.entropy)
                .expect("a statement");
            app.commit_changes(vec![statement], vec!["sources".to_owned()])
                .await
                .expect("a commit");
            axum::Json(json!({ "keys": [] }))
        }
    };
    let routes = axum::Router::new().route("/jwks", axum::routing::get(keys));
    tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
    base
}

async fn a_refresh_keeps_nothing_of_an_address_that_was_changed_meanwhile(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let elsewhere = format!("{}/jwks", sample.base);
    let base = moving(harness, elsewhere.clone()).await;
    make(
        &mut api,
        &with(sample.oauth2("legacy"), &json!({ "jwks_uri": format!("{base}/jwks") })),
    )
    .await;
    let found = api.post("/sources/legacy/refresh", &json!({})).await.found();
    assert_eq!(found["jwks_uri"], json!(elsewhere));
    let stored = harness.app.store.load_source_by_key("legacy").await;
    let keys = stored.expect("a database").expect("a source").keys.expect("keys");
    assert!(
        keys.contains("\"kid\""),
        "those of the address that stands there now: {keys}"
    );
    // Somebody who said which version they mean is told.
    let etag = api.get("/sources/legacy").await.etag();
    let base = moving(harness, elsewhere).await;
    let moved = json!({ "jwks_uri": format!("{base}/jwks") });
    let etag_now = {
        api.patch("/sources/legacy", &moved).await.found();
        api.get("/sources/legacy").await.etag()
    };
    assert_ne!(etag, etag_now);
    let stale = api
        .json(
            http::Method::POST,
            "/sources/legacy/refresh",
            &[("if-match", etag_now.as_str())],
            &json!({}),
        )
        .await;
    stale.problem(http::StatusCode::PRECONDITION_FAILED);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    one_address_is_enough,
    what_the_request_carries_wins_and_shows_as_a_difference,
    a_change_reads_the_document_again,
    an_address_of_another_form_is_refused_and_the_form_is_offered,
    a_document_that_is_none_or_of_another_is_refused,
    the_test_says_what_is_healthy_and_where_one_would_go,
    the_scheduled_look_changes_nothing_by_itself,
    a_refresh_reads_the_keys_of_a_source_with_a_button_too,
    a_refresh_keeps_nothing_of_an_address_that_was_changed_meanwhile,
);

//! Whatever is given stands nowhere but in its answer (security sheet, items 21 and 24): not in the log, however much is
//! logged, and not in the database. The same holds for what is given to us, and for what we and a source alone know of a visit.

use http::Method;
use protocol::id::hash_secret;
use serde_json::{Value, json};

use super::super::support::{SECRET, json as body_of};
use super::ways::{WAYS, ready};
use crate::api::support::Api;
use crate::dialects::authn_sh::support::Program;
use crate::harness::{Answer, Engine, Harness, PASSWORD};
use crate::logging::{Kept, log};
use crate::sources::support::{Sample, away, choosing, make, signed_in_as, with};

/// The sample upstream is on this machine.
const LOOPBACK: &str = "outgoing.allow = [\"127.0.0.0/8\"]";

/// Names under which an answer carries something that opens a door.
const CARRIERS: [&str; 4] = ["access_token", "refresh_token", "id_token", "code"];

fn collect(answer: &Answer, values: &mut Vec<String>) {
    for name in CARRIERS {
        let value = match answer.location() {
            Some(_) => super::ways::parameter(answer, name),
            None => body_of(answer)[name].as_str().map(str::to_owned),
        };
        values.extend(value);
    }
}

/// Signs in through a source and leaves for it once more without coming back; gives what only we and the source may know of it.
async fn visit(harness: &Harness) -> Vec<String> {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let source = with(sample.oidc("sample"), &choosing("bob", "none"));
    make(&mut api, &with(source, &json!({ "pkce": "S256" }))).await;
    let mut browser = harness.client();
    let mut values = vec![
        sample.oidc("sample")["client_secret"]
            .as_str()
            .expect("a secret")
            .to_owned(),
    ];
    for comes_back in [true, false] {
        let left = browser.get("/source/oauth/login/sample/").await;
        let state = left.parameter("state").expect("a state");
        let kept = harness.app.store.load_source_visit(hash_secret(&state)).await;
        let kept = kept.expect("a database").expect("a visit");
        let kept: Value = serde_json::from_slice(&kept.secrets).expect("JSON");
        assert_eq!(kept["nonce"].as_str(), left.parameter("nonce").as_deref());
        let of = |name: &str| kept[name].as_str().expect("a text").to_owned();
        values.extend([state, of("nonce"), of("code_verifier")]);
        if comes_back {
            let callback = away(harness, &left).await;
            values.extend(parameter_of(&callback, "code"));
            browser.get(&callback).await;
            assert_eq!(signed_in_as(harness, &browser).await.as_deref(), Some("bob"));
        }
    }
    values
}

fn parameter_of(address: &str, name: &str) -> Option<String> {
    let address: url::Url = address.parse().expect("an address");
    let mut pairs = address.query_pairs();
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Makes and changes a provider by authn.sh's interface under keys for which the answers are kept; gives the secrets of the bodies.
async fn repeat(harness: &Harness) -> Vec<String> {
    let (sample, mut program) = (Sample::start(harness).await, Program::new(harness).await);
    let secrets = ["a secret at the provider", "the next one at the provider"];
    let base = &sample.base;
    let made = json!({
        "provider_kind": "custom_oauth2", "provider_key": "legacy_idp", "name": "Legacy IdP",
        "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/api/me"), "userinfo_method": "GET", "userinfo_auth": "bearer",
        "client_id": "vestibule", "client_secret": secrets[0], "scopes": ["read_profile", "read_email"],
        "attribute_mapping": { "provider_user_id": "id", "email_address": "email" },
    });
    let mut path = "/oauth-providers".to_owned();
    let changed = json!({ "client_secret": secrets[1] });
    for (method, body, key) in [(Method::POST, made, "first"), (Method::PATCH, changed, "second")] {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = body.to_string();
        let first = program.send(method.clone(), &path, &headers, body.as_bytes()).await;
        let again = program.send(method, &path, &headers, body.as_bytes()).await;
        let status = first.answer.status;
        assert!(status.is_success(), "{}", first.answer.body);
        assert_eq!(again.answer.header("idempotent-replayed"), Some("true"));
        let (first, again) = (first.object(status), again.object(status));
        assert_eq!(first, again);
        path = format!("/oauth-providers/{}", first["id"].as_str().expect("an id"));
    }
    secrets.map(str::to_owned).to_vec()
}

/// Goes every way, twice, so that each is also refused; gives everything that opened or would have opened a door.
async fn walk(harness: &Harness) -> Vec<String> {
    let mut ready = ready(harness).await;
    let mut values = vec![SECRET.to_owned(), PASSWORD.to_owned(), ready.app_password.clone()];
    values.extend(ready.browser.cookie("vestibule_session").map(str::to_owned));
    values.extend([&ready.access_token, &ready.refresh_token, &ready.assertion].map(Clone::clone));
    values.extend([&ready.code, &ready.device_code].map(Clone::clone));
    for _ in 0..2 {
        for way in WAYS {
            let answer = ready.take(harness, way, &[]).await;
            if answer.status == 200 || answer.location().is_some() {
                collect(&answer, &mut values);
            }
        }
    }
    for way in WAYS {
        let answer = ready.take(harness, way, &[("scope", "nobody knows this")]).await;
        assert!(
            values
                .iter()
                .all(|value| !answer.body.contains(value) || answer.status == 200),
            "{way:?}"
        );
    }
    values.extend(visit(harness).await);
    values.extend(repeat(harness).await);
    // A signature alone shows a token as well.
    let signatures: Vec<String> = values
        .iter()
        .filter_map(|value| value.rsplit_once('.'))
        .map(|(_, last)| last.to_owned())
        .collect();
    values.extend(signatures);
    values.sort();
    values.dedup();
    assert!(
        values.len() > 30 && values.iter().all(|value| value.len() >= 16),
        "{values:?}"
    );
    values
}

async fn no_log_line_carries_a_secret(engine: Engine) {
    let harness = Harness::with(engine, LOOPBACK).await;
    let kept = Kept::default();
    let subscriber = vestibule::logging::subscriber(log("json", "trace"), false, kept.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let values = walk(&harness).await;
    drop(guard);
    let written = kept.text();
    assert!(
        written.lines().count() > 30 && written.contains("/application/o/token/"),
        "{written}"
    );
    for value in &values {
        assert!(!written.contains(value.as_str()), "{value} stands in the log");
    }
    harness.end().await;
}

store::statements! {
    EVERYTHING = "SELECT CAST(schema_to_xml('public', true, false, '') AS TEXT)";
}

async fn no_table_carries_a_secret(engine: Engine) {
    let harness = Harness::with(engine, LOOPBACK).await;
    let values = walk(&harness).await;
    let mut stored = Vec::new();
    match engine {
        // The files as they are, with what was written last beside them.
        Engine::Sqlite => {
            for file in std::fs::read_dir(&harness.app.config.data_dir).unwrap().flatten() {
                stored.extend(std::fs::read(file.path()).unwrap_or_default());
            }
        }
        Engine::Postgres => {
            let rows = harness.app.store.db().read(&EVERYTHING, &[]).await.unwrap();
            stored.extend(rows.first().unwrap().text(0).unwrap().bytes());
        }
    }
    let stored = String::from_utf8_lossy(&stored);
    let holds = |text: &str| stored.contains(text);
    assert!(
        holds("alice@example.com") && holds("https://shop.example/cb") && holds("oauthp_"),
        "this reads what is stored"
    );
    for value in &values {
        assert!(!holds(value), "{value} is stored as it is");
    }
    harness.end().await;
}

#[tokio::test]
async fn no_log_line_carries_a_secret_on_sqlite() {
    no_log_line_carries_a_secret(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_log_line_carries_a_secret_on_postgres() {
    no_log_line_carries_a_secret(Engine::Postgres).await;
}

#[tokio::test]
async fn no_table_carries_a_secret_on_sqlite() {
    no_table_carries_a_secret(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_table_carries_a_secret_on_postgres() {
    no_table_carries_a_secret(Engine::Postgres).await;
}

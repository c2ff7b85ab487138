//! What these tests have in common: requests of an application, and the record of what came of them.

use http::StatusCode;
use protocol::client::{Application, ConsentMode, GrantType};
use serde_json::Value;

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, secret_of};

/// A code verifier and its S256 challenge (RFC 7636, appendix B).
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Values that belong to one request each.
pub(super) const STATE: &str = "state-that-nobody-else-knows";
pub(super) const NONCE: &str = "nonce-that-nobody-else-knows";

/// An application that asks for no consent.
pub(super) async fn application(harness: &Harness, slug: &str, change: impl FnOnce(&mut Application)) -> Application {
    harness
        .application_with(slug, |application| {
            application.consent_mode = ConsentMode::Skip;
            application.grant_types = vec![GrantType::AuthorizationCode, GrantType::RefreshToken];
            change(application);
        })
        .await
}

/// The authorization request of `slug`, with parameters replaced or, where they are empty, left out.
pub(super) fn authorize(slug: &str, more: &[(&str, &str)]) -> String {
    let redirect = format!("https://{slug}.example/cb");
    let mut pairs = vec![
        ("client_id", slug),
        ("redirect_uri", redirect.as_str()),
        ("response_type", "code"),
        ("scope", "openid profile offline_access"),
        ("state", STATE),
        ("nonce", NONCE),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in more {
        pairs.retain(|(key, _)| key != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/application/o/authorize/?{query}")
}

/// A token request of `slug` with its secret in the body; fields are replaced or, where they are empty, left out.
pub(super) async fn token(harness: &Harness, slug: &str, more: &[(&str, &str)]) -> Answer {
    let secret = secret_of(slug);
    let redirect = format!("https://{slug}.example/cb");
    let mut fields = vec![
        ("client_id", slug),
        ("client_secret", secret.as_str()),
        ("grant_type", "authorization_code"),
        ("redirect_uri", redirect.as_str()),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in more {
        fields.retain(|(key, _)| key != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    harness.client().post("/application/o/token/", &fields).await
}

/// A code of `slug` for whoever is signed in in this browser.
pub(super) async fn code(browser: &mut Client, slug: &str) -> String {
    let answer = browser.get(&authorize(slug, &[])).await;
    answer
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {answer:?}"))
}

pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// The records that a query finds, the newest first, when everything is written.
pub(super) async fn records(harness: &Harness, api: &mut Api, query: &str) -> Vec<Value> {
    harness.app.transactions.settle().await;
    let found = api.get(&format!("/transactions{query}")).await.found();
    found["items"].as_array().expect("a list").clone()
}

/// The newest record of a query, with its steps.
pub(super) async fn record(harness: &Harness, api: &mut Api, query: &str) -> Value {
    let found = records(harness, api, query).await;
    let newest = found.first().unwrap_or_else(|| panic!("no record for {query}"));
    let id = text(newest, "id");
    api.get(&format!("/transactions/{id}")).await.found()
}

/// The names of the steps of a record.
pub(super) fn names(record: &Value) -> Vec<&str> {
    let steps = record["steps"].as_array().expect("steps");
    steps.iter().map(|step| text(step, "name")).collect()
}

/// Whether these names stand in the record, in this order.
pub(super) fn has_in_order(record: &Value, wanted: &[&str]) -> bool {
    let mut names = names(record).into_iter();
    wanted.iter().all(|wanted| names.any(|name| name == *wanted))
}

/// The case number and the transaction of an error page.
pub(super) fn case_of(answer: &Answer) -> (String, String) {
    let page = answer.page();
    let error = page
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("error"));
    let id = error
        .and_then(|error| error.attribute("data-transaction"))
        .expect("a transaction");
    (protocol::transaction::case_number(id), id.to_owned())
}

/// A status that is a success, or a redirect.
pub(super) fn went_well(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::SEE_OTHER
}

/// The newest record of a refusal, when it explains itself: its rule in words, likely causes, and what differs or what came.
pub(super) async fn explained(harness: &Harness, api: &mut Api, code: &str) -> Value {
    let record = record(harness, api, &format!("?code={code}&limit=1")).await;
    let explanation = &record["explanation"];
    assert_eq!(explanation["code"], code, "{record}");
    assert!(text(explanation, "rule_sentence").len() > 20, "{code}");
    assert!(!explanation["causes"].as_array().expect("causes").is_empty(), "{code}");
    let at = usize::try_from(explanation["step"].as_u64().expect("a step")).expect("small");
    let step = &record["steps"][at];
    assert_ne!(step["outcome"], "passed", "{code}: {step}");
    // Whatever is refused next comes later.
    harness.clock.advance(std::time::Duration::from_millis(1));
    let both = !explanation["given"].is_null() && !explanation["expected"].is_null();
    if both && explanation["given"] != explanation["expected"] {
        assert!(explanation["difference"]["aspects"].is_array(), "{code}: {explanation}");
    }
    record
}

/// Carries out a repair of a record.
pub(super) async fn repair(api: &mut Api, record: &Value, name: &str) {
    let offered: Vec<&str> = record["explanation"]["repairs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|offer| text(offer, "repair"))
        .collect();
    assert!(offered.contains(&name), "{name} is not among {offered:?}: {record}");
    let path = format!("/transactions/{}/repair", text(record, "id"));
    let answer = api.post(&path, &serde_json::json!({ "repair": name })).await;
    assert_eq!(answer.status(), StatusCode::OK, "{name}: {}", answer.answer.body);
}

/// A record without a repair says where its cause is corrected.
pub(super) fn names_a_place(record: &Value) {
    let explanation = &record["explanation"];
    assert_eq!(explanation["repairs"], serde_json::json!([]), "{explanation}");
    assert!(!text(explanation, "place").is_empty());
}

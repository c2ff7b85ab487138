//! Devices without a browser (RFC 8628), over the whole server in process, on both engines: what they may ask, what a
//! person sees and answers, and what a poll gets.

mod answering;
mod asking;
mod guessing;
mod policies;
mod polling;
mod races;

use protocol::client::{Application, GrantType};
use serde_json::Value;

use crate::harness::{Answer, Client, Harness, secret_of};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A confidential application that may use devices.
async fn application(harness: &Harness, slug: &str) -> Application {
    application_with(harness, slug, |_| {}).await
}

async fn application_with(harness: &Harness, slug: &str, change: impl FnOnce(&mut Application)) -> Application {
    harness
        .application_with(slug, |application| {
            application.grant_types = vec![GrantType::DeviceCode, GrantType::RefreshToken];
            change(application);
        })
        .await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// What a device of `slug` gets when it asks.
async fn ask(harness: &Harness, slug: &str, scope: &str) -> Value {
    let fields = [("client_id", slug), ("scope", scope)];
    let answer = harness.client().post("/application/o/device/", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json(&answer)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

async fn poll(harness: &Harness, slug: &str, device_code: &str) -> Answer {
    let secret = secret_of(slug);
    let fields = [
        ("grant_type", GRANT),
        ("device_code", device_code),
        ("client_id", slug),
        ("client_secret", &secret),
    ];
    harness.client().post("/application/o/token/", &fields).await
}

/// Status, `error` and the stable code of a refusal.
fn refusal(answer: &Answer) -> (u16, String, String) {
    let body = json(answer);
    let of = |name| text(&body, name).to_owned();
    (answer.status.as_u16(), of("error"), of("refusal"))
}

/// The error of a poll that got nothing.
async fn error(harness: &Harness, slug: &str, device_code: &str) -> String {
    let (status, error, _) = refusal(&poll(harness, slug, device_code).await);
    assert_eq!(status, 400, "{error}");
    error
}

/// Types a code.
async fn enter(browser: &mut Client, code: &str) -> Answer {
    let page = browser.get("/device").await;
    let form = page.form("device-form").with("code", code);
    browser.submit(&form).await
}

/// Presses a button of the question.
async fn press(browser: &mut Client, question: &Answer, decision: &str) -> Answer {
    let form = question.form("consent-form").with("decision", decision);
    browser.submit(&form).await
}

/// Goes the whole way in a browser that is signed in.
async fn allow(browser: &mut Client, asked: &Value) {
    let question = enter(browser, text(asked, "user_code")).await;
    let answer = press(browser, &question, "allow").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.has("article[data-decision=allow]"), "{}", answer.body);
}

/// Why the form for a code is shown again.
fn problem(answer: &Answer) -> String {
    assert!(answer.has("form#device-form"), "{} {}", answer.status, answer.body);
    let page = answer.page();
    let found = page
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("problem"));
    found.map(|element| element.text.clone()).unwrap_or_default()
}

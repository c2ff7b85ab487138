//! The pages of signing in and out, in process and on both engines: every way through them, and every way around them
//! that is closed.

mod backchannel_logout;
mod choose_account;
mod consent;
mod end_session;
mod first_use;
mod forms;
mod frontchannel_logout;
mod hints;
mod home;
mod hostile;
mod languages;
mod limits;
mod name_first;
mod reauthentication;
pub(crate) mod receiver;
mod remembered;
mod rp_initiated_logout;
mod session_parties;
mod sessions;
mod setup;
mod sign_in;
mod sign_out;
mod unbound;
mod walk;

use serde_json::Value;
use store::{Row, Val};
use url::form_urlencoded;

use crate::harness::{Answer, Client, Form, Harness, PASSWORD, secret_of};

store::statements! {
    EVENTS = "SELECT action, actor, target, client_address, body FROM events WHERE action = $1 ORDER BY id";
    GRANTS = "SELECT user_id FROM grants ORDER BY id";
    HASH = "SELECT password_hash FROM users WHERE id = $1";
}

/// One entry of the audit log.
struct Entry {
    actor: Option<String>,
    target: Option<String>,
    client_address: Option<String>,
    detail: Value,
}

/// The entries of one kind.
async fn events(harness: &Harness, action: &str) -> Vec<Entry> {
    let rows = harness
        .app
        .store
        .db()
        .read(&EVENTS, &[Val::from(action)])
        .await
        .expect("rows");
    let text = |row: &Row, at: usize| row.opt_text(at).expect("text").map(str::to_owned);
    rows.iter()
        .map(|row| Entry {
            actor: text(row, 1),
            target: text(row, 2),
            client_address: text(row, 3),
            detail: serde_json::from_str(row.text(4).expect("text")).expect("JSON"),
        })
        .collect()
}

/// To whom authorizations were given, in their order.
async fn grants(harness: &Harness) -> Vec<String> {
    let rows = harness.app.store.db().read(&GRANTS, &[]).await.expect("rows");
    rows.iter().map(|row| row.text(0).expect("text").to_owned()).collect()
}

/// The address of an authorization request of application `slug` for `openid`.
pub(crate) fn authorize(slug: &str, more: &[(&str, &str)]) -> String {
    let redirect_uri = format!("https://{slug}.example/cb");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", slug),
            ("redirect_uri", redirect_uri.as_str()),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "the state"),
        ])
        .extend_pairs(more)
        .finish();
    format!("/application/o/authorize/?{query}")
}

/// The sign-in form, filled in.
fn filled(page: &Answer, username: &str, password: &str) -> Form {
    page.form("login-form")
        .with("username", username)
        .with("password", password)
}

/// Signs in on a sign-in page and follows our redirects.
async fn sign_in(client: &mut Client, page: &Answer, username: &str) -> Answer {
    let answer = client.submit(&filled(page, username, PASSWORD)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    client.follow(answer).await
}

/// Presses a button of the consent page.
async fn decide(client: &mut Client, page: &Answer, decision: &str) -> Answer {
    let form = page.form("consent-form").with("decision", decision);
    let answer = client.submit(&form).await;
    client.follow(answer).await
}

/// The code in a redirect to application `slug`, whose other parameters are as they must be.
pub(crate) fn code_for(answer: &Answer, harness: &Harness, slug: &str) -> String {
    let location = answer
        .location()
        .unwrap_or_else(|| panic!("no redirect: {}", answer.body));
    assert_eq!(answer.status, 303);
    assert!(
        location.starts_with(&format!("https://{slug}.example/cb?")),
        "{location}"
    );
    assert_eq!(answer.parameter("state").as_deref(), Some("the state"));
    let issuer = format!("{}application/o/{slug}/", harness.app.public_url);
    assert_eq!(answer.parameter("iss").as_deref(), Some(issuer.as_str()));
    answer
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {location}"))
}

/// The error in a redirect to application `slug`.
fn error_for(answer: &Answer, slug: &str) -> String {
    let location = answer
        .location()
        .unwrap_or_else(|| panic!("no redirect: {}", answer.body));
    assert!(
        location.starts_with(&format!("https://{slug}.example/cb?")),
        "{location}"
    );
    answer
        .parameter("error")
        .unwrap_or_else(|| panic!("no error: {location}"))
}

/// The whole way through sign-in and consent.
async fn whole_way(harness: &Harness, client: &mut Client, slug: &str, username: &str) -> String {
    let page = client.visit(&authorize(slug, &[])).await;
    let page = if page.has("form#login-form") {
        sign_in(client, &page, username).await
    } else {
        page
    };
    let answer = if page.has("form#consent-form") {
        decide(client, &page, "allow").await
    } else {
        page
    };
    code_for(&answer, harness, slug)
}

/// The tokens of a code.
async fn tokens(harness: &Harness, slug: &str, code: &str) -> Value {
    let (redirect_uri, secret) = (format!("https://{slug}.example/cb"), secret_of(slug));
    let answer = harness
        .client()
        .post(
            "/application/o/token/",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &redirect_uri),
                ("client_id", slug),
                ("client_secret", &secret),
            ],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("JSON")
}

/// The ID token that application `slug` got for the session of this browser.
async fn id_token(harness: &Harness, client: &mut Client, slug: &str, username: &str) -> String {
    let code = whole_way(harness, client, slug, username).await;
    let tokens = tokens(harness, slug, &code).await;
    tokens["id_token"].as_str().expect("an ID token").to_owned()
}

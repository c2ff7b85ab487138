//! What these tests have in common: an application that GitHub's words sign in to, and calls with its tokens.

use http::{Method, Request, header};
use protocol::params::Params;
use protocol::user::User;
use serde_json::{Value, json};

pub(super) use crate::dialects::support::application;

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, secret_of};

/// The first request of a sign-in.
pub(super) fn authorize_path(slug: &str, more: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", slug)
        .extend_pairs(more)
        .finish();
    format!("/login/oauth/authorize?{query}")
}

/// A code for these scopes, from a browser that is signed in.
pub(super) async fn code(browser: &mut Client, slug: &str, scope: &str) -> String {
    let answer = browser
        .get(&authorize_path(slug, &[("scope", scope), ("state", "s")]))
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.parameter("state").as_deref(), Some("s"));
    answer
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {:?}", answer.location()))
}

/// A token request with these fields as a form.
pub(super) async fn exchange(harness: &Harness, fields: &[(&str, &str)]) -> Answer {
    harness.client().post("/login/oauth/access_token", fields).await
}

/// The members of a form answer.
pub(super) fn form(answer: &Answer) -> Params {
    let kind = answer.header("content-type").expect("a content type");
    assert!(
        kind.starts_with("application/x-www-form-urlencoded"),
        "{kind}: {}",
        answer.body
    );
    Params::parse(answer.body.as_bytes()).expect("a form")
}

/// Redeems a code with no more than GitHub's clients send.
pub(super) async fn redeem(harness: &Harness, slug: &str, code: &str) -> Params {
    let secret = secret_of(slug);
    let answer = exchange(
        harness,
        &[("client_id", slug), ("client_secret", &secret), ("code", code)],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    form(&answer)
}

/// An access token for these scopes.
pub(super) async fn token(harness: &Harness, user: &User, slug: &str, scope: &str) -> String {
    let mut browser = harness.signed_in(&user.username).await;
    let code = code(&mut browser, slug, scope).await;
    let tokens = redeem(harness, slug, &code).await;
    tokens
        .get("access_token")
        .unwrap_or_else(|| panic!("no token: {tokens:?}"))
        .to_owned()
}

/// GET with a token.
pub(super) async fn get(harness: &Harness, token: &str, path: &str) -> Answer {
    let authorization = format!("token {token}");
    let mut client = harness.client().with_header(header::AUTHORIZATION, &authorization);
    client.get(path).await
}

/// GET with a token, of what is found.
pub(super) async fn found(harness: &Harness, token: &str, path: &str) -> Value {
    let answer = get(harness, token, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    json_of(&answer)
}

/// The body of a JSON answer.
pub(super) fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// A request with JSON.
pub(super) async fn post_json(harness: &Harness, path: &str, accept: &str, body: &Value) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::ACCEPT, accept)
        .body(body.to_string().into())
        .expect("a request");
    harness.client().send(request).await
}

/// A group with these members, as it is stored.
pub(super) async fn group(harness: &Harness, name: &str, users: &[&User]) -> Value {
    let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
    let mut api = Api::new(harness).await;
    api.post("/groups", &json!({"name": name, "users": ids}))
        .await
        .created()
}

//! What these tests have in common: an application that signs by ES256, a browser with a session, and the way from an
//! authorization request to tokens.

use axum::body::Body;
use http::{Method, Request, header};
use protocol::client::{Application, ConsentMode, GrantType};
use protocol::jose::Algorithm;
use protocol::user::User;
use serde_json::Value;

use crate::harness::{Answer, Client, Harness};

/// The client secret of [`application`].
pub(super) const SECRET: &str = "a-client-secret-of-thirty-two-ch";
/// A code verifier and its S256 challenge (RFC 7636, appendix B).
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application that asks for no consent, signs by ES256, and may use every grant.
pub(super) async fn application(harness: &Harness, slug: &str) -> Application {
    application_with(harness, slug, |_| {}).await
}

pub(super) async fn application_with(
    harness: &Harness,
    slug: &str,
    change: impl FnOnce(&mut Application),
) -> Application {
    let key = harness
        .app
        .snapshot()
        .active(Algorithm::ES256)
        .expect("a first key")
        .record
        .id
        .clone();
    let application = harness
        .application_with(slug, |application| {
            application.signing_key = Some(key);
            application.consent_mode = ConsentMode::Skip;
            application.grant_types = vec![
                GrantType::AuthorizationCode,
                GrantType::RefreshToken,
                GrantType::ClientCredentials,
            ];
            change(application);
        })
        .await;
    set_secret(harness, &application, SECRET).await;
    application
}

pub(super) async fn set_secret(harness: &Harness, application: &Application, secret: &str) {
    let store = &harness.app.store;
    let statement = store
        .set_application_secrets(
            &application.id,
            application.version,
            &[secret.into()],
            harness.now(),
            &harness.app.entropy,
        )
        .expect("a statement");
    harness
        .app
        .commit_changes(vec![statement], vec![format!("app:{}", application.id)])
        .await
        .expect("a secret");
}

/// A browser in which `user` is signed in, through the page.
pub(super) async fn browser_of(harness: &Harness, user: &User) -> Client {
    harness.signed_in(&user.username).await
}

/// The authorization request of `slug` with further parameters.
pub(super) fn authorize_path(slug: &str, more: &[(&str, &str)]) -> String {
    let redirect = format!("https://{slug}.example/cb");
    let mut pairs = vec![
        ("client_id", slug),
        ("redirect_uri", redirect.as_str()),
        ("response_type", "code"),
        ("scope", "openid profile email offline_access"),
        ("state", "the state & more"),
        ("nonce", "the-nonce"),
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

/// A code for `slug`, from a browser that is signed in.
pub(super) async fn code(browser: &mut Client, slug: &str, more: &[(&str, &str)]) -> String {
    let answer = browser.get(&authorize_path(slug, more)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {:?}", answer.location()))
}

/// A token request of `slug` with its secret in the body.
pub(super) async fn token(harness: &Harness, slug: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("client_id", slug), ("client_secret", SECRET)];
    all.extend_from_slice(fields);
    harness.client().post("/application/o/token/", &all).await
}

/// Redeems a code of `slug`.
pub(super) async fn redeem(harness: &Harness, slug: &str, code: &str) -> Answer {
    let redirect = format!("https://{slug}.example/cb");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect.as_str()),
        ("code_verifier", VERIFIER),
    ];
    token(harness, slug, &fields).await
}

/// The tokens of a whole sign-in.
pub(super) async fn tokens(harness: &Harness, browser: &mut Client, slug: &str) -> Value {
    let code = code(browser, slug, &[]).await;
    let answer = redeem(harness, slug, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json(&answer)
}

/// Uses a refresh token of `slug`.
pub(super) async fn refresh(harness: &Harness, slug: &str, refresh_token: &str) -> Answer {
    token(
        harness,
        slug,
        &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
    )
    .await
}

/// A token request of `slug` that sends its `client_id` and no secret.
pub(super) async fn token_without_secret(harness: &Harness, slug: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("client_id", slug)];
    all.extend_from_slice(fields);
    harness.client().post("/application/o/token/", &all).await
}

/// An application that may use both names of the machine grant, beside what [`application`] may.
pub(super) async fn machine_application(
    harness: &Harness,
    slug: &str,
    change: impl FnOnce(&mut Application),
) -> Application {
    let mut application = application_with(harness, slug, |application| {
        application.grant_types.push(GrantType::Password);
        change(application);
    })
    .await;
    application.version += 1;
    application
}

/// A new app password of a user: its id and its value.
pub(super) async fn app_password(harness: &Harness, user: &User, fields: &Value) -> (String, String) {
    let mut api = crate::api::support::Api::new(harness).await;
    let path = format!("/users/{}/app-passwords", user.id);
    let made = api.post(&path, fields).await.created();
    (text(&made, "id"), text(&made, "value"))
}

/// Userinfo with a bearer token.
pub(super) async fn userinfo(harness: &Harness, access_token: &str) -> Answer {
    let request = Request::builder()
        .method(Method::GET)
        .uri("/application/o/userinfo/")
        .header(header::AUTHORIZATION, format!("Bearer {access_token}"));
    harness
        .client()
        .send(request.body(Body::empty()).expect("a request"))
        .await
}

/// Whether introspection by `slug` calls a token active.
pub(super) async fn is_active(harness: &Harness, slug: &str, value: &str) -> bool {
    let fields = [("client_id", slug), ("client_secret", SECRET), ("token", value)];
    let answer = harness.client().post("/application/o/introspect/", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json(&answer)["active"].as_bool().expect("a boolean")
}

pub(super) fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

pub(super) fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

/// Status, `error` and the stable code of a refusal.
pub(super) fn refusal(answer: &Answer) -> (u16, String, String) {
    let body = json(answer);
    (answer.status.as_u16(), text(&body, "error"), text(&body, "refusal"))
}

/// The claims of a JWT, unverified.
pub(super) fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

//! The eleven checks of the conformance plan for RP-initiated logout, named like them, and what the behaviour sheet adds.

use serde_json::Value;

use super::*;
use crate::harness::on_both;

on_both!(
    rp_initiated_logout_discovery_endpoint_verification,
    each_check_of_the_plan,
    access_tokens_of_the_session_die_and_refresh_tokens_stay,
    a_request_from_a_frame_of_ours_is_an_echo,
    the_question_speaks_the_language_that_was_wished_for,
);

const BYE: &str = "https://shop.example/bye";
const PATH: &str = "/application/o/shop/end-session/";

/// Where a request leads.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// The person is signed out and the browser goes here.
    Gone(&'static str),
    /// The person is asked; after the answer the browser goes here.
    Asked(&'static str),
    /// An error page; nobody is signed out.
    Refused(&'static str),
}

async fn rp_initiated_logout_discovery_endpoint_verification(harness: &Harness) {
    harness.application("shop").await;
    let root = &harness.app.public_url;
    for (path, expected) in [
        ("/application/o/shop", format!("{root}application/o/shop/end-session/")),
        ("", format!("{root}application/o/end-session/")),
    ] {
        let answer = harness
            .client()
            .get(&format!("{path}/.well-known/openid-configuration"))
            .await;
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["end_session_endpoint"], expected.as_str());
        let page = harness.client().get(&expected).await;
        assert!(
            page.status == 303 || page.status == 200,
            "{expected} is there: {}",
            page.status
        );
    }
}

fn address(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{PATH}?{query}")
}

async fn each_check_of_the_plan(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    for (name, expected, parameters) in CHECKS {
        for by_form in [false, true] {
            let name = format!("{name}, by form: {by_form}");
            let mut client = harness.client();
            let hint = id_token(harness, &mut client, "shop", "alice").await;
            let parameters: Vec<(&str, String)> = parameters
                .iter()
                .map(|(key, value)| (*key, hint_for(value, &hint)))
                .collect();
            let parameters: Vec<(&str, &str)> = parameters.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let answer = if by_form {
                client.post(PATH, &parameters).await
            } else {
                client.get(&address(&parameters)).await
            };
            match *expected {
                Outcome::Gone(destination) => assert_eq!(answer.location(), Some(destination), "{name}"),
                Outcome::Asked(destination) => {
                    assert!(answer.has("form#logout-form") && is_signed_in(&client).await, "{name}");
                    let gone = client.submit(&answer.form("logout-form")).await;
                    assert_eq!(gone.location(), Some(destination), "{name}");
                }
                Outcome::Refused(code) => {
                    let found = (answer.status.as_u16(), answer.error_code(), answer.location());
                    assert_eq!(found, (400, Some(code.to_owned()), None), "{name}");
                    assert!(is_signed_in(&client).await, "{name}: nobody is signed out");
                    continue;
                }
            }
            // Afterwards nobody is there any more, on our pages and for prompt=none.
            assert!(client.visit("/logout").await.has("article#signed-out"), "{name}");
            let silent = client.visit(&authorize("shop", &[("prompt", "none")])).await;
            assert_eq!(error_for(&silent, "shop"), "login_required", "{name}");
        }
    }
}

/// The parameters of a check; `HINT`, `MODIFIED` and `UNSIGNED` stand for hints made of a good one.
fn hint_for(value: &str, hint: &str) -> String {
    let (head, signature) = hint.rsplit_once('.').unwrap();
    match value {
        "HINT" => hint.to_owned(),
        "MODIFIED" => format!("{}.{signature}", &head[..head.len() - 2]),
        // {"alg":"none","typ":"JWT"} before the claims of a good token.
        "UNSIGNED" => format!(
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.",
            head.split_once('.').unwrap().1
        ),
        other => other.to_owned(),
    }
}

type Parameters = &'static [(&'static str, &'static str)];

const H: &str = "id_token_hint";
const P: &str = "post_logout_redirect_uri";
const S: &str = "state";

/// The checks that make a request, under their names (`rp-initiated-logout` before each dash), what must come of it, and the
/// parameters.
#[rustfmt::skip]
const CHECKS: &[(&str, Outcome, Parameters)] = &[
    ("rp-initiated-logout", Outcome::Gone("https://shop.example/bye?state=a+b%26c"), &[(H, "HINT"), (P, BYE), (S, "a b&c")]),
    ("-bad-post-logout-redirect-uri", Outcome::Refused("logout_redirect_mismatch"), &[(H, "HINT"), (P, "https://shop.example/bye/foreign"), (S, "x")]),
    ("-modified-id-token-hint", Outcome::Refused("logout_hint_invalid"), &[(H, "MODIFIED"), (P, BYE), (S, "x")]),
    ("-no-id-token-hint", Outcome::Refused("logout_hint_missing"), &[(P, BYE), (S, "x")]),
    ("-no-params", Outcome::Asked("/logout"), &[]),
    ("-no-post-logout-redirect-uri", Outcome::Gone("/logout"), &[(H, "HINT"), (S, "x")]),
    ("-no-state", Outcome::Gone(BYE), &[(H, "HINT"), (P, BYE)]),
    ("-only-state", Outcome::Asked("/logout"), &[(S, "x")]),
    ("-query-added-to-post-logout-redirect-uri", Outcome::Refused("logout_redirect_mismatch"), &[(H, "HINT"), (P, "https://shop.example/bye?foo=bar"), (S, "x")]),
    ("-bad-id-token-hint", Outcome::Refused("logout_hint_invalid"), &[(H, "bad.hint.here"), (P, BYE), (S, "x")]),
    ("-bad-id-token-hint with alg none", Outcome::Refused("logout_hint_invalid"), &[(H, "UNSIGNED"), (P, BYE), (S, "x")]),
];

async fn is_signed_in(client: &Client) -> bool {
    client.clone().get("/").await.status == 200
}

/// Section 4.9.7 of the sheet.
async fn access_tokens_of_the_session_die_and_refresh_tokens_stay(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let request = authorize("shop", &[]).replace("scope=openid", "scope=openid+offline_access");
    let page = client.visit(&request).await;
    let page = sign_in(&mut client, &page, "alice").await;
    let answer = decide(&mut client, &page, "allow").await;
    let code = code_for(&answer, harness, "shop");
    let tokens = tokens(harness, "shop", &code).await;
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", text("access_token"));
    let mut program = harness.client().with_header(http::header::AUTHORIZATION, &bearer);
    assert_eq!(program.get("/application/o/userinfo/").await.status, 200);
    let answer = client.get(&address(&[("id_token_hint", &text("id_token"))])).await;
    assert_eq!(answer.location(), Some("/logout"));
    assert_eq!(program.get("/application/o/userinfo/").await.status, 401);
    let (refresh_token, secret) = (text("refresh_token"), secret_of("shop"));
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
    ];
    assert_eq!(
        harness.client().post("/application/o/token/", &fields).await.status,
        200
    );
}

/// Section 4.9.8 of the sheet: an application that was opened in a frame of our page calls back.
async fn a_request_from_a_frame_of_ours_is_an_echo(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
    client.get(&address(&parameters)).await;
    let count = events(harness, "logout").await.len();
    let frame = |client: &Client| {
        client
            .clone()
            .with_header(http::HeaderName::from_static("sec-fetch-dest"), "iframe")
    };
    for path in [
        address(&parameters),
        PATH.to_owned(),
        "/application/o/end-session/?state=x".to_owned(),
    ] {
        let echo = frame(&client).get(&path).await;
        assert_eq!(
            (echo.status.as_u16(), echo.body.as_str(), echo.location()),
            (200, "", None),
            "{path}"
        );
    }
    let echo = frame(&client).post(PATH, &parameters).await;
    assert_eq!((echo.status.as_u16(), echo.body.as_str()), (200, ""));
    assert_eq!(events(harness, "logout").await.len(), count);
    // Somebody who has signed in meanwhile is not touched without a proof, and is signed out with one.
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    assert!(frame(&client).get(PATH).await.has("form#logout-form") && is_signed_in(&client).await);
    assert_eq!(
        frame(&client)
            .get(&address(&[("id_token_hint", &hint)]))
            .await
            .location(),
        Some("/logout")
    );
    assert!(!is_signed_in(&client).await);
}

async fn the_question_speaks_the_language_that_was_wished_for(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get(&address(&[("ui_locales", "da de en")])).await;
    assert!(page.body.contains("<html lang=\"de\""), "{}", page.body);
}

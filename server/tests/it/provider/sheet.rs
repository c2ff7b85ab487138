//! Rows 1 to 30 of the list of behaviours that authentik's own tests assert, as far as they concern authorization, codes
//! and refreshing, each under its number. Patterns of redirect URIs (rows 6 and 7) stand with those.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use protocol::client::{Application, GrantType, MatchingMode, RedirectUri};
use protocol::duration::Span;
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, VerifyingKey, typ, verify};

use super::support::{
    SECRET, VERIFIER, application_with, authorize_path, browser_of, claims, code, json, redeem, refresh, refusal, text,
    token, tokens, userinfo,
};
use crate::harness::{Client, Harness, on_both};

on_both!(
    row_01_an_unknown_client_is_answered_on_a_page,
    row_02_an_unknown_response_type,
    row_03_a_request_object,
    row_04_and_05_a_missing_redirect_uri_is_another_cause_than_a_wrong_one,
    row_08_a_code_keeps_the_letters_of_the_address,
    row_09_and_10_types_and_their_grants,
    row_11_a_code_flow_that_ends_at_a_scheme_of_its_own,
    row_12_and_13_lives_of_code_and_id_token,
    row_14_a_password_gives_amr_pwd,
    row_15_and_16_a_code_in_the_fragment_and_in_a_form,
    row_17_an_empty_scope_without_openid,
    row_18_and_19_languages,
    row_20_to_22_hints_and_choosing_an_account,
    row_23_and_24_secrets_and_unknown_codes,
    row_25_and_28_what_a_code_gives_verifies,
    row_26_and_27_a_refresh_ignores_the_address_and_answers_its_origin,
    row_29_and_30_verifiers,
);

fn all_flows(application: &mut Application) {
    application.grant_types = vec![
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Hybrid,
        GrantType::RefreshToken,
    ];
}

fn at(url: &str) -> Vec<RedirectUri> {
    vec![RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: url.to_owned(),
    }]
}

async fn signed_in(harness: &Harness) -> Client {
    let user = harness.user("ada").await;
    browser_of(harness, &user).await
}

async fn row_01_an_unknown_client_is_answered_on_a_page(harness: &Harness) {
    let answer = harness.client().get(&authorize_path("nobody", &[])).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
    assert_eq!(answer.error_code().as_deref(), Some("client_unknown"));
}

async fn row_02_an_unknown_response_type(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let more = [("response_type", "invalid")];
    let answer = harness.client().get(&authorize_path("shop", &more)).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("unsupported_response_type"));
}

async fn row_03_a_request_object(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let answer = harness
        .client()
        .get(&authorize_path("shop", &[("request", "foo")]))
        .await;
    assert_eq!(answer.parameter("error").as_deref(), Some("request_not_supported"));
}

async fn row_04_and_05_a_missing_redirect_uri_is_another_cause_than_a_wrong_one(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    for (uri, cause) in [
        ("", "redirect_uri_missing"),
        ("https://shop.example/cb/", "redirect_uri_mismatch"),
        ("https://SHOP.example/cb", "redirect_uri_mismatch"),
    ] {
        let answer = harness
            .client()
            .get(&authorize_path("shop", &[("redirect_uri", uri)]))
            .await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
        assert_eq!(answer.error_code().as_deref(), Some(cause), "{uri}");
    }
}

async fn row_08_a_code_keeps_the_letters_of_the_address(harness: &Harness) {
    let address = "https://Shop.Example/Call-Back";
    application_with(harness, "shop", |shop| shop.redirect_uris = at(address)).await;
    let mut browser = signed_in(harness).await;
    let answer = browser.get(&authorize_path("shop", &[("redirect_uri", address)])).await;
    let location = answer.location().expect("a redirect");
    assert!(location.starts_with(&format!("{address}?code=")), "{location}");
}

async fn row_09_and_10_types_and_their_grants(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for (response_type, nonce) in [("code", ""), ("id_token", "n"), ("code token", "")] {
        let more = [("response_type", response_type), ("nonce", nonce), ("scope", "openid")];
        let answer = browser.get(&authorize_path("shop", &more)).await;
        assert!(
            !answer.location().expect("a redirect").contains("error="),
            "{response_type}"
        );
    }
    let mut kinds: Vec<String> = harness
        .events("authorize_application")
        .await
        .iter()
        .map(|event| text(&event.detail, "response_type"))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["code", "code token", "id_token"]);
}

async fn row_11_a_code_flow_that_ends_at_a_scheme_of_its_own(harness: &Harness) {
    let address = "com.example.shop://Done";
    application_with(harness, "shop", |shop| shop.redirect_uris = at(address)).await;
    let mut browser = signed_in(harness).await;
    let more = [("redirect_uri", address), ("state", "s")];
    let answer = browser.get(&authorize_path("shop", &more)).await;
    let location = answer.location().expect("a redirect");
    let rest = location.strip_prefix("com.example.shop://Done?").expect("its address");
    let names: Vec<&str> = rest.split('&').filter_map(|pair| pair.split('=').next()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
}

async fn row_12_and_13_lives_of_code_and_id_token(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.access_code_validity = Span::from_secs(30);
        shop.access_token_validity = Span::from_secs(420);
    })
    .await;
    let mut browser = signed_in(harness).await;
    let body = tokens(harness, &mut browser, "shop").await;
    assert_eq!(body["expires_in"], 420);
    assert_eq!(claims(&text(&body, "id_token"))["exp"], harness.now().seconds() + 420);
    let late = code(&mut browser, "shop", &[]).await;
    harness.advance(30);
    assert_eq!(refusal(&redeem(harness, "shop", &late).await).2, "code_expired");
}

async fn row_14_a_password_gives_amr_pwd(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let body = tokens(harness, &mut browser, "shop").await;
    assert_eq!(claims(&text(&body, "id_token"))["amr"], serde_json::json!(["pwd"]));
}

async fn row_15_and_16_a_code_in_the_fragment_and_in_a_form(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let more = [("response_mode", "fragment"), ("state", "s")];
    let answer = browser.get(&authorize_path("shop", &more)).await;
    let location = answer.location().expect("a redirect");
    assert!(location.starts_with("https://shop.example/cb#code=") && location.contains("&state=s&"));
    let more = [("response_mode", "form_post"), ("state", "s")];
    let form = browser.get(&authorize_path("shop", &more)).await.form("form-post");
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"], "with the issuer of RFC 9207");
}

async fn row_17_an_empty_scope_without_openid(harness: &Harness) {
    let snapshot = harness.app.snapshot();
    let email = snapshot.mapping("email").expect("a mapping").id.clone();
    application_with(harness, "shop", |shop| {
        all_flows(shop);
        shop.scope_mappings = vec![email];
    })
    .await;
    let more = [("response_type", "id_token"), ("scope", "")];
    let answer = harness.client().get(&authorize_path("shop", &more)).await;
    let location = answer.location().expect("a redirect");
    assert!(location.contains("#error=invalid_scope&"), "{location}");
    let mut browser = signed_in(harness).await;
    let answer = browser.get(&authorize_path("shop", &[("scope", "")])).await;
    assert!(answer.parameter("code").is_some(), "a code works without openid");
}

/// The language is kept in a cookie and shown at once; nothing is added to an address.
async fn row_18_and_19_languages(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    for (wished, spoken, kept) in [("da de en", "de", true), ("da it", "en", false)] {
        let mut browser = harness.client();
        let page = browser.visit(&authorize_path("shop", &[("ui_locales", wished)])).await;
        assert!(page.body.contains(&format!("<html lang=\"{spoken}\"")), "{wished}");
        let cookie = page.set_cookies().into_iter().any(|cookie| cookie.contains("=de;"));
        assert_eq!(cookie, kept, "{wished}: {:?}", page.set_cookies());
    }
}

async fn row_20_to_22_hints_and_choosing_an_account(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let page = harness
        .client()
        .visit(&authorize_path("shop", &[("login_hint", "foo")]))
        .await;
    assert_eq!(page.form("login-form").value("username"), Some("foo"));
    // A sign-in of this very moment would count as the choice.
    harness.advance(2);
    let chooser = browser
        .visit(&authorize_path("shop", &[("prompt", "select_account")]))
        .await;
    assert!(chooser.has("form#account-form"));
    let document = json(
        &browser
            .get("/application/o/shop/.well-known/openid-configuration")
            .await,
    );
    let prompts = document["prompt_values_supported"].as_array().expect("a list");
    assert!(prompts.contains(&"select_account".into()));
    // One live sign-in, and the remains of another in the jar.
    browser.set_cookie("remembered", "bob");
    let answer = browser.get(&authorize_path("shop", &[])).await;
    assert!(answer.parameter("code").is_some(), "nobody is asked to choose");
}

async fn row_23_and_24_secrets_and_unknown_codes(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for (secret, status) in [("wrong", 401), (SECRET, 200)] {
        let code = code(&mut browser, "shop", &[]).await;
        let pair = STANDARD.encode(format!("shop:{secret}"));
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://shop.example/cb"),
            ("code_verifier", VERIFIER),
        ];
        let mut program = harness
            .client()
            .with_header(header::AUTHORIZATION, &format!("Basic {pair}"));
        assert_eq!(program.post("/application/o/token/", &fields).await.status, status);
    }
    let answer = redeem(harness, "shop", "never-issued").await;
    assert_eq!(refusal(&answer), (400, "invalid_grant".into(), "code_unknown".into()));
}

async fn row_25_and_28_what_a_code_gives_verifies(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let body = tokens(harness, &mut browser, "shop").await;
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&"Bearer".into(), &3600.into())
    );
    let keys = harness.client().get("/application/o/shop/jwks/").await;
    let keys: Vec<VerifyingKey> = JwkSet::parse(keys.body.as_bytes())
        .expect("a key set")
        .keys
        .iter()
        .filter_map(|key| VerifyingKey::from_jwk(key).ok())
        .collect();
    for (name, kind) in [("id_token", typ::JWT), ("access_token", typ::ACCESS_TOKEN)] {
        let algorithms = [Algorithm::ES256];
        let kinds = [kind];
        let verification = Verification::new(&keys, &algorithms, TypRule::OneOf(&kinds));
        let said = verify(&text(&body, name), &verification).expect("our signature").claims;
        assert_eq!(said["aud"], "shop");
        assert_eq!(said["iss"], "http://localhost:9000/application/o/shop/");
    }
    let stored = userinfo(harness, &text(&body, "access_token")).await;
    assert_eq!(json(&stored)["sub"], claims(&text(&body, "id_token"))["sub"]);
}

async fn row_26_and_27_a_refresh_ignores_the_address_and_answers_its_origin(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let body = tokens(harness, &mut browser, "shop").await;
    let first = text(&body, "refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.as_str()),
        ("redirect_uri", "https://unrelated.example/"),
    ];
    let answer = token(harness, "shop", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let second = text(&json(&answer), "refresh_token");
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("grant_type", "refresh_token"),
            ("refresh_token", second.as_str()),
            ("client_id", "shop"),
            ("client_secret", SECRET),
        ])
        .finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/application/o/token/")
        .header(header::ORIGIN, "https://shop.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    let answer = harness.client().send(request).await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://shop.example")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    let third = text(&json(&answer), "refresh_token");
    assert_eq!(refresh(harness, "shop", &third).await.status, 200);
}

async fn row_29_and_30_verifiers(harness: &Harness) {
    application_with(harness, "shop", |shop| shop.allow_plain_pkce = true).await;
    let mut browser = signed_in(harness).await;
    let hashed = code(&mut browser, "shop", &[]).await;
    assert_eq!(redeem(harness, "shop", &hashed).await.status, 200);
    let more = [("code_challenge", VERIFIER), ("code_challenge_method", "")];
    let plain = code(&mut browser, "shop", &more).await;
    assert_eq!(
        redeem(harness, "shop", &plain).await.status,
        200,
        "plain is the default method"
    );
}

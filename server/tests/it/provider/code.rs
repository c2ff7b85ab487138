//! The authorization code grant from request to tokens (RFC 6749, section 4.1; OpenID Connect Core, section 3.1).

use super::support::{
    CHALLENGE, VERIFIER, application, application_with, authorize_path, browser_of, claims, code, json, redeem,
    refusal, text, token, userinfo,
};
use crate::harness::{Harness, on_both};

on_both!(
    a_code_becomes_tokens,
    the_answer_carries_state_and_issuer,
    a_code_works_once_and_its_reuse_revokes_the_family,
    a_code_expires,
    a_code_dies_with_the_browser_session,
    a_code_belongs_to_its_client_and_redirect_uri,
    pkce_can_not_be_dropped_or_forged,
    no_offline_access_no_refresh_token,
    without_openid_there_is_no_id_token,
    the_claims_parameter_is_answered,
    fragment_mode_puts_the_answer_behind_the_hash,
    an_unknown_redirect_uri_is_never_followed,
    prompt_none_is_answered_without_a_page,
);

async fn a_code_becomes_tokens(harness: &Harness) {
    let application = application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    let answer = redeem(harness, "shop", &code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = json(&answer);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "email offline_access openid profile");
    let id_token = claims(&text(&tokens, "id_token"));
    assert_eq!(id_token["iss"], "http://localhost:9000/application/o/shop/");
    assert_eq!(id_token["aud"], "shop");
    assert_eq!(id_token["nonce"], "the-nonce");
    assert_eq!(id_token["email"], "alice@example.com");
    assert_eq!(id_token["preferred_username"], "alice");
    assert_eq!(id_token["amr"], serde_json::json!(["pwd"]));
    assert_eq!(id_token["auth_time"].as_i64(), Some(harness.now().seconds()));
    assert_eq!(
        id_token["exp"].as_i64().expect("exp") - id_token["iat"].as_i64().expect("iat"),
        3600
    );
    assert!(id_token["sid"].is_string());
    let access_token = text(&tokens, "access_token");
    let access = claims(&access_token);
    assert_eq!(
        (&access["sub"], &access["client_id"]),
        (&id_token["sub"], &serde_json::json!("shop"))
    );
    let userinfo = json(&userinfo(harness, &access_token).await);
    assert_eq!(userinfo["sub"], id_token["sub"]);
    assert_eq!(userinfo["name"], "Name of alice");
    assert!(application.enabled);
}

async fn the_answer_carries_state_and_issuer(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let answer = browser.get(&authorize_path("shop", &[])).await;
    assert!(
        answer
            .location()
            .expect("a redirect")
            .starts_with("https://shop.example/cb?code=")
    );
    assert_eq!(answer.parameter("state").as_deref(), Some("the state & more"));
    assert_eq!(
        answer.parameter("iss").as_deref(),
        Some("http://localhost:9000/application/o/shop/")
    );
    let answer = browser.get(&authorize_path("shop", &[("state", "")])).await;
    assert_eq!(
        answer.parameter("state"),
        None,
        "a state that was not sent does not come back"
    );
}

async fn a_code_works_once_and_its_reuse_revokes_the_family(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    let tokens = json(&redeem(harness, "shop", &code).await);
    let access_token = text(&tokens, "access_token");
    assert_eq!(userinfo(harness, &access_token).await.status, 200);
    harness.advance(31);
    let again = redeem(harness, "shop", &code).await;
    assert_eq!(refusal(&again), (400, "invalid_grant".into(), "code_reused".into()));
    assert_eq!(userinfo(harness, &access_token).await.status, 401);
    let refreshed = super::support::refresh(harness, "shop", &text(&tokens, "refresh_token")).await;
    assert_eq!(refusal(&refreshed).1, "invalid_grant");
}

async fn a_code_expires(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    harness.advance(60);
    let answer = redeem(harness, "shop", &code).await;
    assert_eq!(refusal(&answer), (400, "invalid_grant".into(), "code_expired".into()));
}

async fn a_code_dies_with_the_browser_session(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout-form")).await;
    let answer = redeem(harness, "shop", &code).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "code_session_ended".into())
    );
}

async fn a_code_belongs_to_its_client_and_redirect_uri(harness: &Harness) {
    application(harness, "shop").await;
    application_with(harness, "thief", |thief| {
        thief.redirect_uris[0].url = "https://shop.example/cb".to_owned();
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://shop.example/cb"),
        ("code_verifier", VERIFIER),
    ];
    let stolen = token(harness, "thief", &fields).await;
    assert_eq!(
        refusal(&stolen),
        (400, "invalid_grant".into(), "code_of_another_client".into())
    );
    let mut elsewhere = fields;
    elsewhere[2].1 = "https://shop.example/cb/";
    let answer = token(harness, "shop", &elsewhere).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "code_redirect_uri_mismatch".into())
    );
    assert_eq!(
        token(harness, "shop", &fields).await.status,
        200,
        "neither attempt used the code up"
    );
}

async fn pkce_can_not_be_dropped_or_forged(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let with_challenge = code(&mut browser, "shop", &[]).await;
    let without = code(
        &mut browser,
        "shop",
        &[("code_challenge", ""), ("code_challenge_method", "")],
    )
    .await;
    let other = "another-verifier-another-verifier-another-verifier";
    for (code, verifier, expected) in [
        (&with_challenge, None, "pkce_verifier_missing"),
        (&with_challenge, Some(other), "pkce_verifier_wrong"),
        (&with_challenge, Some(CHALLENGE), "pkce_verifier_wrong"),
        (&without, Some(VERIFIER), "pkce_verifier_unexpected"),
    ] {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://shop.example/cb"),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = token(harness, "shop", &fields).await;
        assert_eq!(refusal(&answer), (400, "invalid_grant".into(), expected.into()));
    }
    let plain = browser
        .get(&authorize_path("shop", &[("code_challenge_method", "plain")]))
        .await;
    assert_eq!(plain.parameter("error").as_deref(), Some("invalid_request"));
    let no_method = browser
        .get(&authorize_path("shop", &[("code_challenge_method", "")]))
        .await;
    assert_eq!(
        no_method.parameter("error").as_deref(),
        Some("invalid_request"),
        "no method means plain"
    );
}

async fn no_offline_access_no_refresh_token(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[("scope", "openid email")]).await;
    let tokens = json(&redeem(harness, "shop", &code).await);
    assert!(tokens.get("refresh_token").is_none());
    // Asked for, and not mapped to the application: the other half of the agreement is missing.
    let mappings: Vec<String> = {
        let snapshot = harness.app.snapshot();
        let others = snapshot
            .mappings
            .iter()
            .filter(|mapping| mapping.scope != "offline_access");
        others.map(|mapping| mapping.id.clone()).collect()
    };
    application_with(harness, "wiki", |wiki| wiki.scope_mappings = mappings).await;
    let code = super::support::code(&mut browser, "wiki", &[]).await;
    let tokens = json(&redeem(harness, "wiki", &code).await);
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(tokens["scope"], "email openid profile");
}

async fn without_openid_there_is_no_id_token(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let code = code(&mut browser, "shop", &[("scope", "email")]).await;
    let tokens = json(&redeem(harness, "shop", &code).await);
    assert!(tokens.get("id_token").is_none());
    let answer = userinfo(harness, &text(&tokens, "access_token")).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .header("www-authenticate")
            .expect("a challenge")
            .contains("error=\"insufficient_scope\"")
    );
}

async fn the_claims_parameter_is_answered(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let wanted = r#"{"userinfo":{"name":{"essential":true}},"id_token":{"email":null,"unheard_of":null}}"#;
    let code = code(&mut browser, "shop", &[("scope", "openid"), ("claims", wanted)]).await;
    let tokens = json(&redeem(harness, "shop", &code).await);
    let id_token = claims(&text(&tokens, "id_token"));
    assert_eq!(id_token["email"], "alice@example.com");
    assert!(id_token.get("name").is_none() && id_token.get("unheard_of").is_none());
    let userinfo = json(&userinfo(harness, &text(&tokens, "access_token")).await);
    assert_eq!(userinfo["name"], "Name of alice");
    assert!(userinfo.get("email").is_none());
}

async fn fragment_mode_puts_the_answer_behind_the_hash(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let answer = browser
        .get(&authorize_path("shop", &[("response_mode", "fragment")]))
        .await;
    assert!(
        answer
            .location()
            .expect("a redirect")
            .starts_with("https://shop.example/cb#code=")
    );
}

async fn an_unknown_redirect_uri_is_never_followed(harness: &Harness) {
    application(harness, "shop").await;
    for redirect in [
        "",
        "https://evil.example/cb",
        "https://shop.example/cb/",
        "https://shop.example/cb?x=1",
        "javascript:alert(1)",
    ] {
        let answer = harness
            .client()
            .get(&authorize_path("shop", &[("redirect_uri", redirect)]))
            .await;
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{redirect}");
        let code = answer.error_code().expect("a page of a refusal");
        assert!(code.starts_with("redirect_uri_"), "{redirect}: {code}");
        assert!(
            !answer.body.contains("https://shop.example/cb\""),
            "a stranger does not learn what is registered"
        );
    }
    let unknown = harness.client().get(&authorize_path("nobody", &[])).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.error_code().as_deref()),
        (400, Some("client_unknown"))
    );
}

async fn prompt_none_is_answered_without_a_page(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let stranger = harness
        .client()
        .get(&authorize_path("shop", &[("prompt", "none")]))
        .await;
    assert_eq!(stranger.parameter("error").as_deref(), Some("login_required"));
    assert_eq!(stranger.parameter("state").as_deref(), Some("the state & more"));
    assert!(stranger.parameter("iss").is_some());
    let mut browser = browser_of(harness, &user).await;
    let silent = browser.get(&authorize_path("shop", &[("prompt", "none")])).await;
    assert!(silent.parameter("code").is_some());
    harness.advance(2);
    let too_old = browser
        .get(&authorize_path("shop", &[("prompt", "none"), ("max_age", "1")]))
        .await;
    assert_eq!(too_old.parameter("error").as_deref(), Some("login_required"));
    let recent = browser
        .get(&authorize_path("shop", &[("prompt", "none"), ("max_age", "10000")]))
        .await;
    assert!(recent.parameter("code").is_some());
    for (prompt, error) in [
        ("none consent", "consent_required"),
        ("none login", "login_required"),
        ("none select_account", "account_selection_required"),
    ] {
        let answer = browser.get(&authorize_path("shop", &[("prompt", prompt)])).await;
        assert_eq!(answer.parameter("error").as_deref(), Some(error), "{prompt}");
    }
}

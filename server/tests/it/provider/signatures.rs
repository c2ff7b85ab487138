//! Every algorithm that an application may sign with: the tokens verify by the published keys, also after a rotation.

use std::collections::HashMap;

use protocol::client::{Application, GrantType, SubMode};
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, VerifyingKey, typ, verify};
use store::signing_keys::KeyState;

use super::support::{
    SECRET, VERIFIER, application_with, authorize_path, browser_of, claims, json, set_secret, text,
    token_without_secret, tokens,
};
use crate::harness::{Harness, on_both};

/// Long enough for HS512.
pub(super) const LONG_SECRET: &str = "a-client-secret-of-sixty-four-characters-for-the-longest-of-hash";

on_both!(
    each_algorithm_verifies_by_the_published_keys,
    hs256_verifies_by_the_client_secret,
    each_algorithm_of_a_client_secret_verifies_with_its_own_hash,
    what_was_signed_before_a_change_of_algorithm_stays_a_hint,
    every_subject_mode_is_the_same_everywhere
);

async fn each_algorithm_verifies_by_the_published_keys(harness: &Harness) {
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    for alg in Algorithm::ASYMMETRIC {
        let app = &harness.app;
        let key = vestibule::keys::generate(alg, "a key", KeyState::Active, harness.now(), &app.entropy).unwrap();
        let id = key.record.id.clone();
        let statement = app.store.create_key(&key, &app.entropy).unwrap();
        app.commit_changes(vec![statement], vec!["keys".to_owned()])
            .await
            .unwrap();
        let slug = format!("shop-{}", alg.as_str().to_lowercase());
        application_with(harness, &slug, |shop| shop.signing_key = Some(id)).await;
        let tokens = tokens(harness, &mut browser, &slug).await;
        let jwks = harness.client().get(&format!("/application/o/{slug}/jwks/")).await;
        let keys = JwkSet::parse(jwks.body.as_bytes()).unwrap().verifying_keys();
        let (id_token, access_token) = (text(&tokens, "id_token"), text(&tokens, "access_token"));
        let rules = Verification::new(&keys, std::slice::from_ref(&alg), TypRule::OneOf(&[typ::JWT]));
        let verified = verify(&id_token, &rules).unwrap_or_else(|error| panic!("{alg:?}: {error}"));
        assert_eq!(verified.claims["at_hash"], alg.hash_half(access_token.as_bytes()));
        let rules = Verification::new(&keys, std::slice::from_ref(&alg), TypRule::OneOf(&[typ::ACCESS_TOKEN]));
        verify(&access_token, &rules).unwrap_or_else(|error| panic!("{alg:?}: {error}"));
        assert!(verify(&id_token, &rules).is_err(), "an ID token is no access token");
    }
}

async fn hs256_verifies_by_the_client_secret(harness: &Harness) {
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    application_with(harness, "shop", |shop| shop.signing_key = None).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    let keys = [VerifyingKey::hmac(SECRET.as_bytes(), Algorithm::HS256).unwrap()];
    let rules = Verification::new(&keys, &[Algorithm::HS256], TypRule::Any);
    verify(&text(&tokens, "id_token"), &rules).unwrap();
    let discovery = json(
        &harness
            .client()
            .get("/application/o/shop/.well-known/openid-configuration")
            .await,
    );
    assert_eq!(
        discovery["id_token_signing_alg_values_supported"],
        serde_json::json!(["HS256"])
    );
}

async fn give_long_secret(harness: &Harness, shop: &mut Application) {
    // The secret that it was made with counted as a change.
    shop.version += 1;
    set_secret(harness, shop, LONG_SECRET).await;
    shop.version += 1;
}

/// The answer of the code flow and of the hybrid flow, and what discovery says.
async fn each_algorithm_of_a_client_secret_verifies_with_its_own_hash(harness: &Harness) {
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    for alg in Algorithm::SYMMETRIC {
        let slug = format!("shop-{}", alg.as_str().to_lowercase());
        // The secret of other tests is too short for the longer ones: the algorithm comes after the secret.
        let mut shop = application_with(harness, &slug, |shop| {
            shop.signing_key = None;
            shop.grant_types.push(GrantType::Hybrid);
        })
        .await;
        give_long_secret(harness, &mut shop).await;
        harness
            .change_application(&mut shop, |shop| shop.id_token_signed_response_alg = Some(alg))
            .await;
        let keys = [VerifyingKey::hmac(LONG_SECRET.as_bytes(), alg).unwrap()];
        let rules = |typ| Verification::new(&keys, &Algorithm::ALL, typ);
        let front = authorize_path(&slug, &[("response_type", "code id_token token")]);
        let answer = browser.get(&front).await;
        let (_, fragment) = answer
            .location()
            .expect("an answer")
            .split_once('#')
            .expect("a fragment");
        let front: HashMap<String, String> = url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
        let verified = verify(&front["id_token"], &rules(TypRule::OneOf(&[typ::JWT]))).unwrap();
        assert_eq!(verified.header.alg, alg);
        assert_eq!(verified.header.kid, None);
        assert_eq!(verified.claims["c_hash"], alg.hash_half(front["code"].as_bytes()));
        assert_eq!(
            verified.claims["at_hash"],
            alg.hash_half(front["access_token"].as_bytes())
        );
        let redirect = format!("https://{slug}.example/cb");
        let fields = [
            ("client_secret", LONG_SECRET),
            ("grant_type", "authorization_code"),
            ("code", front["code"].as_str()),
            ("redirect_uri", redirect.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let back = json(&token_without_secret(harness, &slug, &fields).await);
        let (id_token, access_token) = (text(&back, "id_token"), text(&back, "access_token"));
        let verified = verify(&id_token, &rules(TypRule::OneOf(&[typ::JWT]))).unwrap();
        assert_eq!(verified.header.alg, alg);
        assert_eq!(verified.claims["at_hash"], alg.hash_half(access_token.as_bytes()));
        let rules = rules(TypRule::OneOf(&[typ::ACCESS_TOKEN]));
        assert_eq!(verify(&access_token, &rules).unwrap().header.alg, alg);
        let document = format!("/application/o/{slug}/.well-known/openid-configuration");
        let discovery = json(&harness.client().get(&document).await);
        assert_eq!(
            discovery["id_token_signing_alg_values_supported"],
            serde_json::json!([alg.as_str()])
        );
        let jwks = harness.client().get(&format!("/application/o/{slug}/jwks/")).await;
        assert!(!jwks.body.contains("oct"), "a secret is not published: {}", jwks.body);
    }
    let discovery = json(&harness.client().get("/.well-known/openid-configuration").await);
    for alg in Algorithm::SYMMETRIC {
        let all = discovery["id_token_signing_alg_values_supported"].as_array().unwrap();
        assert!(all.contains(&alg.as_str().into()), "{alg}");
    }
}

async fn what_was_signed_before_a_change_of_algorithm_stays_a_hint(harness: &Harness) {
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let mut shop = application_with(harness, "shop", |shop| shop.signing_key = None).await;
    let hint = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    give_long_secret(harness, &mut shop).await;
    // The secret is another one: the hint is lost with it. The next one lives on.
    let silent = [("prompt", "none"), ("id_token_hint", hint.as_str())];
    let refused = browser.get(&authorize_path("shop", &silent)).await;
    assert_eq!(refused.parameter("code"), None);
    let path = authorize_path("shop", &[]);
    let code = browser.get(&path).await.parameter("code").expect("a code");
    let fields = [
        ("client_secret", LONG_SECRET),
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://shop.example/cb"),
        ("code_verifier", VERIFIER),
    ];
    let hint = text(&json(&token_without_secret(harness, "shop", &fields).await), "id_token");
    harness
        .change_application(&mut shop, |shop| {
            shop.id_token_signed_response_alg = Some(Algorithm::HS512);
        })
        .await;
    let silent = [("prompt", "none"), ("id_token_hint", hint.as_str())];
    let answer = browser.get(&authorize_path("shop", &silent)).await;
    assert!(answer.parameter("code").is_some(), "{:?}", answer.location());
}

async fn every_subject_mode_is_the_same_everywhere(harness: &Harness) {
    let user = harness
        .user_with("alice", |user| {
            user.attributes.insert("upn".to_owned(), "alice@corp".into());
        })
        .await;
    let stored = harness.app.store.load_user(&user.id).await.unwrap().unwrap().user;
    let mut browser = browser_of(harness, &user).await;
    for (at, (mode, expected)) in [
        (SubMode::HashedUserId, None),
        (SubMode::UserId, Some(stored.number.to_string())),
        (SubMode::UserUuid, Some(stored.uuid.clone())),
        (SubMode::UserUsername, Some("alice".to_owned())),
        (SubMode::UserEmail, Some("alice@example.com".to_owned())),
        (SubMode::UserUpn, Some("alice@corp".to_owned())),
    ]
    .into_iter()
    .enumerate()
    {
        let slug = format!("shop{at}");
        application_with(harness, &slug, |shop| shop.sub_mode = mode).await;
        let tokens = tokens(harness, &mut browser, &slug).await;
        let sub = text(&claims(&text(&tokens, "id_token")), "sub");
        match expected {
            Some(expected) => assert_eq!(sub, expected),
            None => assert!(sub.len() == 64 && sub.bytes().all(|byte| byte.is_ascii_hexdigit())),
        }
        let access_token = text(&tokens, "access_token");
        assert_eq!(text(&claims(&access_token), "sub"), sub);
        assert_eq!(
            text(&json(&super::support::userinfo(harness, &access_token).await), "sub"),
            sub
        );
    }
}

//! Every algorithm that an application may sign with: the tokens verify by the published keys, also after a rotation.

use protocol::client::SubMode;
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, VerifyingKey, typ, verify};
use store::signing_keys::KeyState;

use super::support::{SECRET, application_with, browser_of, claims, json, text, tokens};
use crate::harness::{Harness, on_both};

on_both!(
    each_algorithm_verifies_by_the_published_keys,
    hs256_verifies_by_the_client_secret,
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

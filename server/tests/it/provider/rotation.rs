//! Rotation by schedule: the next key is published first, takes over in time, and what was signed before still verifies
//! (contract, section 7; security expectation 23). The clock is settable, so that a year takes no time.

use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, typ, verify};
use serde_json::{Value, json};
use store::signing_keys::KeyState;
use vestibule::actions::keys::rotation::follow_schedule;
use vestibule::jobs::tidy;

use super::support::{application_with, browser_of, json, text, tokens};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    "keys.rotate_every = \"days=30\"\nkeys.publish_ahead = \"days=2\"":
    the_next_key_is_published_takes_over_and_the_old_one_verifies,
    two_nodes_at_the_same_moment_make_one_successor,
    a_key_from_outside_is_left_alone,
    each_key_has_its_own_successor,
    a_key_stays_while_a_token_lives_that_it_signed,
    who_was_switched_off_publishes_first,
);

const DAY: u64 = 86_400;

/// State and id of the keys of an algorithm, the oldest first.
async fn states(harness: &Harness, alg: &str) -> Vec<(KeyState, String)> {
    let keys = harness.app.store.load_keys().await.unwrap();
    keys.into_iter()
        .filter(|key| key.record.alg == alg)
        .map(|key| (key.record.state, key.record.id))
        .collect()
}

fn only_states(keys: &[(KeyState, String)]) -> Vec<KeyState> {
    keys.iter().map(|(state, _)| *state).collect()
}

/// The key ids that an application publishes.
async fn published(harness: &Harness, slug: &str) -> Vec<String> {
    let set = json(&harness.client().get(&format!("/application/o/{slug}/jwks/")).await);
    let keys = set["keys"].as_array().unwrap();
    keys.iter().map(|key| text(key, "kid")).collect()
}

fn kid(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = base64::Engine::decode(&engine, header).unwrap();
    text(&serde_json::from_slice::<Value>(&header).unwrap(), "kid")
}

async fn assert_verifies(harness: &Harness, slug: &str, token: &str) {
    let answer = harness.client().get(&format!("/application/o/{slug}/jwks/")).await;
    let keys = JwkSet::parse(answer.body.as_bytes()).unwrap().verifying_keys();
    let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::OneOf(&[typ::JWT]));
    verify(token, &rules).unwrap();
}

async fn the_next_key_is_published_takes_over_and_the_old_one_verifies(harness: &Harness) {
    let user = harness.user("alice").await;
    application_with(harness, "shop", |_| {}).await;
    let first = published(harness, "shop").await;
    harness.advance(28 * DAY - 60);
    follow_schedule(&harness.app).await.unwrap();
    assert_eq!(published(harness, "shop").await, first, "not yet");
    harness.advance(60);
    follow_schedule(&harness.app).await.unwrap();
    follow_schedule(&harness.app).await.unwrap();
    let both = published(harness, "shop").await;
    assert_eq!(
        (both.len(), &both[0]),
        (2, &first[0]),
        "the next key is published and the old one signs"
    );
    let mut browser = browser_of(harness, &user).await;
    harness.advance(2 * DAY - 60);
    follow_schedule(&harness.app).await.unwrap();
    drop(browser);
    browser = browser_of(harness, &user).await;
    let before = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    assert_eq!(kid(&before), first[0]);
    harness.advance(60);
    follow_schedule(&harness.app).await.unwrap();
    let after = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    assert_eq!(kid(&after), both[1], "the successor signs");
    for token in [&before, &after] {
        assert_verifies(harness, "shop", token).await;
    }
    assert_eq!(published(harness, "shop").await, [both[1].clone(), both[0].clone()]);
    // The installation's document and audit log tell the same.
    let events = Api::new(harness).await.get("/events?action=key_updated").await.found();
    assert!(
        events["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|event| event["detail"]["rotated"] == true)
    );
    // After the overlap the old key goes, and the new one has a turn of its own.
    harness.advance(30 * DAY - 60);
    tidy(&harness.app).await.unwrap();
    assert_eq!(published(harness, "shop").await.len(), 2);
    harness.advance(120);
    tidy(&harness.app).await.unwrap();
    assert_eq!(published(harness, "shop").await, [both[1].clone()]);
    follow_schedule(&harness.app).await.unwrap();
    assert_eq!(
        only_states(&states(harness, "ES256").await),
        [KeyState::Active, KeyState::Next]
    );
}

async fn two_nodes_at_the_same_moment_make_one_successor(harness: &Harness) {
    application_with(harness, "shop", |_| {}).await;
    let other = harness.another_node().await;
    for round in 0_usize..3 {
        harness.advance(28 * DAY);
        let (one, two) = tokio::join!(follow_schedule(&harness.app), follow_schedule(&other.app));
        one.unwrap();
        two.unwrap();
        for alg in ["ES256", "RS256"] {
            let states = only_states(&states(harness, alg).await);
            let waiting = states.iter().filter(|state| **state == KeyState::Next).count();
            assert_eq!((states.len(), waiting), (round + 2, 1), "{alg} {round}");
        }
        harness.advance(2 * DAY);
        let (one, two) = tokio::join!(follow_schedule(&harness.app), follow_schedule(&other.app));
        one.unwrap();
        two.unwrap();
        for alg in ["ES256", "RS256"] {
            let keys = states(harness, alg).await;
            let active: Vec<_> = keys.iter().filter(|(state, _)| *state == KeyState::Active).collect();
            assert_eq!((keys.len(), active.len()), (round + 2, 1), "{alg} {round}");
        }
        let signing = harness
            .app
            .store
            .load_application_by_slug("shop")
            .await
            .unwrap()
            .unwrap();
        let keys = states(harness, "ES256").await;
        let active = keys.into_iter().find(|(state, _)| *state == KeyState::Active).unwrap();
        assert_eq!(signing.application.signing_key, Some(active.1));
    }
    drop(other);
}

async fn a_key_from_outside_is_left_alone(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let pair = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["keys.example.com".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2040, 1, 1);
    let certificate = params.self_signed(&pair).unwrap().pem();
    let body = json!({"private_key": pair.serialize_pem(), "certificate": certificate});
    let imported = api.post("/keys", &body).await.created();
    let pair = api.post("/keys", &json!({"alg": "ECDH-ES"})).await.created();
    for key in [&imported, &pair] {
        assert!(key["rotates_at"].is_null());
    }
    let first = api.get("/keys?alg=ES256&origin=generated").await.found()["items"][0].clone();
    assert_eq!(first["rotates_at"], "2026-12-21T00:00:00Z");
    for _ in 0..3 {
        harness.advance(30 * DAY);
        follow_schedule(&harness.app).await.unwrap();
    }
    for key in [&imported, &pair] {
        let now = api.get(&format!("/keys/{}", text(key, "id"))).await.found();
        assert_eq!((&now["state"], &now["successor"]), (&json!("active"), &Value::Null));
    }
}

async fn each_key_has_its_own_successor(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut old = Vec::new();
    for slug in ["one", "two"] {
        let key = api
            .post("/keys", &json!({"alg": "ES384", "name": slug}))
            .await
            .created();
        let id = text(&key, "id");
        application_with(harness, slug, |shop| shop.signing_key = Some(id)).await;
        old.push(text(&key, "id"));
    }
    // One that an administrator has put there is taken first, and for one key only.
    let waiting = api
        .post("/keys", &json!({"alg": "ES384", "state": "next"}))
        .await
        .created();
    harness.advance(28 * DAY);
    follow_schedule(&harness.app).await.unwrap();
    harness.advance(2 * DAY);
    follow_schedule(&harness.app).await.unwrap();
    let mut new = Vec::new();
    for (slug, old) in ["one", "two"].into_iter().zip(&old) {
        let key = text(&api.get(&format!("/applications/{slug}")).await.found(), "signing_key");
        let before = api.get(&format!("/keys/{old}")).await.found();
        assert_eq!(
            (&before["state"], &before["successor"]),
            (&json!("retired"), &json!(key))
        );
        new.push(key);
    }
    assert_ne!(
        new[0], new[1],
        "two applications with keys of their own keep them apart"
    );
    assert!(new.contains(&text(&waiting, "id")));
    assert_eq!(only_states(&states(harness, "ES384").await).len(), 4);
}

async fn a_key_stays_while_a_token_lives_that_it_signed(harness: &Harness) {
    let user = harness.user("alice").await;
    application_with(harness, "shop", |shop| {
        shop.access_token_validity = "days=100".parse().unwrap();
    })
    .await;
    let mut browser = browser_of(harness, &user).await;
    let token = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    let mut api = Api::new(harness).await;
    api.post("/keys/rotate", &json!({"alg": "ES256"})).await.found();
    for _ in 0..9 {
        harness.advance(10 * DAY);
        tidy(&harness.app).await.unwrap();
        assert_verifies(harness, "shop", &token).await;
    }
    harness.advance(10 * DAY + 60);
    tidy(&harness.app).await.unwrap();
    assert_eq!(
        published(harness, "shop").await.len(),
        1,
        "nothing lives that it signed"
    );
}

async fn who_was_switched_off_publishes_first(harness: &Harness) {
    application_with(harness, "shop", |_| {}).await;
    harness.advance(400 * DAY);
    follow_schedule(&harness.app).await.unwrap();
    assert_eq!(
        only_states(&states(harness, "ES256").await),
        [KeyState::Active, KeyState::Next]
    );
    harness.advance(2 * DAY);
    follow_schedule(&harness.app).await.unwrap();
    assert_eq!(
        only_states(&states(harness, "ES256").await),
        [KeyState::Retired, KeyState::Active]
    );
}

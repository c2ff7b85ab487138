//! Keys over their life, and rotation: what was signed before still verifies.

use http::StatusCode;
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, VerifyingKey, verify};
use serde_json::{Value, json};
use vestibule::clients::By;

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    keys_are_made_and_never_show_their_private_half,
    states_go_one_way,
    a_used_or_active_key_can_not_be_deleted,
    rotation_puts_the_successor_in_place_and_keeps_old_tokens_verifiable,
    an_application_and_a_rotation_at_the_same_moment_never_meet_a_retired_key,
    one_key_of_several_is_rotated_by_its_id,
    an_encryption_key_is_used_rotated_and_deleted,
);

async fn keys_are_made_and_never_show_their_private_half(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for alg in [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    ] {
        let made = api.post("/keys", &json!({"alg": alg})).await.created();
        assert_eq!(
            (&made["alg"], &made["use"], &made["state"], &made["name"]),
            (
                &json!(alg),
                &json!("sig"),
                &json!("active"),
                &json!(format!("{alg} key"))
            )
        );
        let jwk = &made["public_jwk"];
        assert_eq!((&jwk["kid"], &jwk["alg"]), (&made["kid"], &json!(alg)));
        let shown = api
            .get(&format!("/keys/{}", made["id"].as_str().unwrap()))
            .await
            .found();
        assert_eq!(shown, made);
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(jwk.get(private).is_none(), "{alg} {private}");
        }
    }
    let body = api.get("/keys").await.answer.body;
    assert!(!body.contains("PRIVATE") && !body.contains("sealed"));
    for (change, expected) in [
        (json!({}), "alg:required"),
        (json!({"alg": "HS256"}), "alg:invalid"),
        (json!({"alg": "none"}), "alg:invalid"),
        (json!({"alg": 1}), "alg:wrong_type"),
        (json!({"alg": "ES256", "use": "enc"}), "alg:invalid"),
        (json!({"alg": "ECDH-ES", "use": "sig"}), "alg:invalid"),
        (json!({"alg": "RSA1_5"}), "alg:invalid"),
        (json!({"alg": "dir"}), "alg:invalid"),
        (json!({"alg": "ECDH-ES", "enc": "A192GCM"}), "enc:invalid"),
        (json!({"alg": "ES256", "use": "x"}), "use:invalid"),
        (json!({"alg": "ES256", "state": "retired"}), "state:invalid"),
        (json!({"alg": "ES256", "name": " "}), "name:required"),
        (json!({"alg": "ES256", "name": "n".repeat(201)}), "name:too_long"),
        (json!({"alg": "ES256", "private_key": "x"}), "private_key:invalid"),
        (json!({"alg": "ES256", "certificate": "x"}), "certificate:invalid"),
        (json!({"alg": "ES256", "public_jwk": {}}), "public_jwk:invalid"),
        (json!({"alg": "ES256", "origin": "imported"}), "origin:read_only"),
    ] {
        assert_eq!(api.post("/keys", &change).await.wrong(), [expected], "{change}");
    }
}

async fn states_go_one_way(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api
        .post("/keys", &json!({"alg": "ES384", "state": "next"}))
        .await
        .created();
    let path = format!("/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(
        api.patch(&path, &json!({"state": "next"})).await.found()["state"],
        "next"
    );
    let renamed = api
        .patch(&path, &json!({"name": "mine", "state": "active"}))
        .await
        .found();
    assert_eq!(
        (&renamed["name"], &renamed["state"]),
        (&json!("mine"), &json!("active"))
    );
    assert_eq!(
        api.patch(&path, &json!({"state": "next"})).await.wrong(),
        ["state:invalid"]
    );
    let retired = api.patch(&path, &json!({"state": "retired"})).await.found();
    assert_eq!(retired["retired_at"], "2026-11-21T00:00:00Z");
    for state in ["active", "next"] {
        assert_eq!(
            api.patch(&path, &json!({"state": state})).await.wrong(),
            ["state:invalid"]
        );
    }
    assert_eq!(
        api.patch(&path, &json!({"state": null})).await.wrong(),
        ["state:invalid"]
    );
    assert_eq!(
        api.patch(&path, &json!({"alg": "RS256"})).await.wrong(),
        ["alg:read_only"]
    );
    let tag = api.get(&path).await.etag();
    let reply = api
        .json(
            http::Method::PATCH,
            &path,
            &[("if-match", "\"1\"")],
            &json!({"name": "x"}),
        )
        .await;
    reply.problem(StatusCode::PRECONDITION_FAILED);
    assert_eq!(api.get(&path).await.etag(), tag);
}

async fn a_used_or_active_key_can_not_be_deleted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let key = api.post("/keys", &json!({"alg": "ES256"})).await.created();
    let path = format!("/keys/{}", key["id"].as_str().unwrap());
    let body = json!({"name": "Wiki", "slug": "wiki", "signing_key": key["id"]});
    api.post("/applications", &body).await.created();
    api.delete(&path).await.problem(StatusCode::CONFLICT);
    api.patch(&path, &json!({"state": "retired"}))
        .await
        .problem(StatusCode::CONFLICT);
    assert_eq!(api.get(&path).await.found()["state"], "active");
    assert_eq!(api.delete("/applications/wiki").await.status(), StatusCode::NO_CONTENT);
    api.delete(&path).await.problem(StatusCode::CONFLICT);
    api.patch(&path, &json!({"state": "retired"})).await.found();
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    api.get(&path).await.problem(StatusCode::NOT_FOUND);
}

/// The keys that an application publishes.
async fn published(harness: &Harness, slug: &str) -> Vec<VerifyingKey> {
    let answer = harness.client().get(&format!("/application/o/{slug}/jwks/")).await;
    JwkSet::parse(answer.body.as_bytes()).unwrap().verifying_keys()
}

/// A token signed by the application as it is now.
async fn signed(harness: &Harness, slug: &str) -> String {
    let entry = harness.app.client(By::Slug(slug)).await.unwrap().unwrap();
    let claims = json!({"sub": "alice"});
    entry.client.signing_key.sign(None, &claims).unwrap()
}

async fn rotation_puts_the_successor_in_place_and_keeps_old_tokens_verifiable(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let old = api.get("/keys?alg=ES256").await.found()["items"][0].clone();
    let rsa = api.get("/keys?alg=RS256").await.found()["items"][0].clone();
    for (slug, key) in [("one", &old), ("two", &old), ("other", &rsa)] {
        let body = json!({"name": slug, "slug": slug, "signing_key": key["id"]});
        api.post("/applications", &body).await.created();
    }
    let before = signed(harness, "one").await;
    let other_node = harness.another_node().await;
    harness.advance(60);
    let new = api
        .post("/keys/rotate", &json!({"use": "sig", "alg": "ES256"}))
        .await
        .found();
    assert_ne!(new["id"], old["id"]);
    for (slug, key) in [("one", &new), ("two", &new), ("other", &rsa)] {
        assert_eq!(
            api.get(&format!("/applications/{slug}")).await.found()["signing_key"],
            key["id"]
        );
    }
    let retired = api.get(&format!("/keys/{}", old["id"].as_str().unwrap())).await.found();
    assert_eq!(
        (&retired["state"], &retired["retired_at"]),
        (&json!("retired"), &json!("2026-11-21T00:01:00Z"))
    );
    let after = signed(harness, "one").await;
    let keys = published(harness, "one").await;
    for token in [&before, &after] {
        let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::Any);
        let verified = verify(token, &rules);
        assert!(verified.is_ok(), "{:?}", verified.err());
    }
    assert_ne!(before.split('.').next(), after.split('.').next(), "another kid");
    // A key that waits becomes the successor, so that everyone has seen it before it signs.
    let next = api
        .post("/keys", &json!({"alg": "ES256", "state": "next"}))
        .await
        .created();
    let rotated = api.post("/keys/rotate", &json!({"alg": "ES256"})).await.found();
    assert_eq!((&rotated["id"], &rotated["state"]), (&next["id"], &json!("active")));
    assert_eq!(signed_on(&other_node, &rotated["kid"]).await, rotated["kid"]);
    let events = api.get("/events?action=key_updated").await.found();
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    for (body, expected) in [
        (json!({}), "alg:required"),
        (json!({"alg": "HS256"}), "alg:invalid"),
        (json!({"use": "enc", "alg": "RS256"}), "alg:invalid"),
        (json!({"use": "x", "alg": "RS256"}), "use:invalid"),
        (json!({"alg": "RS256", "kid": "x"}), "kid:unknown_field"),
        (json!({"alg": "RS256", "key": "key_none"}), "key:not_found"),
        (json!({"alg": "RS256", "key": new["id"]}), "key:not_found"),
    ] {
        assert_eq!(api.post("/keys/rotate", &body).await.wrong(), [expected]);
    }
    drop(other_node);
}

/// The `kid` that another node signs with, once it has heard of `expected`.
async fn signed_on(node: &Harness, expected: &Value) -> Value {
    for _ in 0..100 {
        let entry = node.app.client(By::Slug("one")).await.unwrap().unwrap();
        let kid = json!(entry.client.signing_key.kid());
        if kid == *expected {
            return kid;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Value::Null
}

async fn an_application_and_a_rotation_at_the_same_moment_never_meet_a_retired_key(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (mut one, mut other) = (
        Api::with_token(harness, &api.token),
        Api::with_token(harness, &api.token),
    );
    for round in 0..8 {
        let slug = format!("app-{round}");
        let body = json!({"name": "x", "slug": slug, "client_type": "public"});
        let rotation = json!({"alg": "RS256"});
        let (made, rotated) = tokio::join!(one.post("/applications", &body), other.post("/keys/rotate", &rotation));
        made.created();
        rotated.found();
    }
    let active = api.get("/keys?alg=RS256&state=active").await.found();
    assert_eq!(active["items"].as_array().unwrap().len(), 1);
    for round in 0..8 {
        let shown = api.get(&format!("/applications/app-{round}")).await.found();
        assert_eq!(shown["signing_key"], active["items"][0]["id"], "app-{round}");
    }
}

async fn one_key_of_several_is_rotated_by_its_id(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut keys = Vec::new();
    for slug in ["one", "two"] {
        let key = api.post("/keys", &json!({"alg": "ES384"})).await.created();
        let body = json!({"name": slug, "slug": slug, "signing_key": key["id"]});
        api.post("/applications", &body).await.created();
        keys.push(key["id"].clone());
    }
    let body = json!({"alg": "ES384", "key": keys[0]});
    let new = api.post("/keys/rotate", &body).await.found();
    for (slug, key) in [("one", &new["id"]), ("two", &keys[1])] {
        assert_eq!(
            &api.get(&format!("/applications/{slug}")).await.found()["signing_key"],
            key
        );
    }
    let old = api.get(&format!("/keys/{}", keys[0].as_str().unwrap())).await.found();
    assert_eq!((&old["state"], &old["successor"]), (&json!("retired"), &new["id"]));
}

async fn an_encryption_key_is_used_rotated_and_deleted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let one = api
        .post("/keys", &json!({"alg": "ECDH-ES", "enc": "A256GCM"}))
        .await
        .created();
    let path = format!("/keys/{}", one["id"].as_str().unwrap());
    let body = json!({"name": "Wiki", "slug": "wiki", "encryption_key": one["id"]});
    let wiki = api.post("/applications", &body).await.created();
    assert_eq!(wiki["encryption_key"], one["id"]);
    // It can not retire while it is used, and nothing but an active key for encryption is taken.
    let retire = json!({"state": "retired"});
    api.patch(&path, &retire).await.problem(StatusCode::CONFLICT);
    let signing = api.get("/keys?use=sig&alg=ES256").await.found()["items"][0]["id"].clone();
    let next = api
        .post("/keys", &json!({"alg": "ECDH-ES", "state": "next"}))
        .await
        .created();
    for (field, value, expected) in [
        ("encryption_key", &signing, "encryption_key:invalid"),
        ("encryption_key", &next["id"], "encryption_key:invalid"),
        ("encryption_key", &json!("key_none"), "encryption_key:not_found"),
        ("encryption_key", &json!(1), "encryption_key:wrong_type"),
        ("signing_key", &one["id"], "signing_key:invalid"),
    ] {
        let reply = api.patch("/applications/wiki", &json!({field: value})).await;
        assert_eq!(reply.wrong(), [expected]);
    }
    // Its successor is a new pair with the same way of encrypting, never one that waits for somebody else.
    let two = api
        .post("/keys/rotate", &json!({"use": "enc", "alg": "ECDH-ES"}))
        .await
        .found();
    assert!(two["id"] != next["id"] && two["private_key"].as_str().unwrap().contains("PRIVATE KEY"));
    assert_eq!((&two["enc"], &two["origin"]), (&json!("A256GCM"), &json!("generated")));
    assert_eq!(api.get("/applications/wiki").await.found()["encryption_key"], two["id"]);
    assert_eq!(api.get(&path).await.found()["state"], "retired");
    // With several, the one that is meant has to be named; a key of the application's own is not rotated.
    let jwk = json!({"kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"});
    let own = api.post("/keys", &json!({"public_jwk": jwk})).await.created();
    let rotate = |key: Value| json!({"alg": "ECDH-ES", "key": key});
    assert_eq!(
        api.post("/keys/rotate", &rotate(own["id"].clone())).await.wrong(),
        ["key:invalid"]
    );
    api.post("/keys", &json!({"alg": "ECDH-ES"})).await.created();
    let reply = api.post("/keys/rotate", &json!({"alg": "ECDH-ES"})).await;
    assert_eq!(reply.wrong(), ["key:required"]);
    let three = api.post("/keys/rotate", &rotate(two["id"].clone())).await.found();
    assert_eq!(
        api.get("/applications/wiki").await.found()["encryption_key"],
        three["id"]
    );
    // Deleted at any time: the application's tokens are signed only from then on.
    let three = format!("/keys/{}", three["id"].as_str().unwrap());
    assert_eq!(api.delete(&three).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        api.get("/applications/wiki").await.found()["encryption_key"],
        Value::Null
    );
    let discovery = harness
        .client()
        .get("/application/o/wiki/.well-known/openid-configuration")
        .await;
    assert!(!discovery.body.contains("id_token_encryption"));
    api.get(&three).await.problem(StatusCode::NOT_FOUND);
}

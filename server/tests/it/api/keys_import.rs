//! Keys from outside: private keys in PEM, certificates and their chains, public keys alone.

use http::StatusCode;
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, verify};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use serde_json::{Value, json};
use vestibule::clients::By;

use super::key_files::{
    ED25519, P256_ENCRYPTED, P256_ENCRYPTED_OLD, P256_SEC1, P521_SEC1, RSA_1024, RSA_PKCS1, SECP256K1, X25519,
};
use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    private_keys_of_every_form_are_imported,
    what_can_not_be_imported_is_refused_without_a_part_of_it,
    a_certificate_stands_in_the_jwks_with_its_chain_and_thumbprints,
    a_certificate_that_does_not_fit_is_refused,
    an_expired_certificate_is_a_warning,
    keys_of_an_application_are_its_public_half_alone,
    the_private_half_of_a_pair_is_shown_once,
);

/// A certificate for a key pair, valid from and until these years.
fn certificate(pair: &KeyPair, years: (i32, i32)) -> String {
    let mut params = CertificateParams::new(vec!["keys.example.com".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params.self_signed(pair).unwrap().pem()
}

async fn private_keys_of_every_form_are_imported(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (pem, key_use, expected) in [
        (RSA_PKCS1, "sig", "RS256"),
        (P256_SEC1, "sig", "ES256"),
        (P521_SEC1, "sig", "ES512"),
        (ED25519, "sig", "EdDSA"),
        (X25519, "enc", "ECDH-ES"),
    ] {
        let mut body = json!({"private_key": pem});
        if key_use == "enc" {
            body["use"] = json!("enc");
        }
        let made = api.post("/keys", &body).await.created();
        assert_eq!(
            (&made["use"], &made["alg"], &made["origin"], &made["state"]),
            (&json!(key_use), &json!(expected), &json!("imported"), &json!("active"))
        );
        assert!(made.get("private_key").is_none() && made["rotates_at"].is_null());
        let shown = api.get(&format!("/keys/{}", made["id"].as_str().unwrap())).await;
        for private in ["\"d\"", "\"p\"", "PRIVATE"] {
            assert!(!shown.answer.body.contains(private), "{private}");
        }
    }
    // The same key for another algorithm needs another name; its thumbprint is taken.
    let body = json!({"private_key": RSA_PKCS1, "alg": "PS512"});
    assert_eq!(api.post("/keys", &body).await.wrong(), ["kid:taken"]);
    let body = json!({"private_key": RSA_PKCS1, "alg": "PS512", "kid": "our key of 2026", "state": "next"});
    let made = api.post("/keys", &body).await.created();
    assert_eq!(
        (&made["kid"], &made["alg"]),
        (&json!("our key of 2026"), &json!("PS512"))
    );
    assert_eq!(made["public_jwk"]["kid"], "our key of 2026");
    let body = json!({"private_key": RSA_PKCS1, "use": "enc", "kid": "enc"});
    assert_eq!(api.post("/keys", &body).await.created()["alg"], "RSA-OAEP-256");
}

async fn what_can_not_be_imported_is_refused_without_a_part_of_it(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let two = format!("{ED25519}\n{P256_SEC1}");
    let public = json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"});
    for (body, expected) in [
        (json!({"private_key": P256_ENCRYPTED}), "private_key:invalid"),
        (json!({"private_key": P256_ENCRYPTED_OLD}), "private_key:invalid"),
        (json!({"private_key": RSA_1024}), "private_key:too_weak"),
        (json!({"private_key": SECP256K1}), "private_key:invalid"),
        (json!({"private_key": two}), "private_key:invalid"),
        (json!({"private_key": "x"}), "private_key:invalid"),
        (json!({"private_key": ""}), "private_key:invalid"),
        (json!({"private_key": 1}), "private_key:wrong_type"),
        (json!({"private_key": ED25519, "alg": "ES256"}), "alg:invalid"),
        (json!({"private_key": ED25519, "alg": "RSA-OAEP-256"}), "alg:invalid"),
        (json!({"private_key": ED25519, "use": "enc"}), "use:invalid"),
        (json!({"private_key": X25519}), "use:invalid"),
        (json!({"private_key": P256_SEC1, "alg": "ES384"}), "alg:invalid"),
        (
            json!({"private_key": P256_SEC1, "alg": "ECDH-ES", "use": "sig"}),
            "alg:invalid",
        ),
        (
            json!({"private_key": P256_SEC1, "alg": "ES256", "use": "enc"}),
            "alg:invalid",
        ),
        (
            json!({"private_key": P256_SEC1, "alg": "ES256", "enc": "A256GCM"}),
            "enc:invalid",
        ),
        (
            json!({"private_key": P256_SEC1, "use": "enc", "enc": "A192GCM"}),
            "enc:invalid",
        ),
        (
            json!({"private_key": P256_SEC1, "public_jwk": public}),
            "public_jwk:invalid",
        ),
        (json!({"private_key": P256_SEC1, "kid": ""}), "kid:invalid"),
        (json!({"private_key": P256_SEC1, "kid": "k".repeat(256)}), "kid:invalid"),
        (
            json!({"private_key": P256_SEC1, "certificate": "x"}),
            "certificate:invalid",
        ),
        (json!({"public_jwk": public, "use": "enc"}), "public_jwk:invalid"),
        (
            json!({"public_jwk": {"kty": "EC", "d": "AA"}, "use": "enc"}),
            "public_jwk:invalid",
        ),
        (json!({"public_jwk": {"kty": "oct", "k": "AA"}}), "public_jwk:invalid"),
        (json!({"public_jwk": "x"}), "public_jwk:wrong_type"),
    ] {
        let reply = api.post("/keys", &body).await;
        assert_eq!(reply.wrong(), [expected], "{body}");
        let secret = body["private_key"].as_str().unwrap_or_default();
        for line in secret.lines().filter(|line| line.len() > 20 && !line.contains("-----")) {
            assert!(!reply.answer.body.contains(line), "{}", reply.answer.body);
        }
    }
    let reply = api.post("/keys", &json!({"private_key": P256_ENCRYPTED})).await;
    assert!(
        reply.answer.body.contains("openssl pkey"),
        "it says what to do: {}",
        reply.answer.body
    );
}

async fn a_certificate_stands_in_the_jwks_with_its_chain_and_thumbprints(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let pair = KeyPair::generate().unwrap();
    let mut own = CertificateParams::new(vec!["keys.example.com".to_owned()]).unwrap();
    own.distinguished_name.push(DnType::CommonName, "keys.example.com");
    let own = own.signed_by(&pair, &authority).unwrap();
    let chain = format!("{}{}", own.pem(), authority.pem());
    let body = json!({"private_key": pair.serialize_pem(), "certificate": chain});
    let made = api.post("/keys", &body).await.created();
    assert_eq!((&made["alg"], &made["origin"]), (&json!("ES256"), &json!("imported")));
    assert_eq!(
        made["certificate"]
            .as_str()
            .unwrap()
            .matches("BEGIN CERTIFICATE")
            .count(),
        2
    );
    let body = json!({"name": "Wiki", "slug": "wiki", "signing_key": made["id"]});
    api.post("/applications", &body).await.created();
    let answer = harness.client().get("/application/o/wiki/jwks/").await;
    let set: Value = serde_json::from_str(&answer.body).unwrap();
    let key = &set["keys"][0];
    assert_eq!(
        (&key["kid"], &key["use"], &key["alg"]),
        (&made["kid"], &json!("sig"), &json!("ES256"))
    );
    let encode = |der: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    assert_eq!(key["x5c"], json!([encode(own.der()), encode(authority.der())]));
    let digest = |algorithm, der: &[u8]| {
        let digest = aws_lc_rs::digest::digest(algorithm, der);
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest.as_ref())
    };
    assert_eq!(key["x5t#S256"], digest(&aws_lc_rs::digest::SHA256, own.der()));
    assert_eq!(
        key["x5t"],
        digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, own.der())
    );
    // What it signs verifies by what is published.
    let entry = harness.app.client(By::Slug("wiki")).await.unwrap().unwrap();
    let token = entry.client.signing_key.sign(None, &json!({"sub": "alice"})).unwrap();
    let keys = JwkSet::parse(answer.body.as_bytes()).unwrap().verifying_keys();
    verify(&token, &Verification::new(&keys, &[Algorithm::ES256], TypRule::Any)).unwrap();
    // The wrong way round, the chain does not hold.
    let other = KeyPair::generate().unwrap();
    let chain = format!("{}{}", certificate(&other, (2020, 2040)), own.pem());
    let body = json!({"private_key": other.serialize_pem(), "certificate": chain});
    assert_eq!(api.post("/keys", &body).await.wrong(), ["certificate:invalid"]);
}

async fn a_certificate_that_does_not_fit_is_refused(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (one, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    for (body, expected) in [
        (
            json!({"private_key": one.serialize_pem(), "certificate": certificate(&other, (2020, 2040))}),
            "certificate:invalid",
        ),
        // To sign takes the private key.
        (
            json!({"use": "sig", "certificate": certificate(&one, (2020, 2040))}),
            "private_key:required",
        ),
        (
            json!({"use": "enc", "certificate": certificate(&one, (2020, 2040)), "alg": "RSA-OAEP-256"}),
            "alg:invalid",
        ),
        (
            json!({"use": "enc", "certificate": one.serialize_pem()}),
            "certificate:invalid",
        ),
        (
            json!({"use": "enc", "certificate": certificate(&one, (2020, 2040)).repeat(11)}),
            "certificate:invalid",
        ),
        (
            json!({"use": "enc", "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}),
            "certificate:invalid",
        ),
    ] {
        assert_eq!(api.post("/keys", &body).await.wrong(), [expected], "{body}");
    }
}

async fn an_expired_certificate_is_a_warning(harness: &Harness) {
    let mut api = Api::new(harness).await;
    // The clock of these tests stands in November 2026.
    for (years, code) in [((2020, 2026), "expired"), ((2030, 2040), "not_yet_valid")] {
        let pair = KeyPair::generate().unwrap();
        let body = json!({"private_key": pair.serialize_pem(), "certificate": certificate(&pair, years)});
        let made = api.post("/keys", &body).await.created();
        assert_eq!(made["warnings"][0]["field"], "certificate");
        assert_eq!(made["warnings"][0]["code"], code);
        let shown = api
            .get(&format!("/keys/{}", made["id"].as_str().unwrap()))
            .await
            .found();
        assert_eq!(shown["warnings"], made["warnings"]);
    }
    let pair = KeyPair::generate().unwrap();
    let body = json!({"private_key": pair.serialize_pem(), "certificate": certificate(&pair, (2020, 2040))});
    assert!(api.post("/keys", &body).await.created().get("warnings").is_none());
}

async fn keys_of_an_application_are_its_public_half_alone(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let pair = KeyPair::generate().unwrap();
    let body = json!({"certificate": certificate(&pair, (2020, 2040)), "name": "Of the wiki"});
    let by_certificate = api.post("/keys", &body).await.created();
    assert_eq!(
        (
            &by_certificate["use"],
            &by_certificate["alg"],
            &by_certificate["enc"],
            &by_certificate["origin"]
        ),
        (
            &json!("enc"),
            &json!("ECDH-ES"),
            &json!("A256CBC-HS512"),
            &json!("public")
        )
    );
    let jwk = json!({"kty": "OKP", "crv": "X25519", "kid": "1", "use": "enc", "alg": "ECDH-ES+A256KW",
        "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"});
    for _ in 0..2 {
        // Two applications may call their keys the same.
        let made = api
            .post("/keys", &json!({"public_jwk": jwk, "enc": "A256GCM"}))
            .await
            .created();
        assert_eq!(
            (&made["kid"], &made["alg"], &made["enc"]),
            (&json!("1"), &json!("ECDH-ES+A256KW"), &json!("A256GCM"))
        );
        assert!(made.get("private_key").is_none());
    }
    let signs = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    assert_eq!(
        api.post("/keys", &json!({"public_jwk": signs, "use": "enc"}))
            .await
            .wrong(),
        ["use:invalid"]
    );
    assert_eq!(
        api.post("/keys", &json!({"public_jwk": signs, "use": "sig"}))
            .await
            .wrong(),
        ["private_key:required"]
    );
    let mut for_signatures = jwk.clone();
    for_signatures["use"] = json!("sig");
    assert_eq!(
        api.post("/keys", &json!({"public_jwk": for_signatures})).await.wrong(),
        ["public_jwk:invalid"]
    );
    // Of a key of the application's own nothing is published.
    let body = json!({"name": "Wiki", "slug": "wiki", "encryption_key": by_certificate["id"]});
    api.post("/applications", &body).await.created();
    let answer = harness.client().get("/application/o/wiki/jwks/").await;
    assert_eq!(
        serde_json::from_str::<Value>(&answer.body).unwrap(),
        json!({"keys": []})
    );
}

async fn the_private_half_of_a_pair_is_shown_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for alg in ["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"] {
        let made = api.post("/keys", &json!({"use": "enc", "alg": alg})).await.created();
        assert!(
            made["private_key"]
                .as_str()
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----\n")
        );
        let path = format!("/keys/{}", made["id"].as_str().unwrap());
        for reply in [api.get(&path).await, api.get("/keys").await] {
            assert_eq!(reply.status(), StatusCode::OK);
            assert!(!reply.answer.body.contains("PRIVATE"));
        }
        let changed = api.patch(&path, &json!({"name": "x"})).await.found();
        assert!(changed.get("private_key").is_none());
        // What signs never shows its private half, not even once.
        assert!(made["public_jwk"].get("d").is_none());
    }
    let made = api.post("/keys", &json!({"alg": "ES512"})).await.created();
    assert!(made.get("private_key").is_none());
}

//! Keys and key sets as others publish them, and as we do (RFC 7517, RFC 7518 section 6).

use protocol::jose::{Algorithm, JoseError, Jwk, JwkSet, MAX_JWKS_BYTES, PublicKey, SigningKey, VerifyingKey};
use serde_json::{Value, json};

use crate::support::{base64url, signing_key, to_base64url};

fn refusal(jwk: &Value) -> JoseError {
    let text = jwk.to_string();
    Jwk::parse(text.as_bytes())
        .and_then(|jwk| VerifyingKey::from_jwk(&jwk))
        .unwrap_err()
}

fn published(alg: Algorithm) -> Value {
    serde_json::to_value(signing_key("k", alg).public_jwk().unwrap()).unwrap()
}

fn changed(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    jwk
}

#[test]
fn what_we_publish_has_these_members_and_no_others() {
    let shapes = [
        (Algorithm::RS256, vec!["alg", "e", "kid", "kty", "n", "use"]),
        (Algorithm::ES256, vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        (Algorithm::ES384, vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        (Algorithm::ES512, vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        (Algorithm::EdDSA, vec!["alg", "crv", "kid", "kty", "use", "x"]),
    ];
    for (alg, members) in shapes {
        let jwk = published(alg);
        let mut names: Vec<&str> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, members, "{alg}");
        assert_eq!(
            (&jwk["alg"], &jwk["use"], &jwk["kid"]),
            (&json!(alg.as_str()), &json!("sig"), &json!("k"))
        );
    }
    assert!(signing_key("k", Algorithm::HS256).public_jwk().is_none());
    assert_eq!(serde_json::to_string(&JwkSet::default()).unwrap(), r#"{"keys":[]}"#);
}

#[test]
fn coordinates_have_full_length() {
    // A coordinate begins with a zero byte in one key of 128; read such a key with and without its zeros.
    let key = (0..20_000)
        .map(|_| {
            SigningKey::from_pkcs8(None, Algorithm::ES256, &SigningKey::generate(Algorithm::ES256).unwrap()).unwrap()
        })
        .find(|key| matches!(key.public_jwk().unwrap().key(), PublicKey::Ec { x, .. } if x[0] == 0))
        .unwrap();
    let full = serde_json::to_value(key.public_jwk().unwrap()).unwrap();
    let x = base64url(full["x"].as_str().unwrap());
    assert_eq!(x.len(), 32);
    let short = changed(full.clone(), "x", json!(to_base64url(&x[1..])));
    let read = Jwk::parse(short.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), full);
    assert!(VerifyingKey::from_jwk(&read).is_ok());
}

#[test]
fn private_members_never_come_in() {
    let jwk = published(Algorithm::ES256);
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert_eq!(
            refusal(&changed(jwk.clone(), member, json!("AQ"))),
            JoseError::PrivateKey,
            "{member}"
        );
    }
    assert_eq!(
        refusal(&json!({"kty": "oct", "k": to_base64url(&[7; 64])})),
        JoseError::PrivateKey
    );
    let set = json!({"keys": [changed(jwk.clone(), "d", json!("AQ")), jwk]});
    let set = JwkSet::parse(set.to_string().as_bytes()).unwrap();
    assert_eq!((set.keys.len(), set.skipped.len()), (1, 1));
    assert_eq!((set.skipped[0].index, set.skipped[0].why), (0, JoseError::PrivateKey));
}

#[test]
fn keys_that_are_none() {
    let ec = published(Algorithm::ES256);
    let rsa = published(Algorithm::RS256);
    let okp = published(Algorithm::EdDSA);
    let refusals = [
        (json!({}), JoseError::UnsupportedKey),
        (json!({"kty": "oct"}), JoseError::UnsupportedKey),
        (json!({"kty": ["EC"]}), JoseError::BadKey),
        (json!({"kty": "RSA"}), JoseError::BadKey),
        (changed(ec.clone(), "kty", json!("ec")), JoseError::UnsupportedKey),
        (
            changed(ec.clone(), "crv", json!("secp256k1")),
            JoseError::UnsupportedKey,
        ),
        (changed(ec.clone(), "crv", json!("P-384")), JoseError::UnsupportedKey),
        (
            changed(ec.clone(), "x", json!(to_base64url(&[1; 32]))),
            JoseError::BadKey,
        ),
        (
            changed(ec.clone(), "x", json!(to_base64url(&[1; 33]))),
            JoseError::BadKey,
        ),
        (changed(ec.clone(), "x", json!("a b")), JoseError::BadBase64),
        (changed(ec.clone(), "x", json!(1)), JoseError::BadKey),
        (
            changed(changed(ec.clone(), "x", json!("")), "y", json!("")),
            JoseError::BadKey,
        ),
        (changed(ec.clone(), "use", json!("enc")), JoseError::UnsupportedKey),
        (
            changed(ec.clone(), "key_ops", json!(["sign"])),
            JoseError::UnsupportedKey,
        ),
        (changed(ec.clone(), "alg", json!("ES384")), JoseError::UnsupportedKey),
        (changed(ec.clone(), "alg", json!("HS256")), JoseError::UnsupportedKey),
        (changed(ec.clone(), "alg", json!("none")), JoseError::UnsupportedKey),
        (
            changed(rsa.clone(), "alg", json!("RSA-OAEP-256")),
            JoseError::UnsupportedKey,
        ),
        (
            changed(rsa.clone(), "n", json!(to_base64url(&[0xff; 128]))),
            JoseError::WeakKey,
        ),
        (
            changed(rsa.clone(), "n", json!(to_base64url(&[0xff; 1025]))),
            JoseError::BadKey,
        ),
        (
            changed(rsa.clone(), "n", json!(to_base64url(&[0xfe; 256]))),
            JoseError::BadKey,
        ),
        (changed(rsa.clone(), "e", json!("")), JoseError::BadKey),
        (changed(rsa.clone(), "e", json!("AQ")), JoseError::BadKey),
        (changed(rsa.clone(), "e", json!("Ag")), JoseError::BadKey),
        (
            changed(rsa.clone(), "e", json!(to_base64url(&[1; 9]))),
            JoseError::BadKey,
        ),
        (
            changed(okp.clone(), "x", json!(to_base64url(&[1; 31]))),
            JoseError::BadKey,
        ),
        (changed(okp, "x5c", json!([1])), JoseError::BadKey),
    ];
    for (jwk, why) in refusals {
        assert_eq!(refusal(&jwk), why, "{jwk}");
    }
    let twice = ec.to_string().replacen('{', r#"{"kty":"RSA","#, 1);
    assert_eq!(Jwk::parse(twice.as_bytes()).unwrap_err(), JoseError::DuplicateMember);
}

#[test]
fn an_rsa_key_without_alg_serves_all_of_them_and_one_with_alg_only_that() {
    let mut jwk = signing_key("k", Algorithm::RS256).public_jwk().unwrap().clone();
    let supported = |jwk: &Jwk| {
        let key = VerifyingKey::from_jwk(jwk).unwrap();
        Algorithm::ALL.into_iter().filter(|alg| key.supports(*alg)).count()
    };
    assert_eq!(supported(&jwk), 1);
    jwk.alg = None;
    assert_eq!(supported(&jwk), 6);
    let ed = changed(published(Algorithm::EdDSA), "alg", json!("Ed25519"));
    assert_eq!(supported(&Jwk::parse(ed.to_string().as_bytes()).unwrap()), 1);
}

#[test]
fn sets_have_limits_and_skip_what_they_cannot_use() {
    let key = published(Algorithm::EdDSA);
    let set = |keys: Vec<Value>| JwkSet::parse(json!({"keys": keys, "more": [1]}).to_string().as_bytes());
    assert_eq!(set(vec![key.clone(); 100]).unwrap().verifying_keys().len(), 100);
    assert_eq!(set(vec![key.clone(); 101]).unwrap_err(), JoseError::TooManyKeys);
    let mixed = set(vec![
        json!(1),
        json!({"kty": "PQ"}),
        key.clone(),
        changed(key, "use", json!("enc")),
    ])
    .unwrap();
    assert_eq!(
        (mixed.keys.len(), mixed.skipped.len(), mixed.verifying_keys().len()),
        (2, 2, 1)
    );
    assert_eq!(JwkSet::parse(b"{}").unwrap(), JwkSet::default());
    for text in ["", "[]", r#"{"keys":{}}"#, r#"{"keys":null}"#] {
        assert_eq!(
            JwkSet::parse(text.as_bytes()).unwrap_err(),
            JoseError::BadJson,
            "{text}"
        );
    }
    assert_eq!(
        JwkSet::parse(br#"{"keys":[],"keys":[]}"#).unwrap_err(),
        JoseError::DuplicateMember
    );
    assert_eq!(
        JwkSet::parse(&vec![b' '; MAX_JWKS_BYTES + 1]).unwrap_err(),
        JoseError::TooLarge
    );
}

#[test]
fn a_certificate_is_named_by_its_hashes() {
    let jwk = signing_key("k", Algorithm::ES256)
        .public_jwk()
        .unwrap()
        .clone()
        .with_certificates(&[b"abc", b"def"]);
    let json = serde_json::to_value(&jwk).unwrap();
    assert_eq!(json["x5c"], json!(["YWJj", "ZGVm"]));
    assert_eq!(json["x5t"], "qZk-NkcGgWq6PiVxeFDCbJzQ2J0");
    assert_eq!(json["x5t#S256"], "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    assert_eq!(Jwk::parse(json.to_string().as_bytes()).unwrap(), jwk);
}

//! Properties that hold for every algorithm and every token.

use proptest::prelude::*;
use protocol::jose::{Algorithm, JwkSet, SigningKey, TypRule, Verification, VerifyingKey, parse, typ, verify};
use serde_json::{Map, Value};

use crate::support::{RFC_7520_RSA, base64url, signing_key};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";

/// Claims as they occur: strings of any kind, numbers, lists, objects.
fn claims() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(any::<String>(), value, 0..5).prop_map(|members| members.into_iter().collect())
}

#[test]
fn every_single_character_matters() {
    for alg in [
        Algorithm::ES256,
        Algorithm::ES512,
        Algorithm::EdDSA,
        Algorithm::HS256,
        Algorithm::RS256,
        Algorithm::PS256,
    ] {
        let key = signing_key("k", alg);
        let token = key.sign(Some(typ::JWT), &serde_json::json!({"sub": "alice"})).unwrap();
        let (keys, algs) = ([key.verifying_key()], [alg]);
        let rules = Verification::new(&keys, &algs, TypRule::OneOf(&[typ::JWT]));
        assert!(verify(&token, &rules).is_ok());
        for place in 0..token.len() {
            let old = token.as_bytes()[place];
            let at = ALPHABET.iter().position(|byte| *byte == old).unwrap();
            for step in 1..ALPHABET.len() {
                let mut changed = token.clone().into_bytes();
                changed[place] = ALPHABET[(at + step) % ALPHABET.len()];
                let changed = String::from_utf8(changed).unwrap();
                assert!(verify(&changed, &rules).is_err(), "{alg}: {place}");
            }
            let shorter = format!("{}{}", &token[..place], &token[place + 1..]);
            assert!(verify(&shorter, &rules).is_err(), "{alg}: without {place}");
        }
    }
}

#[test]
fn generated_keys_are_read_back() {
    for alg in [
        Algorithm::RS256,
        Algorithm::PS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::ES512,
        Algorithm::EdDSA,
    ] {
        let pkcs8 = SigningKey::generate(alg).unwrap();
        let key = SigningKey::from_pkcs8(None, alg, &pkcs8).unwrap();
        let found = SigningKey::detect_algorithm(&pkcs8).unwrap();
        assert_eq!(found.key_type(), alg.key_type());
        let text = serde_json::to_vec(&JwkSet::new(vec![key.public_jwk().unwrap().clone()])).unwrap();
        let set = JwkSet::parse(&text).unwrap();
        assert_eq!(&set.keys[0], key.public_jwk().unwrap());
        let token = key.sign(None, &serde_json::json!({"sub": "alice"})).unwrap();
        assert!(verify(&token, &Verification::new(&set.verifying_keys(), &[alg], TypRule::Any)).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_signed_is_read_back(claims in claims(), kid in "[ -~]{1,20}") {
        for alg in Algorithm::ALL {
            let key = signing_key(&kid, alg);
            let token = key.sign(Some(typ::ACCESS_TOKEN), &claims).unwrap();
            let keys = [key.verifying_key()];
            let verified = verify(&token, &Verification::new(&keys, &[alg], TypRule::OneOf(&[typ::ACCESS_TOKEN]))).unwrap();
            prop_assert_eq!(&verified.claims, &claims);
            prop_assert_eq!(verified.header.kid.as_deref(), key.kid());
        }
    }

    #[test]
    fn any_text_gives_an_answer(text in "\\PC{0,200}", header in "\\PC{0,60}") {
        let _answer = parse(&text, 4096);
        let _answer = JwkSet::parse(text.as_bytes());
        let token = format!("{}.e30.AA", crate::support::to_base64url(header.as_bytes()));
        prop_assert!(parse(&token, 4096).is_err() || header.contains("alg"));
    }

    #[test]
    fn no_random_signature_passes(signature in prop::collection::vec(any::<u8>(), 0..300)) {
        let key = SigningKey::from_pkcs8(Some("k"), Algorithm::RS256, &base64url(RFC_7520_RSA)).unwrap();
        let signed = key.sign(None, &serde_json::json!({})).unwrap();
        let (signed, _) = signed.rsplit_once('.').unwrap();
        let keys: [VerifyingKey; 1] = [key.verifying_key()];
        let token = format!("{signed}.{}", crate::support::to_base64url(&signature));
        prop_assert!(verify(&token, &Verification::new(&keys, &[Algorithm::RS256], TypRule::Any)).is_err());
    }
}

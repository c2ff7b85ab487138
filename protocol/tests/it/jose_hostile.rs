//! Tokens that must not pass (RFC 8725 sections 2 and 3) because of algorithm, key or signature: each is refused for the reason that is meant.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use protocol::jose::{Algorithm, JoseError, SigningKey, TypRule, Verification, VerifyingKey, parse, typ, verify};

use crate::support::{RFC_7520_RSA, base64url, signing_key, to_base64url};

const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"alice"}"#;

fn accept(token: &str, key: &SigningKey, typ: TypRule<'_>) -> Result<(), JoseError> {
    verify(token, &Verification::new(&[key.verifying_key()], &[key.alg()], typ)).map(|_| ())
}

fn good(key: &SigningKey) -> String {
    key.sign_bytes(Some(typ::JWT), CLAIMS.as_bytes()).unwrap()
}

/// A token with this header and a signature that fits nothing.
fn with_header(header: &str) -> String {
    format!(
        "{}.{}.{}",
        to_base64url(header.as_bytes()),
        to_base64url(CLAIMS.as_bytes()),
        to_base64url(&[1; 64])
    )
}

#[test]
fn unsecured_tokens_in_every_spelling() {
    let key = signing_key("k", Algorithm::ES256);
    for name in ["none", "None", "NONE", "nOnE", "NoNe", "nonE"] {
        let header = to_base64url(format!(r#"{{"alg":"{name}","typ":"JWT"}}"#).as_bytes());
        let payload = to_base64url(CLAIMS.as_bytes());
        for token in [format!("{header}.{payload}."), format!("{header}.{payload}.AAAA")] {
            assert_eq!(accept(&token, &key, TypRule::Any), Err(JoseError::Unsecured), "{name}");
        }
        assert_eq!(
            accept(&format!("{header}.{payload}"), &key, TypRule::Any),
            Err(JoseError::NotThreeParts)
        );
    }
    for name in [
        "",
        " none",
        "none ",
        "n\\u006fne\\u0000",
        "HS256 ",
        "hs256",
        "ES256K",
        "RS1",
        "A128KW",
        "ML-DSA-44",
    ] {
        let token = with_header(&format!(r#"{{"alg":"{name}"}}"#));
        assert_eq!(
            accept(&token, &key, TypRule::Any),
            Err(JoseError::UnknownAlgorithm),
            "{name}"
        );
    }
    assert_eq!(
        accept(&with_header(r#"{"alg":"\u006eone"}"#), &key, TypRule::Any),
        Err(JoseError::Unsecured)
    );
}

#[test]
fn hmac_is_never_verified_with_a_public_key() {
    let key = signing_key("k", Algorithm::RS256);
    let pair = RsaKeyPair::from_pkcs8(&base64url(RFC_7520_RSA)).unwrap();
    let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(spki.as_ref());
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    );
    let jwk = serde_json::to_vec(key.public_jwk().unwrap()).unwrap();
    for secret in [
        spki.as_ref(),
        pair.public_key().as_ref(),
        pem.as_bytes(),
        pem.trim_end().as_bytes(),
        &jwk,
    ] {
        for kid in [r#","kid":"k""#, ""] {
            let signed = format!(
                "{}.{}",
                to_base64url(format!(r#"{{"alg":"HS256"{kid}}}"#).as_bytes()),
                to_base64url(CLAIMS.as_bytes())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
            let token = format!("{signed}.{}", to_base64url(tag.as_ref()));
            assert_eq!(accept(&token, &key, TypRule::Any), Err(JoseError::AlgorithmNotAllowed));
            // Even a caller who allows everything gets nothing: the key itself is not for HMAC.
            let rules = Verification::new(&[], &Algorithm::ALL, TypRule::Any);
            let keys = [key.verifying_key()];
            assert_eq!(
                verify(&token, &Verification { keys: &keys, ..rules }).unwrap_err(),
                JoseError::UnknownKey
            );
        }
    }
}

#[test]
fn algorithm_and_key_must_belong_together() {
    let keys: Vec<SigningKey> = Algorithm::ALL.iter().map(|alg| signing_key("k", *alg)).collect();
    for signer in &keys {
        for other in &keys {
            let rules_keys = [other.verifying_key()];
            let outcome = verify(
                &good(signer),
                &Verification::new(&rules_keys, &Algorithm::ALL, TypRule::Any),
            );
            if signer.alg() == other.alg() {
                assert!(outcome.is_ok(), "{}", signer.alg());
            } else {
                assert_eq!(
                    outcome.unwrap_err(),
                    JoseError::UnknownKey,
                    "{} by {}",
                    signer.alg(),
                    other.alg()
                );
            }
        }
        let pkcs8 = SigningKey::generate(Algorithm::ES384).unwrap();
        if signer.alg() != Algorithm::ES384 {
            assert!(
                SigningKey::from_pkcs8(None, signer.alg(), &pkcs8).is_err(),
                "{}",
                signer.alg()
            );
        }
    }
}

#[test]
fn another_key_of_the_same_kind_does_not_verify() {
    for alg in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA] {
        let (ours, theirs) = (signing_key("k", alg), signing_key("k", alg));
        assert_eq!(
            accept(&good(&theirs), &ours, TypRule::Any),
            Err(JoseError::BadSignature),
            "{alg}"
        );
    }
}

#[test]
fn ecdsa_signatures_in_der_form_zero_or_of_another_length() {
    let pkcs8 = SigningKey::generate(Algorithm::ES256).unwrap();
    let key = SigningKey::from_pkcs8(Some("k"), Algorithm::ES256, &pkcs8).unwrap();
    let token = good(&key);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let raw = base64url(signature);
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, signed.as_bytes());
    let der = pair.sign_digest(&digest).unwrap().as_ref().to_vec();
    let order = [&[0xff; 4][..], &[0; 4], &[0xff; 8], &[0xbc; 16]].concat();
    let forgeries = [
        der,
        vec![],
        vec![0; 64],
        vec![0xff; 64],
        [&raw[..32], &[0; 32]].concat(),
        [&[0; 32], &raw[32..]].concat(),
        [order.as_slice(), &order].concat(),
        [&raw[32..], &raw[..32]].concat(),
        [&raw[..], &[0]].concat(),
        [&[0], &raw[..]].concat(),
        [&[0], &raw[..32], &[0], &raw[32..]].concat(),
        raw[..63].to_vec(),
        raw[1..].to_vec(),
        [&raw[..], &raw].concat(),
    ];
    for forged in forgeries {
        let forged_token = format!("{signed}.{}", to_base64url(&forged));
        assert_eq!(
            accept(&forged_token, &key, TypRule::Any),
            Err(JoseError::BadSignature),
            "{} bytes",
            forged.len()
        );
    }
}

#[test]
fn truncated_and_extended_signatures_of_every_algorithm() {
    for alg in Algorithm::ALL {
        let key = signing_key("k", alg);
        let token = good(&key);
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let raw = base64url(signature);
        let long = [&raw[..], &[0]].concat();
        for forged in [
            &[],
            &raw[..1],
            &raw[..raw.len() - 1],
            &raw[1..],
            &raw[..raw.len() / 2],
            &long[..],
        ] {
            let forged_token = format!("{signed}.{}", to_base64url(forged));
            assert_eq!(
                accept(&forged_token, &key, TypRule::Any),
                Err(JoseError::BadSignature),
                "{alg}"
            );
        }
    }
}

#[test]
fn kid_chooses_among_the_keys_given_and_nothing_else() {
    let [a, b] = ["a", "b"].map(|kid| signing_key(kid, Algorithm::ES256));
    let keys = [a.verifying_key(), b.verifying_key()];
    let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::Any);
    assert_eq!(verify(&good(&a), &rules).unwrap().key_index, 0);
    assert_eq!(verify(&good(&b), &rules).unwrap().key_index, 1);
    for kid in ["c", "../../etc/passwd", "' OR 1=1 --", "A"] {
        let stranger = signing_key(kid, Algorithm::ES256);
        assert_eq!(
            verify(&good(&stranger), &rules).unwrap_err(),
            JoseError::UnknownKey,
            "{kid}"
        );
    }
    let impostor = signing_key("a", Algorithm::ES256);
    assert_eq!(verify(&good(&impostor), &rules).unwrap_err(), JoseError::BadSignature);
    assert_eq!(
        verify(&good(&a), &Verification { keys: &[], ..rules }).unwrap_err(),
        JoseError::UnknownKey
    );
    assert_eq!(
        verify(
            &good(&a),
            &Verification {
                algorithms: &[],
                ..rules
            }
        )
        .unwrap_err(),
        JoseError::AlgorithmNotAllowed
    );
}

#[test]
fn a_key_inside_the_header_is_not_believed() {
    let (ours, theirs) = (signing_key("k", Algorithm::ES256), signing_key("k", Algorithm::ES256));
    let jwk = serde_json::to_value(theirs.public_jwk().unwrap()).unwrap();
    let header =
        serde_json::json!({"typ": "JWT", "jwk": jwk, "jku": "https://evil.example/keys", "alg": "none", "kid": "x"});
    let token = theirs
        .sign_with_header(header.as_object().unwrap(), CLAIMS.as_bytes())
        .unwrap();
    assert_eq!(parse(&token, 4096).unwrap().header().kid.as_deref(), Some("k"));
    assert_eq!(accept(&token, &theirs, TypRule::Any), Ok(()));
    assert_eq!(accept(&token, &ours, TypRule::Any), Err(JoseError::BadSignature));
}

#[test]
fn secrets_shorter_than_the_hash_are_refused() {
    for (alg, len) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        assert!(SigningKey::hmac(&vec![1; len], alg).is_ok());
        assert_eq!(
            SigningKey::hmac(&vec![1; len - 1], alg).unwrap_err(),
            JoseError::WeakKey
        );
        assert_eq!(
            VerifyingKey::hmac(&vec![1; len - 1], alg).unwrap_err(),
            JoseError::WeakKey
        );
    }
    assert_eq!(
        SigningKey::hmac(&[1; 64], Algorithm::RS256).unwrap_err(),
        JoseError::UnsupportedKey
    );
    assert_eq!(
        SigningKey::generate(Algorithm::HS256).unwrap_err(),
        JoseError::UnsupportedKey
    );
}

#[test]
fn debug_shows_no_secret() {
    let key = SigningKey::hmac(b"a secret that is long enough for HS256", Algorithm::HS256).unwrap();
    assert!(!format!("{key:?}{:?}", key.verifying_key()).contains("secret"));
    let shown = format!("{:?}", SigningKey::from_ed25519_seed(Some("k"), &[0xab; 32]).unwrap());
    assert_eq!(shown, r#"SigningKey { alg: EdDSA, kid: Some("k"), .. }"#);
}

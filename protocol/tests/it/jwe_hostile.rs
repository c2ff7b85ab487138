//! Encrypted messages that must not be opened (RFC 8725 section 3): each is refused for the reason that is meant, before any key is used.

use protocol::jose::{
    ContentEncryption, DecryptionKey, EncryptionKey, JoseError, KeyManagement, MAX_ENCRYPTED_BYTES, decrypt,
};
use serde_json::{Value, json};

use crate::fixtures::Counting;
use crate::support::{base64url, to_base64url};

const ALG: KeyManagement = KeyManagement::EcdhEs;
const ENC: ContentEncryption = ContentEncryption::A256Gcm;

fn own() -> DecryptionKey {
    DecryptionKey::from_pkcs8(Some("k"), ALG, &DecryptionKey::generate(ALG).unwrap()).unwrap()
}

fn good(key: &DecryptionKey) -> String {
    let key = EncryptionKey::from_jwk(key.public_jwk(), key.alg(), ENC).unwrap();
    key.encrypt(&Counting::default(), None, b"text").unwrap()
}

fn header_of(token: &str) -> Value {
    serde_json::from_slice(&base64url(token.split('.').next().unwrap())).unwrap()
}

/// The message with another text as its header; its tag does not fit any more, but nothing may get that far.
fn with_header(token: &str, header: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", to_base64url(header.as_bytes()))
}

fn with_member(token: &str, name: &str, value: Value) -> String {
    let mut header = header_of(token);
    header[name] = value;
    with_header(token, &header.to_string())
}

#[test]
fn headers_that_are_refused() {
    let key = own();
    let token = good(&key);
    let without = |name: &str| {
        let mut header = header_of(&token);
        header.as_object_mut().unwrap().remove(name);
        with_header(&token, &header.to_string())
    };
    let mut cases = vec![
        (with_member(&token, "zip", json!("DEF")), JoseError::Compressed),
        (with_member(&token, "zip", json!("GZIP")), JoseError::Compressed),
        (with_member(&token, "zip", Value::Null), JoseError::Compressed),
        (with_member(&token, "crit", json!(["exp"])), JoseError::CriticalHeader),
        (with_member(&token, "crit", json!([])), JoseError::CriticalHeader),
        (with_member(&token, "crit", json!(["b64"])), JoseError::CriticalHeader),
        (with_member(&token, "alg", json!(1)), JoseError::BadHeader),
        (with_member(&token, "alg", json!(["ECDH-ES"])), JoseError::BadHeader),
        (with_member(&token, "enc", json!(1)), JoseError::BadHeader),
        (with_member(&token, "kid", json!(1)), JoseError::BadHeader),
        (with_member(&token, "kid", json!("other")), JoseError::UnknownKey),
        (with_member(&token, "kid", json!("../../k")), JoseError::UnknownKey),
        (with_member(&token, "kid", json!("")), JoseError::UnknownKey),
        (with_member(&token, "kid", json!("k' OR '1'='1")), JoseError::UnknownKey),
        (with_member(&token, "epk", json!("x")), JoseError::BadHeader),
        (with_member(&token, "epk", json!({})), JoseError::UnsupportedKey),
        (
            with_member(&token, "epk", json!({"kty": "oct", "k": "AA"})),
            JoseError::PrivateKey,
        ),
        (with_member(&token, "apu", json!("=")), JoseError::BadBase64),
        (
            with_member(&token, "apu", json!(to_base64url(&[1; 513]))),
            JoseError::TooLarge,
        ),
        (with_member(&token, "apv", json!(1)), JoseError::BadHeader),
        (with_member(&token, "x", json!([[[[1]]]])), JoseError::TooDeep),
        (
            with_member(&token, "x", json!("h".repeat(8 * 1024))),
            JoseError::TooLarge,
        ),
        (without("alg"), JoseError::BadHeader),
        (without("enc"), JoseError::BadHeader),
        (without("epk"), JoseError::BadHeader),
        (with_header(&token, "[]"), JoseError::BadJson),
        (with_header(&token, ""), JoseError::BadJson),
        (
            with_header(&token, r#"{"alg":"ECDH-ES","alg":"ECDH-ES"}"#),
            JoseError::DuplicateMember,
        ),
        (
            with_header(&token, r#"{"alg":"ECDH-ES","\u0061lg":"dir"}"#),
            JoseError::DuplicateMember,
        ),
        (
            with_header(&token, r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"k"}"#),
            JoseError::UnknownKey,
        ),
    ];
    for name in [
        "none",
        "dir",
        "RSA1_5",
        "RSA-OAEP",
        "RSA-OAEP-512",
        "A128KW",
        "A256KW",
        "A256GCMKW",
        "PBES2-HS256+A128KW",
        "PBES2-HS512+A256KW",
        "ECDH-ES+A192KW",
        "ecdh-es",
        "HS256",
        "",
    ] {
        cases.push((with_member(&token, "alg", json!(name)), JoseError::UnknownAlgorithm));
    }
    for name in ["none", "A192GCM", "A192CBC-HS384", "a256gcm", "A256GCM ", "RS256", ""] {
        cases.push((with_member(&token, "enc", json!(name)), JoseError::UnknownAlgorithm));
    }
    let keys = [key];
    assert!(decrypt(&token, &keys).is_ok());
    for (token, why) in cases {
        assert_eq!(decrypt(&token, &keys).unwrap_err(), why, "{}", header_of_any(&token));
    }
}

/// The header for a message of a failed test, whatever it is.
fn header_of_any(token: &str) -> String {
    let header: String = token.split('.').next().unwrap().chars().take(200).collect();
    String::from_utf8_lossy(&base64url(&header[..header.len() / 4 * 4])).into_owned()
}

#[test]
fn other_forms_and_lengths() {
    let key = own();
    let token = good(&key);
    let parts: Vec<&str> = token.split('.').collect();
    let keys = [key];
    for text in [
        "",
        ".",
        "a.b.c",
        "....",
        ".....",
        &format!("{token}.x"),
        &parts[..4].join("."),
    ] {
        let error = decrypt(text, &keys).unwrap_err();
        let expected = if text == "...." {
            JoseError::BadJson
        } else {
            JoseError::NotFiveParts
        };
        assert_eq!(error, expected, "{text}");
    }
    for at in 0..5 {
        let mut changed = parts.clone();
        let odd = format!("{}=", parts[at]);
        changed[at] = &odd;
        assert_eq!(
            decrypt(&changed.join("."), &keys).unwrap_err(),
            JoseError::BadBase64,
            "{at}"
        );
    }
    let general = json!({"protected": parts[0], "recipients": [{"encrypted_key": ""}], "iv": parts[2]}).to_string();
    assert_eq!(decrypt(&general, &keys).unwrap_err(), JoseError::NotFiveParts);
    let long = format!("{}.{}", parts[..4].join("."), "A".repeat(MAX_ENCRYPTED_BYTES));
    assert_eq!(decrypt(&long, &keys).unwrap_err(), JoseError::TooLarge);
    // Whatever goes wrong after the header was read has one answer.
    for (at, value) in [
        (1, "AAAA"),
        (2, ""),
        (2, "AAAA"),
        (3, ""),
        (4, ""),
        (4, "AAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let mut changed = parts.clone();
        changed[at] = value;
        assert_eq!(
            decrypt(&changed.join("."), &keys).unwrap_err(),
            JoseError::DecryptionFailed,
            "{at}: {value}"
        );
    }
}

#[test]
fn an_ephemeral_key_of_another_curve_or_off_its_curve() {
    let key = own();
    let token = good(&key);
    let generate = DecryptionKey::generate_x25519().unwrap();
    let x25519 = DecryptionKey::from_pkcs8(None, ALG, &generate).unwrap();
    let okp = serde_json::to_value(x25519.public_jwk()).unwrap();
    let epk = header_of(&token)["epk"].clone();
    let changed = |name: &str, value: Value| {
        let mut epk = epk.clone();
        epk[name] = value;
        epk
    };
    let off = {
        let mut y = base64url(epk["y"].as_str().unwrap());
        y[31] ^= 1;
        changed("y", json!(to_base64url(&y)))
    };
    let keys = [key];
    for (epk, why) in [
        (okp, JoseError::DecryptionFailed),
        (off, JoseError::DecryptionFailed),
        (changed("x", json!(to_base64url(&[0; 32]))), JoseError::DecryptionFailed),
        (changed("crv", json!("P-384")), JoseError::DecryptionFailed),
        (changed("crv", json!("secp256k1")), JoseError::UnsupportedKey),
        (changed("x", json!(to_base64url(&[1; 33]))), JoseError::BadKey),
        (changed("d", json!("AA")), JoseError::PrivateKey),
    ] {
        let token = with_member(&token, "epk", epk);
        assert_eq!(decrypt(&token, &keys).unwrap_err(), why);
    }
}

#[test]
fn a_broken_rsa_key_fails_like_a_broken_tag() {
    let alg = KeyManagement::RsaOaep256;
    let key = DecryptionKey::from_pkcs8(Some("k"), alg, &base64url(crate::support::RFC_7520_RSA)).unwrap();
    let token = good(&key);
    let keys = [key];
    let parts: Vec<&str> = token.split('.').collect();
    for value in [
        String::new(),
        "AAAA".to_owned(),
        to_base64url(&[0; 256]),
        to_base64url(&[0xff; 256]),
        to_base64url(&[1; 257]),
    ] {
        let mut changed = parts.clone();
        changed[1] = &value;
        assert_eq!(
            decrypt(&changed.join("."), &keys).unwrap_err(),
            JoseError::DecryptionFailed
        );
    }
    let with_epk = with_member(&token, "epk", json!({"kty": "EC"}));
    assert_eq!(decrypt(&with_epk, &keys).unwrap_err(), JoseError::BadHeader);
}

#[test]
fn a_message_inside_a_message_is_opened_once() {
    let key = own();
    let encrypting = EncryptionKey::from_jwk(key.public_jwk(), ALG, ENC).unwrap();
    let mut token = "text".to_owned();
    for _ in 0..3 {
        token = encrypting
            .encrypt(&Counting::default(), Some("JWT"), token.as_bytes())
            .unwrap();
    }
    let opened = decrypt(&token, &[key]).unwrap();
    let inner = std::str::from_utf8(&opened.plaintext).unwrap();
    assert_eq!(inner.split('.').count(), 5, "what is inside is not looked at");
}

#[test]
fn a_message_without_kid_tries_the_keys_of_its_algorithm() {
    let (one, two) = (own(), own());
    let mut jwk = two.public_jwk().clone();
    jwk.kid = None;
    let encrypting = EncryptionKey::from_jwk(&jwk, ALG, ENC).unwrap();
    let token = encrypting.encrypt(&Counting::default(), None, b"text").unwrap();
    assert_eq!(decrypt(&token, &[one, two]).unwrap().key_index, 1);
    assert_eq!(decrypt(&token, &[]).unwrap_err(), JoseError::UnknownKey);
}

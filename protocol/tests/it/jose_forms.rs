//! Tokens whose form is wrong: size, parts, base64url, JSON, header members and kind.

use aws_lc_rs::hmac;
use protocol::jose::{Algorithm, JoseError, MAX_TOKEN_BYTES, SigningKey, TypRule, Verification, parse, typ, verify};

use crate::support::{signing_key, to_base64url};

const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"alice"}"#;

fn accept(token: &str, key: &SigningKey, typ: TypRule<'_>) -> Result<(), JoseError> {
    verify(token, &Verification::new(&[key.verifying_key()], &[key.alg()], typ)).map(|_| ())
}

fn good(key: &SigningKey) -> String {
    key.sign_bytes(Some(typ::JWT), CLAIMS.as_bytes()).unwrap()
}

/// A token with this header and payload, honestly signed with a shared secret.
fn hs256(header: &str, payload: &[u8]) -> String {
    let signed = format!("{}.{}", to_base64url(header.as_bytes()), to_base64url(payload));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 64]), signed.as_bytes());
    format!("{signed}.{}", to_base64url(tag.as_ref()))
}

#[test]
fn critical_extensions_are_refused() {
    let secret = signing_key("k", Algorithm::HS256);
    for crit in [
        r#"["b64"]"#,
        r#"["exp"]"#,
        "[]",
        "null",
        r#""b64""#,
        r#"["alg"]"#,
        r#"["http://example.com/x"]"#,
    ] {
        let token = hs256(
            &format!(r#"{{"alg":"HS256","b64":false,"crit":{crit}}}"#),
            CLAIMS.as_bytes(),
        );
        assert_eq!(
            accept(&token, &secret, TypRule::Any),
            Err(JoseError::CriticalHeader),
            "{crit}"
        );
    }
}

#[test]
fn json_that_two_readers_may_read_differently() {
    let secret = signing_key("k", Algorithm::HS256);
    let headers = [
        (r#"{"alg":"HS256","alg":"HS256"}"#, JoseError::DuplicateMember),
        (r#"{"alg":"none","\u0061lg":"HS256"}"#, JoseError::DuplicateMember),
        (r#"{"alg":"HS256","kid":["k"]}"#, JoseError::BadHeader),
        (r#"{"alg":"HS256","kid":null}"#, JoseError::BadHeader),
        (r#"{"alg":"HS256","typ":1}"#, JoseError::BadHeader),
        (r#"{"alg":["HS256"]}"#, JoseError::BadHeader),
        (r#"{"typ":"JWT"}"#, JoseError::BadHeader),
        (r#"["alg","HS256"]"#, JoseError::BadJson),
        (r#"{"alg":"HS256"}x"#, JoseError::BadJson),
        ("", JoseError::BadJson),
        (r#"{"alg":"HS256","x":{"y":{"z":{"a":{}}}}}"#, JoseError::TooDeep),
    ];
    for (header, why) in headers {
        assert_eq!(
            accept(&hs256(header, CLAIMS.as_bytes()), &secret, TypRule::Any),
            Err(why),
            "{header}"
        );
    }
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    let payloads = [
        (r#"{"sub":"alice","sub":"admin"}"#, JoseError::DuplicateMember),
        (r#"{"act":{"sub":"a","sub":"b"}}"#, JoseError::DuplicateMember),
        (r#""alice""#, JoseError::BadJson),
        ("", JoseError::BadJson),
        (r#"{"exp":1e999}"#, JoseError::BadJson),
        (deep.as_str(), JoseError::TooDeep),
    ];
    for (payload, why) in payloads {
        let token = hs256(r#"{"alg":"HS256"}"#, payload.as_bytes());
        assert_eq!(
            accept(&token, &secret, TypRule::Any),
            Err(why),
            "{}",
            &payload[..payload.len().min(40)]
        );
    }
    assert_eq!(
        accept(&hs256(r#"{"alg":"HS256"}"#, b"{\"a\":\"\xff\"}"), &secret, TypRule::Any),
        Err(JoseError::BadJson)
    );
}

#[test]
fn size_and_shape() {
    let key = signing_key("k", Algorithm::ES256);
    let token = good(&key);
    let huge = hs256(
        &format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(MAX_TOKEN_BYTES)),
        CLAIMS.as_bytes(),
    );
    assert_eq!(accept(&huge, &key, TypRule::Any), Err(JoseError::TooLarge));
    assert_eq!(parse(&token, token.len() - 1).unwrap_err(), JoseError::TooLarge);
    assert!(parse(&token, token.len()).is_ok());
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts")
    };
    for shape in [
        "",
        ".",
        "a",
        "a.b",
        &format!("{token}."),
        &format!("{token}.a"),
        &format!("{header}{payload}{signature}"),
    ] {
        assert_eq!(parse(shape, 4096).unwrap_err(), JoseError::NotThreeParts, "{shape}");
    }
    assert_eq!(parse(&format!("{token}.a.b"), 4096).unwrap_err(), JoseError::Encrypted);
    let variants = [
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}=="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}. {payload}.{signature}"),
        format!("{header}.{payload}\r\n.{signature}"),
        format!("{header}.{payload}.+{}", &signature[1..]),
        format!("{header}.{payload}./{}", &signature[1..]),
        format!("{header}.{payload}.\u{e9}{}", &signature[2..]),
        format!("{header}.{payload}.\0{}", &signature[1..]),
        format!(
            "{header}.{payload}.{}",
            &signature[1..signature.len() - 1].repeat(2)[..signature.len() + 3]
        ),
    ];
    for variant in variants {
        assert_eq!(
            accept(&variant, &key, TypRule::Any),
            Err(JoseError::BadBase64),
            "{variant:?}"
        );
    }
}

#[test]
fn stray_bits_in_the_last_character() {
    let key = signing_key("k", Algorithm::ES256);
    let token = good(&key);
    // 64 bytes leave four free bits in the last character.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(token.chars().last().unwrap()).unwrap();
    assert_eq!(last % 16, 0);
    for bits in 1..16 {
        let other = format!("{}{}", &token[..token.len() - 1], &alphabet[last + bits..=last + bits]);
        assert_eq!(accept(&other, &key, TypRule::Any), Err(JoseError::BadBase64));
    }
}

#[test]
fn kinds_of_token_cannot_be_swapped() {
    let key = signing_key("k", Algorithm::EdDSA);
    let kinds = [
        typ::JWT,
        typ::ACCESS_TOKEN,
        typ::LOGOUT_TOKEN,
        typ::CLIENT_ASSERTION,
        typ::REQUEST_OBJECT,
        typ::DPOP_PROOF,
    ];
    for made in kinds {
        for expected in kinds {
            let token = key.sign_bytes(Some(made), CLAIMS.as_bytes()).unwrap();
            let outcome = accept(&token, &key, TypRule::OneOf(&[expected]));
            assert_eq!(
                outcome,
                if made == expected {
                    Ok(())
                } else {
                    Err(JoseError::WrongTyp)
                },
                "{made} as {expected}"
            );
        }
    }
    let spellings = [
        ("AT+JWT", true),
        ("application/at+jwt", true),
        ("Application/AT+jwt", true),
        ("application/application/at+jwt", false),
        ("application/", false),
        ("text/at+jwt", false),
        ("at+jwt ", false),
        ("", false),
    ];
    for (spelling, fits) in spellings {
        let token = key.sign_bytes(Some(spelling), CLAIMS.as_bytes()).unwrap();
        assert_eq!(
            accept(&token, &key, TypRule::OneOf(&[typ::ACCESS_TOKEN])).is_ok(),
            fits,
            "{spelling}"
        );
    }
    let without = key.sign_bytes(None, CLAIMS.as_bytes()).unwrap();
    assert_eq!(
        accept(&without, &key, TypRule::OneOf(&[typ::JWT])),
        Err(JoseError::WrongTyp)
    );
    assert_eq!(accept(&without, &key, TypRule::OneOfOrAbsent(&[typ::JWT])), Ok(()));
    let access = key.sign_bytes(Some(typ::ACCESS_TOKEN), CLAIMS.as_bytes()).unwrap();
    assert_eq!(
        accept(&access, &key, TypRule::OneOfOrAbsent(&[typ::JWT])),
        Err(JoseError::WrongTyp)
    );
}

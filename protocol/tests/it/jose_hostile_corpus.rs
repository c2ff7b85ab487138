//! A table of hostile signed tokens, each with the one reason it is refused for (RFC 8725 sections 2 and 3; ASVS 9): the header decides
//! nothing, `kid` is data, `jku` and its like are not followed, and nothing large or deep is worked on.

use protocol::jose::{Algorithm, JoseError, MAX_TOKEN_BYTES, SigningKey, TypRule, Verification, typ, verify};
use serde_json::json;

use crate::support::{signing_key, to_base64url};

const CLAIMS: &str = r#"{"sub":"alice"}"#;

/// A token whose signature by `key` is right, with any header at all.
fn signed(key: &SigningKey, header: &str) -> String {
    signed_parts(key, header, CLAIMS)
}

fn signed_parts(key: &SigningKey, header: &str, claims: &str) -> String {
    // The key writes a header of its own; what it signs here is the text that we want.
    let first = format!(
        "{}.{}",
        to_base64url(header.as_bytes()),
        to_base64url(claims.as_bytes())
    );
    let tag = match key.alg() {
        Algorithm::HS256 => aws_lc_rs::hmac::sign(
            &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[7; 64]),
            first.as_bytes(),
        ),
        other => panic!("{other} can not be signed by hand here"),
    };
    format!("{first}.{}", to_base64url(tag.as_ref()))
}

fn judge(token: &str, key: &SigningKey) -> Result<(), JoseError> {
    let (keys, algs) = ([key.verifying_key()], [key.alg()]);
    verify(token, &Verification::new(&keys, &algs, TypRule::OneOf(&[typ::JWT]))).map(|_| ())
}

#[test]
fn headers_whose_signature_would_be_right() {
    let key = signing_key("k", Algorithm::HS256);
    let bomb = "[".repeat(2000) + &"]".repeat(2000);
    let long = "x".repeat(8 * 1024);
    let table: Vec<(String, Result<(), JoseError>)> = vec![
        (r#"{"alg":"HS256","typ":"JWT"}"#.into(), Ok(())),
        // Addresses and keys in the header are data that nobody looks at.
        (
            r#"{"alg":"HS256","typ":"JWT","jku":"http://127.0.0.1:1/keys"}"#.into(),
            Ok(()),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","x5u":"file:///etc/passwd"}"#.into(),
            Ok(()),
        ),
        (r#"{"alg":"HS256","typ":"JWT","x5c":["AAAA"]}"#.into(), Ok(())),
        (
            r#"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AAAA"}}"#.into(),
            Ok(()),
        ),
        (r#"{"alg":"HS256","typ":"JWT","b64":true}"#.into(), Ok(())),
        (r#"{"alg":"HS256","typ":"JWT","b64":false}"#.into(), Ok(())),
        (r#"{"alg":"HS256","typ":"JWT","zip":"DEF"}"#.into(), Ok(())),
        // A kid is compared, never opened, fetched or asked for. Keys without a kid of their own stay candidates.
        (
            r#"{"alg":"HS256","typ":"JWT","kid":"../../../../dev/null"}"#.into(),
            Ok(()),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","kid":"http://127.0.0.1:1/"}"#.into(),
            Ok(()),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","kid":"x' UNION SELECT 'key"}"#.into(),
            Ok(()),
        ),
        (r#"{"alg":"HS256","typ":"JWT","kid":"\u0000"}"#.into(), Ok(())),
        (
            r#"{"alg":"HS256","typ":"JWT","kid":7}"#.into(),
            Err(JoseError::BadHeader),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","kid":["k"]}"#.into(),
            Err(JoseError::BadHeader),
        ),
        // Extensions that must be understood are not.
        (
            r#"{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}"#.into(),
            Err(JoseError::CriticalHeader),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","crit":["exp"],"exp":1}"#.into(),
            Err(JoseError::CriticalHeader),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","crit":[]}"#.into(),
            Err(JoseError::CriticalHeader),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","crit":"alg"}"#.into(),
            Err(JoseError::CriticalHeader),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","crit":null}"#.into(),
            Err(JoseError::CriticalHeader),
        ),
        // The header does not choose how it is judged.
        (r#"{"alg":"none","typ":"JWT"}"#.into(), Err(JoseError::Unsecured)),
        (
            r#"{"alg":"HS512","typ":"JWT"}"#.into(),
            Err(JoseError::AlgorithmNotAllowed),
        ),
        (
            r#"{"alg":"RS256","typ":"JWT"}"#.into(),
            Err(JoseError::AlgorithmNotAllowed),
        ),
        (r#"{"alg":"dir","typ":"JWT"}"#.into(), Err(JoseError::UnknownAlgorithm)),
        (r#"{"alg":["HS256"],"typ":"JWT"}"#.into(), Err(JoseError::BadHeader)),
        (r#"{"alg":null,"typ":"JWT"}"#.into(), Err(JoseError::BadHeader)),
        (r#"{"typ":"JWT"}"#.into(), Err(JoseError::BadHeader)),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#.into(), Err(JoseError::WrongTyp)),
        (r#"{"alg":"HS256","typ":1}"#.into(), Err(JoseError::BadHeader)),
        (r#"{"alg":"HS256"}"#.into(), Err(JoseError::WrongTyp)),
        // One name, two values: two readers would not agree.
        (
            r#"{"alg":"HS256","alg":"none","typ":"JWT"}"#.into(),
            Err(JoseError::DuplicateMember),
        ),
        (
            r#"{"alg":"HS256","\u0061lg":"HS256","typ":"JWT"}"#.into(),
            Err(JoseError::DuplicateMember),
        ),
        // Size and depth.
        (
            format!(r#"{{"alg":"HS256","typ":"JWT","x":"{long}"}}"#),
            Err(JoseError::TooLarge),
        ),
        (
            format!(r#"{{"alg":"HS256","typ":"JWT","x":{bomb}}}"#),
            Err(JoseError::TooDeep),
        ),
        (
            r#"{"alg":"HS256","typ":"JWT","x":[[[[1]]]]}"#.into(),
            Err(JoseError::TooDeep),
        ),
        // Not an object, or not only one.
        (r#"[{"alg":"HS256","typ":"JWT"}]"#.into(), Err(JoseError::BadJson)),
        (r#"{"alg":"HS256","typ":"JWT"}{}"#.into(), Err(JoseError::BadJson)),
        (r#""HS256""#.into(), Err(JoseError::BadJson)),
        (
            "{\"alg\":\"HS256\",\"typ\":\"JWT\"}\u{0}".into(),
            Err(JoseError::BadJson),
        ),
        (String::new(), Err(JoseError::BadJson)),
    ];
    for (header, expected) in table {
        let shown: String = header.chars().take(120).collect();
        assert_eq!(judge(&signed(&key, &header), &key), expected, "{shown}");
    }
}

#[test]
fn claims_whose_signature_would_be_right() {
    let key = signing_key("k", Algorithm::HS256);
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    for (claims, expected) in [
        (deep(31), Ok(())),
        (deep(32), Err(JoseError::TooDeep)),
        (deep(4000), Err(JoseError::TooDeep)),
        (
            r#"{"sub":"alice","sub":"bob"}"#.to_owned(),
            Err(JoseError::DuplicateMember),
        ),
        (r#"{"a":{"b":1,"b":2}}"#.to_owned(), Err(JoseError::DuplicateMember)),
        (r#"["alice"]"#.to_owned(), Err(JoseError::BadJson)),
        (r#"{"n":1e400}"#.to_owned(), Err(JoseError::BadJson)),
        ("x".repeat(MAX_TOKEN_BYTES), Err(JoseError::TooLarge)),
        // A token inside a token is not unwrapped.
        (signed(&key, header), Err(JoseError::BadJson)),
    ] {
        let shown: String = claims.chars().take(60).collect();
        assert_eq!(judge(&signed_parts(&key, header, &claims), &key), expected, "{shown}");
    }
}

#[test]
fn forms_that_are_not_the_compact_one() {
    let key = signing_key("k", Algorithm::HS256);
    let good = signed(&key, r#"{"alg":"HS256","typ":"JWT"}"#);
    let parts: Vec<&str> = good.split('.').collect();
    let flattened = json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string();
    let general =
        json!({"payload": parts[1], "signatures": [{"protected": parts[0], "signature": parts[2]}]}).to_string();
    for (token, why) in [
        (flattened, JoseError::NotThreeParts),
        (general, JoseError::NotThreeParts),
        (String::new(), JoseError::NotThreeParts),
        (format!("{}.{}", parts[0], parts[1]), JoseError::NotThreeParts),
        (format!("{good}.e30"), JoseError::NotThreeParts),
        (format!("{good}.e30.e30"), JoseError::Encrypted),
        (format!("{good}.e30.e30.e30"), JoseError::NotThreeParts),
        (format!(" {good}"), JoseError::BadBase64),
        (format!("{good} "), JoseError::BadBase64),
        (format!("{good}="), JoseError::BadBase64),
        (format!("{good}\n"), JoseError::BadBase64),
        (good.replace('-', "+").replace('_', "/") + "+", JoseError::BadBase64),
        (format!("{}..{}", parts[0], parts[2]), JoseError::BadSignature),
        (format!("{}.{}.", parts[0], parts[1]), JoseError::BadSignature),
        (
            format!("{}.{}.{}", parts[0], parts[1], parts[1]),
            JoseError::BadSignature,
        ),
    ] {
        assert_eq!(judge(&token, &key), Err(why), "{token}");
    }
    assert_eq!(judge(&good, &key), Ok(()));
}

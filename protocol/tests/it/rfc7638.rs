//! The thumbprint of RFC 7638 section 3.1.

use protocol::jose::{Algorithm, Jwk, SigningKey};

use crate::support::{RFC_7520_RSA, base64url};

const KEY: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
const THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

#[test]
fn example_of_section_3_1() {
    let key = Jwk::parse(KEY.as_bytes()).unwrap();
    assert_eq!(key.thumbprint(), THUMBPRINT);
    assert_eq!(key.kid.as_deref(), Some("2011-04-29"));
}

#[test]
fn only_required_members_count() {
    let padded = KEY.replace("\"AQAB\"", "\"AAEAAQ\"").replace("2011-04-29", "another");
    assert_eq!(Jwk::parse(padded.as_bytes()).unwrap().thumbprint(), THUMBPRINT);
}

#[test]
fn a_signing_key_without_id_takes_its_thumbprint() {
    let key = SigningKey::from_pkcs8(None, Algorithm::PS256, &base64url(RFC_7520_RSA)).unwrap();
    assert_eq!(key.kid().unwrap(), key.public_jwk().unwrap().thumbprint());
}

//! Tokens: nothing that was not signed verifies, and nothing that was not encrypted for us opens.

use protocol::duration::Span;
use protocol::jose::{
    Algorithm, JoseError, TypRule, Verification, VerifyingKey, check_times, decrypt, parse_times, verify,
};

use crate::world::{NOW, SECRET, decryption_key, signing_key};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "eyJhbGciOiJub25lIn0",
    "eyJhbGciOiJIUzI1NiJ9",
    "eyJ6aXAiOiJERUYifQ",
    ".",
    "..",
    "...",
    "....",
    "=",
    "-",
    "_",
    "eyJhbGciOiJFZERTQSIsImNyaXQiOlsiYjY0Il0sImI2NCI6ZmFsc2V9",
    "AAAA",
    "{}",
    "e30",
];

/// What was signed by the key of the world, before the last dot.
pub(crate) const SIGNED: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUuY29tL2FwcGxpY2F0aW9uL28vd2lraS8iLCJhdWQiOiJ3aWtpLWNsaWVudCIsImF6cCI6Indpa2ktY2xpZW50Iiwic3ViIjoiYWRhIiwic2lkIjoic2lkIiwiaWF0IjoxNzk1MDAwMDAwLCJleHAiOjE3OTUwMDM2MDB9";
/// What was encrypted for the key of the world.
pub(crate) const ENCRYPTED: &[u8] = b"only this was ever encrypted";

/// A signed token.
pub(crate) fn signed(input: &[u8]) -> Place {
    let Ok(token) = std::str::from_utf8(input) else {
        return place(0);
    };
    let keys = [
        signing_key().verifying_key(),
        VerifyingKey::hmac(SECRET.as_bytes(), Algorithm::HS256).expect("a key"),
    ];
    let rules = Verification::new(&keys, &Algorithm::ALL, TypRule::Any);
    match verify(token, &rules) {
        Ok(verified) => {
            assert!(
                token.starts_with(SIGNED) && token.as_bytes().get(SIGNED.len()) == Some(&b'.'),
                "a forgery: {token}"
            );
            let times = parse_times(&verified.claims);
            let now = check_times(&verified.claims, NOW, Span::ZERO);
            place((times.is_ok(), now.is_ok()))
        }
        Err(error) => reason(&error),
    }
}

/// An encrypted message.
pub(crate) fn encrypted(input: &[u8]) -> Place {
    let Ok(token) = std::str::from_utf8(input) else {
        return place(0);
    };
    match decrypt(token, &[decryption_key()]) {
        Ok(opened) => {
            assert_eq!(opened.plaintext.as_slice(), ENCRYPTED, "a forgery: {token}");
            place(opened.cty)
        }
        Err(error) => reason(&error),
    }
}

fn reason(error: &JoseError) -> Place {
    assert!(!error.to_string().is_empty());
    place(error.public())
}

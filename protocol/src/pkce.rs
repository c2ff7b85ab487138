//! Proof Key for Code Exchange (RFC 7636): the form of challenge and verifier, and whether they belong together.
//!
//! Whether a client must use PKCE, and whether it may use `plain`, is decided where the client is known.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The shortest and longest verifier (RFC 7636 section 4.1).
const VERIFIER_CHARACTERS: std::ops::RangeInclusive<usize> = 43..=128;
/// SHA-256 in base64url without padding.
const S256_CHARACTERS: usize = 43;

/// `code_challenge_method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeChallengeMethod {
    /// The challenge is the SHA-256 of the verifier in base64url.
    S256,
    /// The challenge is the verifier; refused unless an application allows it.
    Plain,
}

impl CodeChallengeMethod {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }
}

impl FromStr for CodeChallengeMethod {
    type Err = PkceError;

    fn from_str(name: &str) -> Result<Self, PkceError> {
        match name {
            "S256" => Ok(Self::S256),
            "plain" => Ok(Self::Plain),
            _ => Err(PkceError::UnknownMethod),
        }
    }
}

/// A challenge of the right form, kept with the code until it is redeemed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge {
    value: String,
    method: CodeChallengeMethod,
}

impl CodeChallenge {
    /// `code_challenge` as it was sent.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// `code_challenge_method`.
    pub fn method(&self) -> CodeChallengeMethod {
        self.method
    }
}

/// Stored with the authorization request as an object of the two parameters; read back through the same checks.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    code_challenge: String,
    code_challenge_method: String,
}

impl serde::Serialize for CodeChallenge {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            code_challenge: self.value().to_owned(),
            code_challenge_method: self.method().as_str().to_owned(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for CodeChallenge {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        parse_code_challenge(&stored.code_challenge, Some(&stored.code_challenge_method))
            .map_err(|error| serde::de::Error::custom(error.public()))
    }
}

/// Why PKCE failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PkceError {
    /// `code_challenge_method` is neither `S256` nor `plain`.
    UnknownMethod,
    /// `code_challenge` does not have the form of its method.
    BadChallenge,
    /// `code_verifier` is not 43 to 128 unreserved characters.
    BadVerifier,
    /// The verifier does not belong to the challenge.
    Mismatch,
}

impl PkceError {
    /// The stable code of this cause.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownMethod => "pkce_unknown_method",
            Self::BadChallenge => "pkce_bad_challenge",
            Self::BadVerifier => "pkce_bad_verifier",
            Self::Mismatch => "pkce_mismatch",
        }
    }

    /// A short sentence that may be shown to anyone.
    pub const fn public(self) -> &'static str {
        match self {
            Self::UnknownMethod => "code_challenge_method is S256 or plain.",
            Self::BadChallenge => {
                "code_challenge is the base64url of a SHA-256 (43 characters) for S256, or 43 to 128 unreserved characters for plain."
            }
            Self::BadVerifier => "code_verifier is 43 to 128 letters, digits, or any of - . _ ~.",
            Self::Mismatch => "code_verifier does not belong to the code_challenge of this code.",
        }
    }
}

impl fmt::Display for PkceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.public())
    }
}

impl std::error::Error for PkceError {}

/// Reads `code_challenge` and `code_challenge_method` (RFC 7636 section 4.3). Without a method it is `plain`.
///
/// # Errors
/// `UnknownMethod`, `BadChallenge`.
pub fn parse_code_challenge(challenge: &str, method: Option<&str>) -> Result<CodeChallenge, PkceError> {
    let method = method.map_or(Ok(CodeChallengeMethod::Plain), str::parse)?;
    let fits = match method {
        CodeChallengeMethod::Plain => is_verifier(challenge),
        CodeChallengeMethod::S256 => {
            challenge.len() == S256_CHARACTERS && URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|hash| hash.len() == 32)
        }
    };
    if !fits {
        return Err(PkceError::BadChallenge);
    }
    Ok(CodeChallenge {
        value: challenge.to_owned(),
        method,
    })
}

/// Checks `code_verifier` against the challenge of the code (RFC 7636 section 4.6), in constant time.
///
/// # Errors
/// `BadVerifier`, `Mismatch`.
pub fn check_code_verifier(challenge: &CodeChallenge, verifier: &str) -> Result<(), PkceError> {
    if !is_verifier(verifier) {
        return Err(PkceError::BadVerifier);
    }
    let computed = match challenge.method {
        CodeChallengeMethod::S256 => mint_s256_challenge(verifier),
        CodeChallengeMethod::Plain => verifier.to_owned(),
    };
    if bool::from(computed.as_bytes().ct_eq(challenge.value.as_bytes())) {
        Ok(())
    } else {
        Err(PkceError::Mismatch)
    }
}

/// The S256 challenge of a verifier (RFC 7636 section 4.2), for the times when we are the client.
pub fn mint_s256_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

fn is_verifier(text: &str) -> bool {
    VERIFIER_CHARACTERS.contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn example_of_appendix_b() {
        let challenge = parse_code_challenge(CHALLENGE, Some("S256")).unwrap();
        assert_eq!(check_code_verifier(&challenge, VERIFIER), Ok(()));
        assert_eq!(mint_s256_challenge(VERIFIER), CHALLENGE);
        assert_eq!(check_code_verifier(&challenge, CHALLENGE), Err(PkceError::Mismatch));
        let plain = parse_code_challenge(VERIFIER, None).unwrap();
        assert_eq!(plain.method(), CodeChallengeMethod::Plain);
        assert_eq!(check_code_verifier(&plain, VERIFIER), Ok(()));
        assert_eq!(check_code_verifier(&plain, CHALLENGE), Err(PkceError::Mismatch));
    }

    #[test]
    fn form_of_challenge() {
        let long = "a".repeat(128);
        let accepted = [
            (&long[..43], "plain"),
            (&long[..], "plain"),
            ("-._~".repeat(11).leak(), "plain"),
        ];
        for (challenge, method) in accepted {
            assert!(parse_code_challenge(challenge, Some(method)).is_ok(), "{challenge}");
        }
        let refused = [
            (String::new(), "S256"),
            (CHALLENGE[..42].to_owned(), "S256"),
            (format!("{CHALLENGE}="), "S256"),
            (format!("{CHALLENGE}A"), "S256"),
            // The last character holds bits that no SHA-256 leaves behind.
            (format!("{}N", &CHALLENGE[..42]), "S256"),
            (CHALLENGE.replace('-', "+"), "S256"),
            (CHALLENGE.replace('-', "."), "S256"),
            ("a".repeat(42), "plain"),
            ("a".repeat(129), "plain"),
            (format!("{} ", "a".repeat(42)), "plain"),
            (format!("{}\u{e9}", "a".repeat(42)), "plain"),
            (format!("{}\n", "a".repeat(42)), "plain"),
        ];
        for (challenge, method) in refused {
            assert_eq!(
                parse_code_challenge(&challenge, Some(method)),
                Err(PkceError::BadChallenge),
                "{challenge:?}"
            );
        }
        for method in ["s256", "PLAIN", "", "S256 ", "none"] {
            assert_eq!(
                parse_code_challenge(CHALLENGE, Some(method)),
                Err(PkceError::UnknownMethod),
                "{method}"
            );
        }
    }

    #[test]
    fn form_of_verifier() {
        let challenge = parse_code_challenge(CHALLENGE, Some("S256")).unwrap();
        for verifier in [
            String::new(),
            VERIFIER[..42].to_owned(),
            "a".repeat(129),
            format!("{VERIFIER}="),
            format!("{VERIFIER} "),
        ] {
            assert_eq!(
                check_code_verifier(&challenge, &verifier),
                Err(PkceError::BadVerifier),
                "{verifier:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn only_its_own_verifier_fits(verifier in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
            for (challenge, method) in [(mint_s256_challenge(&verifier), "S256"), (verifier.clone(), "plain")] {
                let challenge = parse_code_challenge(&challenge, Some(method)).unwrap();
                prop_assert_eq!(check_code_verifier(&challenge, &verifier), Ok(()));
                prop_assert_eq!(check_code_verifier(&challenge, &other).is_ok(), other == verifier);
            }
        }
    }
}

//! The signature algorithms of RFC 7518 section 3.1 and RFC 8037, and what follows from each: key type, hash, signature length.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Curve, JoseError, base64url};

/// A JWS algorithm. `none` is not one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256; what every client understands.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// Ed25519 (RFC 8037); the name `Ed25519` of RFC 9864 is read as the same.
    EdDSA,
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
}

/// The kind of key that an algorithm needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// RSA, 2048 to 8192 bits.
    Rsa,
    /// An elliptic curve of NIST.
    Ec(Curve),
    /// Ed25519.
    Ed25519,
    /// A shared secret.
    Secret,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 13] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
        Self::HS256,
        Self::HS384,
        Self::HS512,
    ];

    /// The algorithms with a public key: what may be accepted from a party whose keys are published.
    pub const ASYMMETRIC: [Self; 10] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    /// The algorithms of a shared secret, such as a client secret.
    pub const SYMMETRIC: [Self; 3] = [Self::HS256, Self::HS384, Self::HS512];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::EdDSA => "EdDSA",
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    /// The kind of key it needs.
    pub const fn key_type(self) -> KeyType {
        match self {
            Self::RS256 | Self::RS384 | Self::RS512 | Self::PS256 | Self::PS384 | Self::PS512 => KeyType::Rsa,
            Self::ES256 => KeyType::Ec(Curve::P256),
            Self::ES384 => KeyType::Ec(Curve::P384),
            Self::ES512 => KeyType::Ec(Curve::P521),
            Self::EdDSA => KeyType::Ed25519,
            Self::HS256 | Self::HS384 | Self::HS512 => KeyType::Secret,
        }
    }

    /// True for the HMAC algorithms.
    pub const fn is_symmetric(self) -> bool {
        matches!(self.key_type(), KeyType::Secret)
    }

    /// `at_hash` or `c_hash` of `value` (OpenID Connect Core 3.1.3.6): the left half of the algorithm's own hash of the ASCII value, in
    /// base64url. EdDSA on Ed25519 hashes with SHA-512.
    pub fn hash_half(self, value: &[u8]) -> String {
        let whole = digest::digest(self.hash(), value);
        let half = whole.as_ref().len() / 2;
        base64url::encode(whole.as_ref().get(..half).unwrap_or_default())
    }

    /// The hash inside the algorithm.
    pub(super) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 | Self::HS256 => &digest::SHA256,
            Self::RS384 | Self::PS384 | Self::ES384 | Self::HS384 => &digest::SHA384,
            Self::RS512 | Self::PS512 | Self::ES512 | Self::HS512 | Self::EdDSA => &digest::SHA512,
        }
    }

    /// The shortest secret that may be the key, in bytes: as long as the hash (RFC 7518, section 3.2; OpenID Connect Core, section 10.1).
    /// None where the key is no shared secret.
    pub const fn shortest_secret(self) -> Option<usize> {
        match self {
            Self::HS256 => Some(32),
            Self::HS384 => Some(48),
            Self::HS512 => Some(64),
            _ => None,
        }
    }

    /// The length of a signature in bytes; none for RSA, where the key decides.
    pub(super) const fn signature_len(self) -> Option<usize> {
        match self.key_type() {
            KeyType::Rsa => None,
            KeyType::Ec(curve) => Some(2 * curve.coordinate_len()),
            KeyType::Ed25519 => Some(64),
            // The whole hash.
            KeyType::Secret => self.shortest_secret(),
        }
    }
}

impl FromStr for Algorithm {
    type Err = JoseError;

    /// Reads a registered name. Names are case-sensitive (RFC 7515 section 4.1.1).
    fn from_str(name: &str) -> Result<Self, JoseError> {
        if name == "Ed25519" {
            return Ok(Self::EdDSA);
        }
        if name.eq_ignore_ascii_case("none") {
            return Err(JoseError::Unsecured);
        }
        Self::ALL
            .into_iter()
            .find(|alg| alg.as_str() == name)
            .ok_or(JoseError::UnknownAlgorithm)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Algorithm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

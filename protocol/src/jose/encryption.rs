//! The encryption algorithms of RFC 7518 sections 4 and 5 that this server has: how the key of a message reaches its reader, and how the
//! message itself is encrypted. What is not here (`dir`, `RSA1_5`, `RSA-OAEP` with SHA-1, PBES2) is refused like an unknown name.

use std::fmt;
use std::str::FromStr;

use super::{Curve, JoseError, KeyType, PublicKey};

/// How the content encryption key reaches the reader (the header `alg` of RFC 7516 section 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyManagement {
    /// RSAES OAEP with SHA-256 and MGF1 with SHA-256 (RFC 7518 section 4.3).
    RsaOaep256,
    /// The agreed key is the content key itself (RFC 7518 section 4.6).
    EcdhEs,
    /// The agreed key wraps the content key with AES-128 (RFC 3394).
    EcdhEsA128Kw,
    /// The agreed key wraps the content key with AES-256 (RFC 3394).
    EcdhEsA256Kw,
}

/// How the message is encrypted (the header `enc` of RFC 7516 section 4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentEncryption {
    /// AES-128 in CBC mode with HMAC-SHA-256 (RFC 7518 section 5.2.3).
    A128CbcHs256,
    /// AES-256 in CBC mode with HMAC-SHA-512 (RFC 7518 section 5.2.5).
    A256CbcHs512,
    /// AES-128 in Galois/Counter mode (RFC 7518 section 5.3).
    A128Gcm,
    /// AES-256 in Galois/Counter mode (RFC 7518 section 5.3).
    A256Gcm,
}

impl KeyManagement {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// Whether a key of this kind can be used with it.
    pub const fn fits(self, key: &PublicKey) -> bool {
        match key {
            PublicKey::Rsa { .. } => matches!(self, Self::RsaOaep256),
            PublicKey::Ec { .. } | PublicKey::X25519 { .. } => !matches!(self, Self::RsaOaep256),
            PublicKey::Ed25519 { .. } => false,
        }
    }

    /// The usual one for a key: RSA-OAEP-256, or ECDH-ES.
    ///
    /// # Errors
    /// `UnsupportedKey` for a key that only signs.
    pub const fn usual_for(key: &PublicKey) -> Result<Self, JoseError> {
        match key {
            PublicKey::Rsa { .. } => Ok(Self::RsaOaep256),
            PublicKey::Ec { .. } | PublicKey::X25519 { .. } => Ok(Self::EcdhEs),
            PublicKey::Ed25519 { .. } => Err(JoseError::UnsupportedKey),
        }
    }

    /// The kind of key that is made for it when nothing else is said.
    pub const fn usual_key_type(self) -> KeyType {
        match self {
            Self::RsaOaep256 => KeyType::Rsa,
            Self::EcdhEs | Self::EcdhEsA128Kw | Self::EcdhEsA256Kw => KeyType::Ec(Curve::P256),
        }
    }

    /// The length of the key that wraps the content key; none where nothing is wrapped by a shared key.
    pub(super) const fn wrapping_len(self) -> Option<usize> {
        match self {
            Self::RsaOaep256 | Self::EcdhEs => None,
            Self::EcdhEsA128Kw => Some(16),
            Self::EcdhEsA256Kw => Some(32),
        }
    }
}

impl ContentEncryption {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::A128CbcHs256, Self::A256CbcHs512, Self::A128Gcm, Self::A256Gcm];

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Bytes of its key.
    pub(super) const fn key_len(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A128CbcHs256 | Self::A256Gcm => 32,
            Self::A256CbcHs512 => 64,
        }
    }

    /// Bytes of its initialization vector.
    pub(super) const fn iv_len(self) -> usize {
        match self {
            Self::A128CbcHs256 | Self::A256CbcHs512 => 16,
            Self::A128Gcm | Self::A256Gcm => 12,
        }
    }

    /// Bytes of its authentication tag.
    pub(super) const fn tag_len(self) -> usize {
        match self {
            Self::A256CbcHs512 => 32,
            Self::A128CbcHs256 | Self::A128Gcm | Self::A256Gcm => 16,
        }
    }
}

impl FromStr for KeyManagement {
    type Err = JoseError;

    /// Reads a registered name, which is case-sensitive.
    fn from_str(name: &str) -> Result<Self, JoseError> {
        let mut all = Self::ALL.into_iter();
        all.find(|alg| alg.as_str() == name).ok_or(JoseError::UnknownAlgorithm)
    }
}

impl FromStr for ContentEncryption {
    type Err = JoseError;

    /// Reads a registered name, which is case-sensitive.
    fn from_str(name: &str) -> Result<Self, JoseError> {
        let mut all = Self::ALL.into_iter();
        all.find(|enc| enc.as_str() == name).ok_or(JoseError::UnknownAlgorithm)
    }
}

impl fmt::Display for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ContentEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

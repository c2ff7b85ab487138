//! A set of public keys (RFC 7517 section 5): ours to publish, or one that was fetched.

use serde::Serialize;
use serde_json::Value;

use super::{JoseError, Jwk, VerifyingKey, json};

/// The most keys that a set may hold.
pub const MAX_JWKS_KEYS: usize = 100;
/// The largest text of a set, in bytes.
pub const MAX_JWKS_BYTES: usize = 512 * 1024;
/// Set, list, key, and room for the members of a key.
const MAX_DEPTH: usize = 8;

/// Public keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The usable ones, in the order of the text.
    pub keys: Vec<Jwk>,
    /// The others, for an administrator to read.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// An entry of a set that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Its position in the list.
    pub index: usize,
    /// What is wrong with it.
    pub why: JoseError,
}

impl JwkSet {
    /// A set of these keys.
    pub fn new(keys: Vec<Jwk>) -> Self {
        Self {
            keys,
            skipped: Vec::new(),
        }
    }

    /// Reads a set. An entry that cannot be used (unknown type, private members, malformed) is skipped with its reason, as RFC 7517
    /// section 5 asks; a set without `keys` is empty, because some servers publish `{}` when they have none.
    ///
    /// # Errors
    /// `TooLarge`, `TooManyKeys`, `BadJson`, `DuplicateMember`, `TooDeep`: the text as a whole is refused.
    pub fn parse(text: &[u8]) -> Result<Self, JoseError> {
        if text.len() > MAX_JWKS_BYTES {
            return Err(JoseError::TooLarge);
        }
        let members = json::parse_object(text, MAX_DEPTH)?;
        let entries = match members.get("keys") {
            None => return Ok(Self::default()),
            Some(Value::Array(entries)) => entries,
            Some(_) => return Err(JoseError::BadJson),
        };
        if entries.len() > MAX_JWKS_KEYS {
            return Err(JoseError::TooManyKeys);
        }
        let mut set = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            match entry.as_object().ok_or(JoseError::BadKey).and_then(Jwk::from_members) {
                Ok(key) => set.keys.push(key),
                Err(why) => set.skipped.push(Skipped { index, why }),
            }
        }
        Ok(set)
    }

    /// The keys that can verify signatures, parsed once. Keys for encryption and keys whose numbers do not fit are left out.
    pub fn verifying_keys(&self) -> Vec<VerifyingKey> {
        self.keys
            .iter()
            .filter_map(|key| VerifyingKey::from_jwk(key).ok())
            .collect()
    }
}

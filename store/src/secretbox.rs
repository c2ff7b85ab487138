//! Secrets at rest: sealed with AES-256-GCM under a master key, with the key's id beside the sealed value.
//!
//! The first key seals, all keys open, so that keys can be changed without touching what is stored. The purpose of a secret is bound to it,
//! so that a sealed value copied to another place does not open there. Random bytes come in as an argument.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    digest,
};
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Random bytes that sealing needs. Never use the same twice.
pub const NONCE_LEN: usize = 12;

const VERSION: &str = "v1";
const CHECK_PURPOSE: &str = "master-key-check";
const CHECK_TEXT: &[u8] = b"vestibule";

/// Why a key or a sealed value was refused. Says nothing about their content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The configured list is empty or an entry is not 32 bytes in base64.
    #[error("master_key {position} is not 32 bytes in base64")]
    Key {
        /// Place in the list, from 1.
        position: usize,
    },
    /// The value is not in the form that sealing makes.
    #[error("not a sealed value")]
    Form,
    /// Sealed under a key that is not in the list.
    #[error("sealed under master key {id}, which is not configured")]
    UnknownKey {
        /// The id of the missing key.
        id: String,
    },
    /// The value was changed, or was sealed for another purpose.
    #[error("a sealed value does not open: it was changed or belongs elsewhere")]
    Open,
}

struct MasterKey {
    id: String,
    key: LessSafeKey,
}

/// The master keys of this installation.
pub struct MasterKeys {
    first: MasterKey,
    others: Vec<MasterKey>,
}

/// Shows the ids of the keys, never the keys.
impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all().map(|key| &key.id)).finish()
    }
}

impl MasterKeys {
    /// Reads keys of 32 bytes in base64 (either alphabet, with or without padding). The first one seals.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, SecretError> {
        let mut parsed = Vec::new();
        for (index, text) in keys.into_iter().enumerate() {
            parsed.push(parse_key(text.trim()).ok_or(SecretError::Key { position: index + 1 })?);
        }
        let mut parsed = parsed.into_iter();
        let first = parsed.next().ok_or(SecretError::Key { position: 1 })?;
        Ok(Self {
            first,
            others: parsed.collect(),
        })
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn sealing_id(&self) -> &str {
        &self.first.id
    }

    /// Seals `secret` for `purpose` (for example `source.client_secret:src_01...`): `v1.<key id>.<nonce and ciphertext in base64url>`.
    pub fn seal(&self, purpose: &str, secret: &[u8], nonce: [u8; NONCE_LEN]) -> Result<String, SecretError> {
        let MasterKey { id, key } = &self.first;
        let mut buffer = Zeroizing::new(secret.to_vec());
        let tag =
            key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad(id, purpose), buffer.as_mut());
        let tag = tag.map_err(|_| SecretError::Open)?;
        let mut sealed = nonce.to_vec();
        sealed.extend_from_slice(&buffer);
        sealed.extend_from_slice(tag.as_ref());
        Ok(format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens what [`MasterKeys::seal`] made for the same purpose under any of the keys.
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let (id, body) = split(sealed)?;
        let key = self
            .all()
            .find(|key| key.id == id)
            .ok_or_else(|| SecretError::UnknownKey { id: id.to_owned() })?;
        let mut bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(body).map_err(|_| SecretError::Form)?);
        let Some((nonce, ciphertext)) = bytes.split_first_chunk_mut::<NONCE_LEN>() else {
            return Err(SecretError::Form);
        };
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = key
            .key
            .open_in_place(nonce, aad(id, purpose), ciphertext)
            .map_err(|_| SecretError::Open)?;
        Ok(Zeroizing::new(opened.to_vec()))
    }

    /// True when the value was sealed by another key than the one that seals now, so that a job may seal it again.
    pub fn is_sealed_by_older_key(&self, sealed: &str) -> Result<bool, SecretError> {
        Ok(split(sealed)?.0 != self.first.id)
    }

    /// A value to store once, by which a wrong master key is noticed before anything is touched.
    pub fn check_value(&self, nonce: [u8; NONCE_LEN]) -> Result<String, SecretError> {
        self.seal(CHECK_PURPOSE, CHECK_TEXT, nonce)
    }

    /// Checks the stored value: an error means that these keys do not belong to this database.
    pub fn verify_check_value(&self, stored: &str) -> Result<(), SecretError> {
        let opened = self.open(CHECK_PURPOSE, stored)?;
        if opened.as_slice() == CHECK_TEXT {
            Ok(())
        } else {
            Err(SecretError::Open)
        }
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

fn split(sealed: &str) -> Result<(&str, &str), SecretError> {
    let rest = sealed
        .strip_prefix(VERSION)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or(SecretError::Form)?;
    rest.split_once('.')
        .filter(|(id, _)| !id.is_empty() && id.len() <= 32)
        .ok_or(SecretError::Form)
}

/// Binds version, key and purpose to the ciphertext; the id has no dot, so the parts cannot be confused.
fn aad(id: &str, purpose: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{VERSION}.{id}.{purpose}").into_bytes())
}

fn parse_key(text: &str) -> Option<MasterKey> {
    let plain = Zeroizing::new(text.trim_end_matches('=').replace('-', "+").replace('_', "/"));
    let bytes = Zeroizing::new(
        base64::engine::general_purpose::STANDARD_NO_PAD
            .decode(plain.as_bytes())
            .ok()?,
    );
    if bytes.len() != 32 || (text.ends_with('=') && STANDARD.encode(bytes.as_slice()).len() != text.len()) {
        return None;
    }
    let mut named = Zeroizing::new(b"vestibule master key id\0".to_vec());
    named.extend_from_slice(&bytes);
    let hash = digest::digest(&digest::SHA256, &named);
    let id = URL_SAFE_NO_PAD.encode(hash.as_ref().get(..6)?);
    let key = UnboundKey::new(&AES_256_GCM, &bytes).ok()?;
    Some(MasterKey {
        id,
        key: LessSafeKey::new(key),
    })
}

//! Reading an encrypted message in compact form (RFC 7516 section 5.2).
//!
//! The keys decide the algorithm; the message only chooses among them. Compression is refused, whatever it hides, and so are `crit`, keys
//! given by address, and every algorithm that [`KeyManagement`] and [`ContentEncryption`] do not know.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::agreement::Parties;
use super::verify::{MAX_HEADER_BYTES, MAX_HEADER_DEPTH};
use super::{ContentEncryption, DecryptionKey, JoseError, Jwk, KeyManagement, base64url, content, json};

/// The longest encrypted message that is looked at: a token of the longest kind inside, with its wrapping.
pub const MAX_ENCRYPTED_BYTES: usize = 24 * 1024;
/// The longest `apu` or `apv`, in bytes.
const MAX_PARTY: usize = 512;

/// A message that was opened.
#[derive(Debug)]
pub struct Decrypted {
    /// What it says.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// `cty`: `JWT` when a token is inside.
    pub cty: Option<String>,
    /// The position of the key that fits.
    pub key_index: usize,
}

struct Header {
    alg: KeyManagement,
    enc: ContentEncryption,
    kid: Option<String>,
    cty: Option<String>,
    epk: Option<Jwk>,
    apu: Vec<u8>,
    apv: Vec<u8>,
}

/// Opens a message with the one of `keys` that it names by `kid`, or, when it names none, with each key of its algorithm.
///
/// # Errors
/// `TooLarge`, `NotFiveParts`, `BadBase64`, `BadJson`, `DuplicateMember`, `TooDeep`, `BadHeader`, `CriticalHeader`, `Compressed`,
/// `UnknownAlgorithm`, `UnknownKey`, or `DecryptionFailed` for everything that goes wrong after that.
pub fn decrypt(token: &str, keys: &[DecryptionKey]) -> Result<Decrypted, JoseError> {
    if token.len() > MAX_ENCRYPTED_BYTES {
        return Err(JoseError::TooLarge);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [protected, encrypted_key, iv, ciphertext, tag] = parts[..] else {
        return Err(JoseError::NotFiveParts);
    };
    let header = parse_header(protected)?;
    let (encrypted_key, iv) = (base64url::decode(encrypted_key)?, base64url::decode(iv)?);
    let (ciphertext, tag) = (base64url::decode(ciphertext)?, base64url::decode(tag)?);
    let parties = Parties {
        apu: &header.apu,
        apv: &header.apv,
    };
    let candidates = keys
        .iter()
        .enumerate()
        .filter(|(_, key)| key.alg() == header.alg && (header.kid.is_none() || header.kid.as_deref() == key.kid()));
    let mut outcome = Err(JoseError::UnknownKey);
    for (key_index, key) in candidates {
        let cek = key.content_key(header.enc, &encrypted_key, header.epk.as_ref(), parties);
        outcome = content::open(header.enc, &cek, &iv, protected.as_bytes(), &ciphertext, &tag)
            .map(|plaintext| (plaintext, key_index))
            .map_err(|_| JoseError::DecryptionFailed);
        if outcome.is_ok() {
            break;
        }
    }
    let (plaintext, key_index) = outcome?;
    Ok(Decrypted {
        plaintext,
        cty: header.cty,
        key_index,
    })
}

fn parse_header(protected: &str) -> Result<Header, JoseError> {
    if protected.len() > MAX_HEADER_BYTES {
        return Err(JoseError::TooLarge);
    }
    let members = json::parse_object(&base64url::decode(protected)?, MAX_HEADER_DEPTH)?;
    // No extension is understood here (RFC 7516 section 4.1.13).
    if members.contains_key("crit") {
        return Err(JoseError::CriticalHeader);
    }
    // What is small outside can be huge inside; nobody needs it for a token (RFC 8725 section 3.6).
    if members.contains_key("zip") {
        return Err(JoseError::Compressed);
    }
    let alg: KeyManagement = text(&members, "alg")?.ok_or(JoseError::BadHeader)?.parse()?;
    let enc = text(&members, "enc")?.ok_or(JoseError::BadHeader)?.parse()?;
    let agrees = alg != KeyManagement::RsaOaep256;
    let epk = match members.get("epk") {
        Some(Value::Object(epk)) if agrees => Some(Jwk::from_members(epk)?),
        None if !agrees => None,
        _ => return Err(JoseError::BadHeader),
    };
    Ok(Header {
        alg,
        enc,
        kid: text(&members, "kid")?.map(str::to_owned),
        cty: text(&members, "cty")?.map(str::to_owned),
        epk,
        apu: party(&members, "apu")?,
        apv: party(&members, "apv")?,
    })
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JoseError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(JoseError::BadHeader),
    }
}

fn party(members: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JoseError> {
    let bytes = base64url::decode(text(members, name)?.unwrap_or_default())?;
    if bytes.len() > MAX_PARTY {
        return Err(JoseError::TooLarge);
    }
    Ok(bytes)
}

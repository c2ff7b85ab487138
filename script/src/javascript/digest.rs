//! Hashes, HMAC and random bytes for the module `crypto`.

use aws_lc_rs::digest::{self, digest};
use aws_lc_rs::hmac;
use md5::{Digest as _, Md5};

/// The most random bytes that one call gives.
const MOST: usize = 64 * 1024;

/// The hash of data, by the name that Node gives it.
pub(super) fn hash(name: &str, data: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match name {
        "md5" => return Some(Md5::digest(data).to_vec()),
        "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => &digest::SHA224,
        "sha256" => &digest::SHA256,
        "sha384" => &digest::SHA384,
        "sha512" => &digest::SHA512,
        _ => return None,
    };
    Some(digest(algorithm, data).as_ref().to_vec())
}

/// The HMAC of data under a key.
pub(super) fn keyed(name: &str, key: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match name {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => hmac::HMAC_SHA224,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    Some(hmac::sign(&hmac::Key::new(algorithm, key), data).as_ref().to_vec())
}

/// Random bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "a worker has no source of the server, and nothing of ours is made of these bytes"
)]
pub(super) fn random(size: f64) -> Option<Vec<u8>> {
    let size = (0..=MOST).contains(&(size as usize)).then_some(size as usize)?;
    let mut bytes = vec![0; size];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let hex = |bytes: Option<Vec<u8>>| super::super::bytes::decode(bytes.unwrap(), "hex");
        assert_eq!(hex(hash("md5", b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(hash("sha1", b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(hex(hash("sha256", b"abc")).starts_with("ba7816bf8f01cfea"));
        assert!(
            hex(keyed("sha256", b"key", b"The quick brown fox jumps over the lazy dog"))
                .starts_with("f7bc83f430538424")
        );
        assert!(hash("whirlpool", b"").is_none() && keyed("md5", b"", b"").is_none());
        assert_eq!(random(16.0).unwrap().len(), 16);
        assert!(random(1e9).is_none() && random(-1.0).unwrap().is_empty());
    }
}

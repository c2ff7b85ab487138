//! Ids and secret values: how they are made from the time and the entropy of a request.
//!
//! An id is a short prefix and a ULID (`app_01J...`): sortable by the time of its making, safe to show. A secret value
//! (code, token, session) is 256 random bits in base64url; only its SHA-256 is ever stored.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::env::Entropy;
use crate::time::Time;

/// The SHA-256 of a secret value: what the store keeps in place of the value.
pub type SecretHash = [u8; 32];

/// A new id: `prefix`, an underscore and a ULID of `now` and 80 random bits.
#[must_use]
pub fn new_id(prefix: &str, now: Time, entropy: &dyn Entropy) -> String {
    let mut random = [0u8; 16];
    entropy.fill(&mut random[..10]);
    let millis = u64::try_from(now.0 / 1000).unwrap_or(0);
    let ulid = ulid::Ulid::from_parts(millis, u128::from_le_bytes(random));
    let mut text = String::with_capacity(prefix.len() + 1 + ulid::ULID_LEN);
    text.push_str(prefix);
    text.push('_');
    let mut buffer = [0u8; ulid::ULID_LEN];
    text.push_str(ulid.array_to_str(&mut buffer));
    text
}

/// A new secret value of 256 random bits, 43 characters of base64url.
#[must_use]
pub fn new_secret(entropy: &dyn Entropy) -> String {
    let mut random = [0u8; 32];
    entropy.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// A secret value of `length` letters and digits, each drawn without bias; for client ids and secrets that people copy.
#[must_use]
pub fn new_alphanumeric(length: usize, entropy: &dyn Entropy) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(length);
    let mut bytes = [0u8; 64];
    while text.len() < length {
        entropy.fill(&mut bytes);
        // 248 is the largest multiple of 62 in a byte; what lies above would favour the first letters.
        text.extend(
            bytes
                .iter()
                .filter(|byte| **byte < 248)
                .map(|byte| char::from(ALPHABET[usize::from(*byte % 62)]))
                .take(length - text.len()),
        );
    }
    text
}

/// The hash under which a secret value is stored and looked up.
#[must_use]
pub fn hash_secret(value: &str) -> SecretHash {
    let digest = digest::digest(&digest::SHA256, value.as_bytes());
    let mut hash = [0u8; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

/// Lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for byte in out {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn entropy() -> Counting {
        Counting(std::sync::atomic::AtomicU8::new(0))
    }

    #[test]
    fn ids_carry_their_prefix_and_sort_by_time() {
        let early = new_id("app", Time::from_seconds(1_000), &entropy());
        let late = new_id("app", Time::from_seconds(2_000), &entropy());
        assert!(early.starts_with("app_") && early.len() == 30);
        assert!(early < late);
    }

    #[test]
    fn alphanumeric_values_have_their_length_and_alphabet() {
        let value = new_alphanumeric(128, &entropy());
        assert_eq!(value.len(), 128);
        assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn the_hash_of_a_secret_is_its_sha256() {
        assert_eq!(
            hex(&hash_secret("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

//! JSON Object Signing and Encryption: JWS and JWE in compact form (RFC 7515, RFC 7516), public keys as JWK and JWK sets (RFC 7517),
//! thumbprints (RFC 7638), the algorithms of RFC 7518 and RFC 8037, and the care that RFC 8725 asks for.
//!
//! Every primitive comes from aws-lc-rs; this module only composes them. It owns the form of a token and its signature. It does
//! not know what a claim means: issuer, audience, nonce and replay belong to the callers, and only [`check_times`] looks at the clock
//! value that it is given. Keys are parsed once and then shared; nothing is parsed per signature.

mod agreement;
mod algorithm;
mod base64url;
mod content;
mod decrypt;
mod decryption_key;
mod der;
mod encryption;
mod encryption_key;
mod error;
pub(crate) mod json;
mod jwk;
mod jwk_set;
mod private_key;
mod signing_key;
mod times;
pub mod typ;
mod verify;
mod verifying_key;

pub use algorithm::{Algorithm, KeyType};
pub use decrypt::{Decrypted, MAX_ENCRYPTED_BYTES, decrypt};
pub use decryption_key::DecryptionKey;
pub use encryption::{ContentEncryption, KeyManagement};
pub use encryption_key::EncryptionKey;
pub use error::JoseError;
pub use jwk::{Curve, Jwk, PublicKey};
pub use jwk_set::{JwkSet, MAX_JWKS_BYTES, MAX_JWKS_KEYS, Skipped};
pub use private_key::{PrivateKey, PrivateKeyForm};
pub use signing_key::SigningKey;
pub use times::{Times, check_times, parse_times};
pub use verify::{Header, MAX_TOKEN_BYTES, Parsed, TypRule, Verification, Verified, parse, verify};
pub use verifying_key::VerifyingKey;

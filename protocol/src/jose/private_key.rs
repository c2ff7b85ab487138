//! Private keys as they come from outside, brought into the one form that is stored: PKCS#8.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::EcdsaKeyPair;
use zeroize::Zeroizing;

use super::decryption_key::public_half;
use super::signing_key::{ec_algorithm, rsa_rejected};
use super::{Curve, JoseError, PublicKey};

/// What stands before the 32 bytes of an X25519 key in PKCS#8 (RFC 8410 section 7), for which the library has no reader.
pub(super) const X25519_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20,
];
/// Bytes of an X25519 key.
pub(super) const X25519_LEN: usize = 32;

/// The form of the bytes of a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivateKeyForm {
    /// `PRIVATE KEY`: `PrivateKeyInfo` (RFC 5958).
    Pkcs8,
    /// `RSA PRIVATE KEY`: `RSAPrivateKey` (RFC 8017 appendix A.1.2).
    Pkcs1,
    /// `EC PRIVATE KEY`: `ECPrivateKey` (RFC 5915).
    Sec1,
}

/// A private key in PKCS#8 with its public half.
pub struct PrivateKey {
    /// PKCS#8.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The public numbers.
    pub public: PublicKey,
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// Reads a private key of any kind that this server can use: RSA, P-256, P-384, P-521, Ed25519, X25519.
    ///
    /// # Errors
    /// `BadKey` when the bytes are no such key, `WeakKey` for RSA under 2048 bits, `UnsupportedKey` for another kind.
    pub fn read(form: PrivateKeyForm, der: &[u8]) -> Result<Self, JoseError> {
        let pkcs8 = match form {
            PrivateKeyForm::Pkcs8 => der.to_vec(),
            PrivateKeyForm::Pkcs1 => {
                let pair = KeyPair::from_der(der).map_err(rsa_rejected)?;
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| JoseError::BadKey)?;
                pkcs8.as_ref().to_vec()
            }
            PrivateKeyForm::Sec1 => [Curve::P256, Curve::P384, Curve::P521]
                .into_iter()
                .find_map(|curve| EcdsaKeyPair::from_private_key_der(ec_algorithm(curve), der).ok())
                .and_then(|pair| pair.to_pkcs8v1().ok())
                .ok_or(JoseError::BadKey)?
                .as_ref()
                .to_vec(),
        };
        let pkcs8 = Zeroizing::new(pkcs8);
        let public = public_half(&pkcs8)?;
        Ok(Self { pkcs8, public })
    }
}

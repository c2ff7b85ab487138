//! The private half of an encryption pair, for messages that come back to us.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::encoding::Curve25519SeedBin;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

use super::agreement::{Parties, derive, of_curve, of_public, public_of, unwrap};
use super::private_key::{X25519_LEN, X25519_PREFIX};
use super::{ContentEncryption, Curve, JoseError, Jwk, KeyManagement, KeyType, PublicKey, SigningKey};

/// A key that decrypts; cloning shares it. `Debug` shows its id and algorithm only.
#[derive(Clone)]
pub struct DecryptionKey(Arc<Inner>);

struct Inner {
    alg: KeyManagement,
    jwk: Jwk,
    material: Material,
    /// Makes the content key that stands in for one that can not be unwrapped.
    fallback: hmac::Key,
}

enum Material {
    Rsa(OaepPrivateDecryptingKey),
    Agreement(PrivateKey),
}

impl DecryptionKey {
    /// A private key from PKCS#8 for one algorithm. Without `kid` the key's SHA-256 thumbprint becomes its id.
    ///
    /// # Errors
    /// `BadKey` when the bytes are no key for this algorithm, `WeakKey` for RSA under 2048 bits.
    pub fn from_pkcs8(kid: Option<&str>, alg: KeyManagement, pkcs8: &[u8]) -> Result<Self, JoseError> {
        let (public, material) = match alg {
            KeyManagement::RsaOaep256 => {
                // The public numbers come from the signing form of the same key.
                let signing = SigningKey::from_pkcs8(Some(""), super::Algorithm::RS256, pkcs8)?;
                let public = signing.public_jwk().ok_or(JoseError::BadKey)?.key().clone();
                let key = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| JoseError::BadKey)?;
                let key = OaepPrivateDecryptingKey::new(key).map_err(|_| JoseError::BadKey)?;
                (public, Material::Rsa(key))
            }
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => {
                let key = agreement_key(pkcs8)?;
                (public_of(&key)?, Material::Agreement(key))
            }
        };
        let mut jwk = Jwk::new(public)?;
        jwk.kid = Some(kid.map_or_else(|| jwk.thumbprint(), str::to_owned));
        jwk.alg = Some(alg.as_str().to_owned());
        jwk.key_use = Some("enc".to_owned());
        Ok(Self(Arc::new(Inner {
            alg,
            jwk,
            material,
            fallback: hmac::Key::new(hmac::HMAC_SHA512, pkcs8),
        })))
    }

    /// Makes a new private key in PKCS#8: RSA with 2048 bits, or one on P-256.
    ///
    /// # Errors
    /// `SigningFailed` when the library fails.
    pub fn generate(alg: KeyManagement) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        match alg.usual_key_type() {
            KeyType::Rsa => SigningKey::generate(super::Algorithm::RS256),
            _ => SigningKey::generate(super::Algorithm::ES256),
        }
    }

    /// Makes a new X25519 key in PKCS#8 (RFC 8410 section 7).
    ///
    /// # Errors
    /// `SigningFailed` when the library fails.
    pub fn generate_x25519() -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let failed = |_| JoseError::SigningFailed;
        let key = PrivateKey::generate(&aws_lc_rs::agreement::X25519).map_err(failed)?;
        let seed: Curve25519SeedBin<'_> = key.as_be_bytes().map_err(failed)?;
        Ok(Zeroizing::new([&X25519_PREFIX, seed.as_ref()].concat()))
    }

    /// The algorithm that this key is for.
    pub fn alg(&self) -> KeyManagement {
        self.0.alg
    }

    /// The key id.
    pub fn kid(&self) -> Option<&str> {
        self.0.jwk.kid.as_deref()
    }

    /// The public half with `kid`, `alg` and `use`.
    pub fn public_jwk(&self) -> &Jwk {
        &self.0.jwk
    }

    /// The content key of a message. One that can not be unwrapped is replaced by one that fits nothing, so that the message fails at its
    /// tag and nobody learns which step failed (RFC 7516 section 11.5).
    pub(super) fn content_key(
        &self,
        enc: ContentEncryption,
        encrypted_key: &[u8],
        epk: Option<&Jwk>,
        parties: Parties<'_>,
    ) -> Zeroizing<Vec<u8>> {
        match self.unwrap_key(enc, encrypted_key, epk, parties) {
            Ok(cek) if cek.len() == enc.key_len() => cek,
            _ => {
                let whole = hmac::sign(&self.0.fallback, encrypted_key);
                let cek = whole.as_ref().get(..enc.key_len()).unwrap_or_default();
                Zeroizing::new(cek.to_vec())
            }
        }
    }

    fn unwrap_key(
        &self,
        enc: ContentEncryption,
        encrypted_key: &[u8],
        epk: Option<&Jwk>,
        parties: Parties<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        match &self.0.material {
            Material::Rsa(key) => {
                let mut cek = Zeroizing::new(vec![0; key.min_output_size()]);
                let len = key
                    .decrypt(&OAEP_SHA256_MGF1SHA256, encrypted_key, &mut cek, None)?
                    .len();
                cek.truncate(len);
                Ok(cek)
            }
            Material::Agreement(key) => {
                let (algorithm, point) = epk.and_then(|epk| of_public(epk.key())).ok_or(Unspecified)?;
                if algorithm != key.algorithm() {
                    return Err(Unspecified);
                }
                let derived = derive(key, &point, self.0.alg, enc, parties)?;
                match self.0.alg.wrapping_len() {
                    Some(_) => unwrap(&derived, encrypted_key),
                    // Nothing stands there in direct agreement (RFC 7516 section 5.2, step 10).
                    None if encrypted_key.is_empty() => Ok(derived),
                    None => Err(Unspecified),
                }
            }
        }
    }
}

fn agreement_key(pkcs8: &[u8]) -> Result<PrivateKey, JoseError> {
    if let Some(seed) = pkcs8
        .strip_prefix(&X25519_PREFIX)
        .filter(|seed| seed.len() == X25519_LEN)
    {
        return PrivateKey::from_private_key(&aws_lc_rs::agreement::X25519, seed).map_err(|_| JoseError::BadKey);
    }
    [Curve::P256, Curve::P384, Curve::P521]
        .into_iter()
        .find_map(|curve| PrivateKey::from_private_key_der(of_curve(curve), pkcs8).ok())
        .ok_or(JoseError::BadKey)
}

/// The public half of a private key, without saying yet what it is for.
///
/// # Errors
/// `UnsupportedKey` when it is of no kind that is known here, `WeakKey` for RSA under 2048 bits.
pub(super) fn public_half(pkcs8: &[u8]) -> Result<PublicKey, JoseError> {
    if let Ok(key) = agreement_key(pkcs8) {
        return public_of(&key);
    }
    let alg = SigningKey::detect_algorithm(pkcs8)?;
    let key = SigningKey::from_pkcs8(Some(""), alg, pkcs8)?;
    Ok(key.public_jwk().ok_or(JoseError::BadKey)?.key().clone())
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("alg", &self.0.alg)
            .field("kid", &self.0.jwk.kid)
            .finish_non_exhaustive()
    }
}

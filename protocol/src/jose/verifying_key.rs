//! A key that checks signatures, parsed once and shared.
//!
//! A public key and a shared secret are different materials from the start, and each knows the algorithms it is for. So a token that says
//! `HS256` can never be checked with the bytes of a public key (RFC 8725 section 2.1).

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm};
use aws_lc_rs::{error::Unspecified, hmac};

use super::{Algorithm, Curve, JoseError, Jwk, KeyType, PublicKey};

/// A key that checks signatures; cloning shares it.
#[derive(Clone)]
pub struct VerifyingKey(Arc<Inner>);

struct Inner {
    kid: Option<String>,
    material: Material,
}

enum Material {
    /// One parsed form per algorithm that the key may be used with, and the length of a signature in bytes.
    Public {
        forms: Vec<(Algorithm, ParsedPublicKey)>,
        signature_len: usize,
    },
    Secret(Algorithm, Box<hmac::Key>),
}

impl VerifyingKey {
    /// A public key. Its `alg`, when stated, is the only algorithm it will be used with.
    ///
    /// # Errors
    /// `UnsupportedKey` when it is meant for encryption or its `alg` belongs to another kind of key, `BadKey` when its numbers are not a key.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, JoseError> {
        let for_signatures = jwk.key_use.as_deref().is_none_or(|purpose| purpose == "sig")
            && jwk
                .key_ops
                .as_ref()
                .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        if !for_signatures {
            return Err(JoseError::UnsupportedKey);
        }
        let only = jwk
            .alg
            .as_deref()
            .map(str::parse::<Algorithm>)
            .transpose()
            .map_err(|_| JoseError::UnsupportedKey)?;
        let (key_type, bytes, signature_len) = match jwk.key() {
            PublicKey::Rsa { n, e } => (KeyType::Rsa, rsa_der(n, e)?, n.len()),
            PublicKey::Ec { curve, x, y } => (
                KeyType::Ec(*curve),
                [&[4], x.as_slice(), y].concat(),
                2 * curve.coordinate_len(),
            ),
            PublicKey::Ed25519 { x } => (KeyType::Ed25519, x.to_vec(), 64),
            PublicKey::X25519 { .. } => return Err(JoseError::UnsupportedKey),
        };
        let forms = Algorithm::ASYMMETRIC
            .into_iter()
            .filter(|alg| alg.key_type() == key_type && only.is_none_or(|only| only == *alg))
            .map(|alg| Ok((alg, parse(alg, &bytes)?)))
            .collect::<Result<Vec<_>, JoseError>>()?;
        if forms.is_empty() {
            return Err(JoseError::UnsupportedKey);
        }
        Ok(Self(Arc::new(Inner {
            kid: jwk.kid.clone(),
            material: Material::Public { forms, signature_len },
        })))
    }

    /// A shared secret for one HMAC algorithm, such as a client secret.
    ///
    /// # Errors
    /// `UnsupportedKey` for another algorithm, `WeakKey` when the secret is shorter than the hash (RFC 7518 section 3.2).
    pub fn hmac(secret: &[u8], alg: Algorithm) -> Result<Self, JoseError> {
        hmac_key(secret, alg).map(|key| Self::from_hmac_key(alg, key))
    }

    pub(super) fn from_hmac_key(alg: Algorithm, key: hmac::Key) -> Self {
        Self(Arc::new(Inner {
            kid: None,
            material: Material::Secret(alg, Box::new(key)),
        }))
    }

    /// The key id.
    pub fn kid(&self) -> Option<&str> {
        self.0.kid.as_deref()
    }

    /// Whether this key may be used with `alg`.
    pub fn supports(&self, alg: Algorithm) -> bool {
        match &self.0.material {
            Material::Public { forms, .. } => forms.iter().any(|(of, _)| *of == alg),
            Material::Secret(of, _) => *of == alg,
        }
    }

    /// Checks a signature over `message`; its length must be exactly that of the algorithm (`r || s` for ECDSA, RFC 7518 section 3.4).
    ///
    /// # Errors
    /// `BadSignature`, or `UnknownKey` when the key is not for `alg`.
    pub fn check_signature(&self, alg: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), JoseError> {
        let outcome = match &self.0.material {
            Material::Secret(of, key) if *of == alg && alg.signature_len() == Some(signature.len()) => {
                hmac::verify(key, message, signature)
            }
            Material::Public { forms, signature_len } if *signature_len == signature.len() => {
                let (_, key) = forms.iter().find(|(of, _)| *of == alg).ok_or(JoseError::UnknownKey)?;
                key.verify_sig(message, signature)
            }
            _ if self.supports(alg) => Err(Unspecified),
            _ => return Err(JoseError::UnknownKey),
        };
        outcome.map_err(|_| JoseError::BadSignature)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("kid", &self.0.kid)
            .finish_non_exhaustive()
    }
}

/// The HMAC key of a secret, or `WeakKey` when the secret is shorter than the hash.
pub(super) fn hmac_key(secret: &[u8], alg: Algorithm) -> Result<hmac::Key, JoseError> {
    let hash = match alg {
        Algorithm::HS256 => hmac::HMAC_SHA256,
        Algorithm::HS384 => hmac::HMAC_SHA384,
        Algorithm::HS512 => hmac::HMAC_SHA512,
        _ => return Err(JoseError::UnsupportedKey),
    };
    if secret.len() < hash.tag_len() {
        return Err(JoseError::WeakKey);
    }
    Ok(hmac::Key::new(hash, secret))
}

/// The key as SubjectPublicKeyInfo: unlike the bare numbers, this form has its numbers checked when it is parsed.
pub(super) fn rsa_der(n: &[u8], e: &[u8]) -> Result<Vec<u8>, JoseError> {
    let der: PublicKeyX509Der<'_> = RsaPublicKeyComponents { n, e }
        .as_der()
        .map_err(|_| JoseError::BadKey)?;
    Ok(der.as_ref().to_vec())
}

fn parse(alg: Algorithm, bytes: &[u8]) -> Result<ParsedPublicKey, JoseError> {
    let algorithm: &'static dyn VerificationAlgorithm = match alg {
        Algorithm::RS256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::ES256 => &signature::ECDSA_P256_SHA256_FIXED,
        Algorithm::ES384 => &signature::ECDSA_P384_SHA384_FIXED,
        Algorithm::ES512 => &signature::ECDSA_P521_SHA512_FIXED,
        Algorithm::EdDSA => &signature::ED25519,
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => return Err(JoseError::UnsupportedKey),
    };
    UnparsedPublicKey::new(algorithm, bytes)
        .parse()
        .map_err(|_| JoseError::BadKey)
}

/// The coordinates of an uncompressed point.
pub(super) fn ec_public(curve: Curve, point: &[u8]) -> Option<PublicKey> {
    let (x, y) = point.strip_prefix(&[4])?.split_at_checked(curve.coordinate_len())?;
    Some(PublicKey::Ec {
        curve,
        x: x.to_vec(),
        y: y.to_vec(),
    })
}

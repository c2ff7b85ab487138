//! The public half of an encryption pair, parsed once and shared: what this server needs to write a message for somebody.
//!
//! Content keys and initialization vectors come from the caller's [`Entropy`]. The key pair of ECDH-ES and the padding of RSA-OAEP are
//! drawn by aws-lc-rs, which takes no random source from outside.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::agreement::{self, PrivateKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::agreement::{Parties, check_point, derive, of_public, public_of, wrap};
use super::verifying_key::rsa_der;
use super::{ContentEncryption, JoseError, Jwk, KeyManagement, PublicKey, base64url, content};
use crate::env::Entropy;

/// A key that encrypts; cloning shares it.
#[derive(Clone)]
pub struct EncryptionKey(Arc<Inner>);

struct Inner {
    alg: KeyManagement,
    enc: ContentEncryption,
    jwk: Jwk,
    material: Material,
}

enum Material {
    Rsa(OaepPublicEncryptingKey),
    Agreement(&'static agreement::Algorithm, Vec<u8>),
}

/// The header of a message of ours (RFC 7516 section 4).
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    enc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epk: Option<&'a Jwk>,
}

impl EncryptionKey {
    /// A public key, with the algorithms that are used with it. Its `kid` goes into every header.
    ///
    /// # Errors
    /// `UnsupportedKey` when the key is stated for something else or its kind does not fit `alg`, `BadKey` when its numbers are no key.
    pub fn from_jwk(jwk: &Jwk, alg: KeyManagement, enc: ContentEncryption) -> Result<Self, JoseError> {
        let for_encryption = jwk.key_use.as_deref().is_none_or(|purpose| purpose == "enc")
            && jwk.alg.as_deref().is_none_or(|only| only == alg.as_str())
            && jwk.key_ops.as_ref().is_none_or(|operations| {
                let mut names = operations.iter().map(String::as_str);
                names.any(|name| matches!(name, "encrypt" | "wrapKey" | "deriveKey" | "deriveBits"))
            });
        if !for_encryption || !alg.fits(jwk.key()) {
            return Err(JoseError::UnsupportedKey);
        }
        let material = match (jwk.key(), of_public(jwk.key())) {
            (PublicKey::Rsa { n, e }, _) => {
                let der = rsa_der(n, e)?;
                let key = PublicEncryptingKey::from_der(&der).map_err(|_| JoseError::BadKey)?;
                Material::Rsa(OaepPublicEncryptingKey::new(key).map_err(|_| JoseError::BadKey)?)
            }
            (_, Some((algorithm, point))) => {
                check_point(algorithm, &point)?;
                Material::Agreement(algorithm, point)
            }
            (_, None) => return Err(JoseError::UnsupportedKey),
        };
        let jwk = jwk.clone();
        Ok(Self(Arc::new(Inner {
            alg,
            enc,
            jwk,
            material,
        })))
    }

    /// How content keys reach the reader.
    pub fn alg(&self) -> KeyManagement {
        self.0.alg
    }

    /// How messages are encrypted.
    pub fn enc(&self) -> ContentEncryption {
        self.0.enc
    }

    /// The key id.
    pub fn kid(&self) -> Option<&str> {
        self.0.jwk.kid.as_deref()
    }

    /// The key as it was given.
    pub fn public_jwk(&self) -> &Jwk {
        &self.0.jwk
    }

    /// Encrypts a message: the compact form of RFC 7516 section 7.1. `cty` is `JWT` for a token inside (RFC 7519 section 5.2).
    ///
    /// # Errors
    /// `EncryptionFailed` when the library fails.
    pub fn encrypt(&self, entropy: &dyn Entropy, cty: Option<&str>, plaintext: &[u8]) -> Result<String, JoseError> {
        self.encrypt_parts(entropy, cty, plaintext)
            .map_err(|_| JoseError::EncryptionFailed)
    }

    fn encrypt_parts(&self, entropy: &dyn Entropy, cty: Option<&str>, plaintext: &[u8]) -> Result<String, Unspecified> {
        let Inner {
            alg,
            enc,
            jwk,
            material,
        } = &*self.0;
        let mut cek = Zeroizing::new(vec![0; enc.key_len()]);
        entropy.fill(&mut cek);
        let mut iv = vec![0; enc.iv_len()];
        entropy.fill(&mut iv);
        let (epk, encrypted_key) = match material {
            Material::Rsa(key) => {
                let mut encrypted = vec![0; key.ciphertext_size()];
                let len = key.encrypt(&OAEP_SHA256_MGF1SHA256, &cek, &mut encrypted, None)?.len();
                encrypted.truncate(len);
                (None, encrypted)
            }
            Material::Agreement(algorithm, point) => {
                let ephemeral = PrivateKey::generate(algorithm)?;
                let derived = derive(&ephemeral, point, *alg, *enc, Parties::default())?;
                let epk = public_of(&ephemeral).and_then(Jwk::new).map_err(|_| Unspecified)?;
                if alg.wrapping_len().is_some() {
                    (Some(epk), wrap(&derived, &cek)?)
                } else {
                    cek = derived;
                    (Some(epk), Vec::new())
                }
            }
        };
        let header = Header {
            alg: alg.as_str(),
            enc: enc.as_str(),
            kid: jwk.kid.as_deref(),
            typ: "JWE",
            cty,
            epk: epk.as_ref(),
        };
        let mut token = base64url::encode(&serde_json::to_vec(&header).map_err(|_| Unspecified)?);
        let (ciphertext, tag) = content::seal(*enc, &cek, &iv, token.as_bytes(), plaintext)?;
        for part in [&encrypted_key, &iv, &ciphertext, &tag] {
            token.push('.');
            base64url::append(part, &mut token);
        }
        Ok(token)
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey")
            .field("alg", &self.0.alg)
            .field("enc", &self.0.enc)
            .field("kid", &self.0.jwk.kid)
            .finish_non_exhaustive()
    }
}

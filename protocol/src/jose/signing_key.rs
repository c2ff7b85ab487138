//! A key that signs, parsed once and shared, with the headers that it needs prepared.
//!
//! Signing takes the digest of the text and signs that: aws-lc-rs draws the random numbers of ECDSA and PSS itself and takes none from
//! outside, so no random source is an argument here. The same holds for making keys.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair,
};
use aws_lc_rs::{digest, hmac};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::verifying_key::{ec_public, hmac_key};
use super::{Algorithm, Curve, JoseError, Jwk, KeyType, PublicKey, VerifyingKey, base64url, der, typ};

/// Room for the claims of an ordinary token, so that writing them allocates once.
const USUAL_CLAIMS: usize = 1024;
/// A signature with the largest RSA key that is accepted (8192 bits).
const MAX_RSA_SIGNATURE: usize = 1024;

/// A key that signs; cloning shares it. `Debug` shows its id and algorithm only.
#[derive(Clone)]
pub struct SigningKey(Arc<Inner>);

struct Inner {
    alg: Algorithm,
    kid: Option<String>,
    material: Material,
    /// Encoded headers with the dot after them: one without `typ`, then one for each of [`typ::PREPARED`].
    headers: Vec<(Option<&'static str>, String)>,
    public: Option<Jwk>,
    verifying: VerifyingKey,
}

enum Material {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Secret(Box<hmac::Key>),
}

impl SigningKey {
    /// A private key from PKCS#8 (version 1 or 2) for one algorithm. Without `kid` the key's SHA-256 thumbprint becomes its id.
    ///
    /// # Errors
    /// `BadKey` when the bytes are not a key of the algorithm's type and curve, `WeakKey` for RSA under 2048 bits.
    pub fn from_pkcs8(kid: Option<&str>, alg: Algorithm, pkcs8: &[u8]) -> Result<Self, JoseError> {
        let material = match alg.key_type() {
            KeyType::Rsa => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(rsa_rejected)?;
                Material::Rsa(pair, rsa_encoding(alg)?)
            }
            KeyType::Ec(curve) => {
                Material::Ec(EcdsaKeyPair::from_pkcs8(ec_algorithm(curve), pkcs8).map_err(|_| JoseError::BadKey)?)
            }
            KeyType::Ed25519 => Material::Ed25519(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| JoseError::BadKey)?),
            KeyType::Secret => return Err(JoseError::UnsupportedKey),
        };
        Self::with_pair(kid, alg, material)
    }

    /// An Ed25519 key from its 32-byte seed (RFC 8032 section 5.1.5), the `d` of an OKP key.
    ///
    /// # Errors
    /// `BadKey` when the seed is refused.
    pub fn from_ed25519_seed(kid: Option<&str>, seed: &[u8; 32]) -> Result<Self, JoseError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| JoseError::BadKey)?;
        Self::with_pair(kid, Algorithm::EdDSA, Material::Ed25519(pair))
    }

    /// A shared secret, such as the client secret of an application without a key of its own. Its tokens carry no `kid`.
    ///
    /// # Errors
    /// `UnsupportedKey` for another algorithm, `WeakKey` when the secret is shorter than the hash: 32 bytes for HS256 (OpenID Connect Core
    /// section 16.19, RFC 7518 section 3.2).
    pub fn hmac(secret: &[u8], alg: Algorithm) -> Result<Self, JoseError> {
        let key = hmac_key(secret, alg)?;
        let verifying = VerifyingKey::from_hmac_key(alg, key.clone());
        Self::assemble(alg, None, Material::Secret(Box::new(key)), None, verifying)
    }

    /// Makes a new private key in PKCS#8; RSA gets 2048 bits. An RSA key takes about 50 ms of a core.
    ///
    /// # Errors
    /// `UnsupportedKey` for the HMAC algorithms, `SigningFailed` when the library fails.
    pub fn generate(alg: Algorithm) -> Result<Zeroizing<Vec<u8>>, JoseError> {
        let failed = |_| JoseError::SigningFailed;
        let bytes = match alg.key_type() {
            KeyType::Rsa => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                pkcs8.as_ref().to_vec()
            }
            KeyType::Ec(curve) => {
                let pair = EcdsaKeyPair::generate(ec_algorithm(curve)).map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            KeyType::Ed25519 => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            KeyType::Secret => return Err(JoseError::UnsupportedKey),
        };
        Ok(Zeroizing::new(bytes))
    }

    /// The usual algorithm for a private key of unknown kind: RS256 for RSA, ES256, ES384 or ES512 by curve, EdDSA for Ed25519.
    ///
    /// # Errors
    /// `UnsupportedKey` when it is none of these.
    pub fn detect_algorithm(pkcs8: &[u8]) -> Result<Algorithm, JoseError> {
        let candidates = [
            Algorithm::EdDSA,
            Algorithm::ES256,
            Algorithm::ES384,
            Algorithm::ES512,
            Algorithm::RS256,
        ]
        .into_iter();
        candidates
            .map(|alg| (alg, Self::from_pkcs8(Some(""), alg, pkcs8)))
            .find_map(|(alg, outcome)| match outcome {
                Ok(_) => Some(Ok(alg)),
                Err(JoseError::WeakKey) => Some(Err(JoseError::WeakKey)),
                Err(_) => None,
            })
            .unwrap_or(Err(JoseError::UnsupportedKey))
    }

    fn with_pair(kid: Option<&str>, alg: Algorithm, material: Material) -> Result<Self, JoseError> {
        let public = match (&material, alg.key_type()) {
            (Material::Rsa(pair, _), _) => {
                let (n, e) = der::parse_rsa_public_key(pair.public_key().as_ref()).ok_or(JoseError::BadKey)?;
                PublicKey::Rsa {
                    n: n.to_vec(),
                    e: e.to_vec(),
                }
            }
            (Material::Ec(pair), KeyType::Ec(curve)) => {
                ec_public(curve, pair.public_key().as_ref()).ok_or(JoseError::BadKey)?
            }
            (Material::Ed25519(pair), _) => PublicKey::Ed25519 {
                x: pair.public_key().as_ref().try_into().map_err(|_| JoseError::BadKey)?,
            },
            _ => return Err(JoseError::UnsupportedKey),
        };
        let mut jwk = Jwk::new(public)?;
        jwk.kid = Some(kid.map_or_else(|| jwk.thumbprint(), str::to_owned));
        jwk.alg = Some(alg.as_str().to_owned());
        jwk.key_use = Some("sig".to_owned());
        let verifying = VerifyingKey::from_jwk(&jwk)?;
        Self::assemble(alg, jwk.kid.clone(), material, Some(jwk), verifying)
    }

    fn assemble(
        alg: Algorithm,
        kid: Option<String>,
        material: Material,
        public: Option<Jwk>,
        verifying: VerifyingKey,
    ) -> Result<Self, JoseError> {
        let types = std::iter::once(None).chain(typ::PREPARED.map(Some));
        let headers = types
            .map(|typ| Ok((typ, encode_header(alg, kid.as_deref(), typ)?)))
            .collect::<Result<Vec<_>, JoseError>>()?;
        Ok(Self(Arc::new(Inner {
            alg,
            kid,
            material,
            headers,
            public,
            verifying,
        })))
    }

    /// The algorithm that this key signs with.
    pub fn alg(&self) -> Algorithm {
        self.0.alg
    }

    /// The key id; none for a shared secret.
    pub fn kid(&self) -> Option<&str> {
        self.0.kid.as_deref()
    }

    /// The public half with `kid`, `alg` and `use`; none for a shared secret.
    pub fn public_jwk(&self) -> Option<&Jwk> {
        self.0.public.as_ref()
    }

    /// The key that checks what this one signs.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying.clone()
    }

    /// Signs claims: the compact form of RFC 7515 section 7.1. Values of `typ` stand in [`super::typ`].
    ///
    /// # Errors
    /// `SigningFailed` when the claims cannot be written as JSON or the library fails.
    pub fn sign<T: Serialize + ?Sized>(&self, typ: Option<&str>, claims: &T) -> Result<String, JoseError> {
        let mut payload = Vec::with_capacity(USUAL_CLAIMS);
        serde_json::to_writer(&mut payload, claims).map_err(|_| JoseError::SigningFailed)?;
        self.sign_bytes(typ, &payload)
    }

    /// Signs a payload that is already written.
    ///
    /// # Errors
    /// `SigningFailed` when the library fails.
    pub fn sign_bytes(&self, typ: Option<&str>, payload: &[u8]) -> Result<String, JoseError> {
        match self.0.headers.iter().find(|(of, _)| *of == typ) {
            Some((_, header)) => self.finish(header, payload),
            None => self.finish(&encode_header(self.0.alg, self.kid(), typ)?, payload),
        }
    }

    /// Signs with further header members, such as `jwk` or `x5t`. `alg` and `kid` always come from this key.
    ///
    /// # Errors
    /// `SigningFailed` when the library fails.
    pub fn sign_with_header(&self, header: &Map<String, Value>, payload: &[u8]) -> Result<String, JoseError> {
        let mut header = header.clone();
        header.insert("alg".to_owned(), self.0.alg.as_str().into());
        header.remove("kid");
        if let Some(kid) = self.kid() {
            header.insert("kid".to_owned(), kid.into());
        }
        let text = serde_json::to_vec(&header).map_err(|_| JoseError::SigningFailed)?;
        self.finish(&(base64url::encode(&text) + "."), payload)
    }

    fn finish(&self, header: &str, payload: &[u8]) -> Result<String, JoseError> {
        let signature_len = match &self.0.material {
            Material::Rsa(pair, _) => pair.public_modulus_len(),
            _ => self.0.alg.signature_len().unwrap_or_default(),
        };
        let lengths = [
            base64url::encoded_len(payload.len()),
            1,
            base64url::encoded_len(signature_len),
        ];
        let mut token = String::with_capacity(header.len() + lengths.iter().sum::<usize>());
        token.push_str(header);
        base64url::append(payload, &mut token);
        self.append_signature(&mut token)
            .map_err(|_| JoseError::SigningFailed)?;
        Ok(token)
    }

    /// Appends the dot and the signature over what `token` holds so far.
    fn append_signature(&self, token: &mut String) -> Result<(), aws_lc_rs::error::Unspecified> {
        let message = token.as_bytes();
        let append = |token: &mut String, signature: &[u8]| {
            token.push('.');
            base64url::append(signature, token);
        };
        match &self.0.material {
            Material::Rsa(pair, encoding) => {
                let mut buffer = [0; MAX_RSA_SIGNATURE];
                let len = pair.public_modulus_len().min(MAX_RSA_SIGNATURE);
                let (signature, _) = buffer.split_at_mut(len);
                pair.sign_digest(*encoding, &digest::digest(self.0.alg.hash(), message), signature)?;
                append(token, signature);
            }
            Material::Ec(pair) => {
                let signature = pair.sign_digest(&digest::digest(self.0.alg.hash(), message))?;
                append(token, signature.as_ref());
            }
            Material::Ed25519(pair) => {
                let signature = pair.try_sign(message)?;
                append(token, signature.as_ref());
            }
            Material::Secret(key) => {
                let tag = hmac::sign(key, message);
                append(token, tag.as_ref());
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("alg", &self.0.alg)
            .field("kid", &self.0.kid)
            .finish_non_exhaustive()
    }
}

/// The header in base64url with the dot after it.
fn encode_header(alg: Algorithm, kid: Option<&str>, typ: Option<&str>) -> Result<String, JoseError> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: Algorithm,
        #[serde(skip_serializing_if = "Option::is_none")]
        kid: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        typ: Option<&'a str>,
    }
    let text = serde_json::to_vec(&Header { alg, kid, typ }).map_err(|_| JoseError::SigningFailed)?;
    Ok(base64url::encode(&text) + ".")
}

/// Why the library does not take an RSA key; it says so in words only.
pub(super) fn rsa_rejected(why: KeyRejected) -> JoseError {
    if why.to_string() == "TooSmall" {
        JoseError::WeakKey
    } else {
        JoseError::BadKey
    }
}

pub(super) fn ec_algorithm(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    }
}

fn rsa_encoding(alg: Algorithm) -> Result<&'static dyn RsaEncoding, JoseError> {
    Ok(match alg {
        Algorithm::RS256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_SHA512,
        _ => return Err(JoseError::UnsupportedKey),
    })
}

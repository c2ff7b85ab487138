//! One public key as JWK (RFC 7517, RFC 7518 section 6, RFC 8037 section 2) and its thumbprint (RFC 7638).
//!
//! A [`Jwk`] cannot hold a private member: what comes in with one is refused, so nothing can go out with one.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{JoseError, base64url, der, json};

/// More than any public key with a certificate chain needs.
const MAX_JWK_BYTES: usize = 64 * 1024;
/// A key is an object with lists of strings; a little room for members that we do not know.
const MAX_DEPTH: usize = 6;
/// Members that hold private numbers or a shared secret (RFC 7518 sections 6.2.2, 6.3.2, 6.4).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A curve of NIST by its JWK name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// `P-256`.
    P256,
    /// `P-384`.
    P384,
    /// `P-521`.
    P521,
}

impl Curve {
    /// The value of `crv`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Bytes of one coordinate.
    pub const fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// The numbers of a public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA: modulus and exponent, big-endian without leading zeros.
    Rsa {
        /// Modulus, 2048 to 8192 bits.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
    /// A point on a curve; both coordinates have the curve's full length.
    Ec {
        /// The curve.
        curve: Curve,
        /// First coordinate.
        x: Vec<u8>,
        /// Second coordinate.
        y: Vec<u8>,
    },
    /// Ed25519.
    Ed25519 {
        /// The 32 bytes of RFC 8032.
        x: [u8; 32],
    },
    /// X25519, which only encrypts (RFC 8037 section 3.2).
    X25519 {
        /// The 32 bytes of RFC 7748.
        x: [u8; 32],
    },
}

/// A public key and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    key: PublicKey,
    /// Key id.
    pub kid: Option<String>,
    /// `use`: `sig` or `enc`.
    pub key_use: Option<String>,
    /// `alg`: the only algorithm this key is for.
    pub alg: Option<String>,
    /// `enc`: how messages for this key are encrypted. Not a registered member; authentik states it beside `alg`.
    pub enc: Option<String>,
    /// `key_ops` (RFC 7517 section 4.3).
    pub key_ops: Option<Vec<String>>,
    /// Certificate chain, DER in base64 (with padding), the key's own certificate first.
    pub x5c: Vec<String>,
    /// SHA-1 of the certificate in base64url.
    pub x5t: Option<String>,
    /// SHA-256 of the certificate in base64url (`x5t#S256`).
    pub x5t_s256: Option<String>,
}

impl Jwk {
    /// A key from its numbers: zeros are stripped from RSA numbers, coordinates padded to the curve's length.
    ///
    /// # Errors
    /// `WeakKey` for RSA under 2048 bits, `BadKey` for numbers that cannot be a key. Whether a point lies on its curve is checked when a
    /// [`super::VerifyingKey`] is made.
    pub fn new(key: PublicKey) -> Result<Self, JoseError> {
        let key = match key {
            PublicKey::Rsa { n, e } => normalise_rsa(&n, &e)?,
            PublicKey::Ec { curve, x, y } => PublicKey::Ec {
                curve,
                x: pad(&x, curve.coordinate_len())?,
                y: pad(&y, curve.coordinate_len())?,
            },
            key @ (PublicKey::Ed25519 { .. } | PublicKey::X25519 { .. }) => key,
        };
        Ok(Self {
            key,
            kid: None,
            key_use: None,
            alg: None,
            enc: None,
            key_ops: None,
            x5c: Vec::new(),
            x5t: None,
            x5t_s256: None,
        })
    }

    /// Reads a key from JSON text. Unknown members are ignored and not kept.
    ///
    /// # Errors
    /// As [`Jwk::from_members`], and `TooLarge`, `BadJson`, `DuplicateMember`, `TooDeep`.
    pub fn parse(text: &[u8]) -> Result<Self, JoseError> {
        if text.len() > MAX_JWK_BYTES {
            return Err(JoseError::TooLarge);
        }
        Self::from_members(&json::parse_object(text, MAX_DEPTH)?)
    }

    /// Reads a key from a parsed object, for instance the `jwk` header of a DPoP proof.
    ///
    /// # Errors
    /// `PrivateKey` when a private member is present, `UnsupportedKey` for another `kty` or `crv`, `WeakKey`, `BadKey`, `BadBase64`.
    pub fn from_members(members: &Map<String, Value>) -> Result<Self, JoseError> {
        if PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err(JoseError::PrivateKey);
        }
        let number = |name: &str| base64url::decode(text(members, name)?.ok_or(JoseError::BadKey)?);
        let key = match text(members, "kty")? {
            Some("RSA") => PublicKey::Rsa {
                n: number("n")?,
                e: number("e")?,
            },
            Some("EC") => {
                let curve = match text(members, "crv")? {
                    Some("P-256") => Curve::P256,
                    Some("P-384") => Curve::P384,
                    Some("P-521") => Curve::P521,
                    _ => return Err(JoseError::UnsupportedKey),
                };
                PublicKey::Ec {
                    curve,
                    x: number("x")?,
                    y: number("y")?,
                }
            }
            Some("OKP") => match text(members, "crv")? {
                Some("Ed25519") => PublicKey::Ed25519 {
                    x: number("x")?.try_into().map_err(|_| JoseError::BadKey)?,
                },
                Some("X25519") => PublicKey::X25519 {
                    x: number("x")?.try_into().map_err(|_| JoseError::BadKey)?,
                },
                _ => return Err(JoseError::UnsupportedKey),
            },
            _ => return Err(JoseError::UnsupportedKey),
        };
        let owned = |name: &str| Ok::<_, JoseError>(text(members, name)?.map(str::to_owned));
        Ok(Self {
            kid: owned("kid")?,
            key_use: owned("use")?,
            alg: owned("alg")?,
            enc: owned("enc")?,
            key_ops: texts(members, "key_ops")?,
            x5c: texts(members, "x5c")?.unwrap_or_default(),
            x5t: owned("x5t")?,
            x5t_s256: owned("x5t#S256")?,
            ..Self::new(key)?
        })
    }

    /// The numbers.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// States a certificate chain in DER, the key's own certificate first: fills `x5c`, `x5t` and `x5t#S256` (RFC 7517 sections 4.7 to
    /// 4.9). The caller has made sure that it is for this key.
    #[must_use]
    pub fn with_certificates<C: AsRef<[u8]>>(mut self, chain: &[C]) -> Self {
        let Some(certificate) = chain.first().map(AsRef::as_ref) else {
            return self;
        };
        // RFC 7517 section 4.8 defines x5t with SHA-1; it names a certificate and secures nothing.
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
        self.x5t = Some(base64url::encode(sha1.as_ref()));
        self.x5t_s256 = Some(base64url::encode(digest::digest(&digest::SHA256, certificate).as_ref()));
        self.x5c = chain.iter().map(|certificate| STANDARD.encode(certificate)).collect();
        self
    }

    /// The SHA-256 thumbprint in base64url (RFC 7638): over the required members alone, in lexicographic order.
    pub fn thumbprint(&self) -> String {
        let input = match &self.key {
            PublicKey::Rsa { n, e } => {
                format!(
                    r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                    base64url::encode(e),
                    base64url::encode(n)
                )
            }
            PublicKey::Ec { curve, x, y } => format!(
                r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                curve.as_str(),
                base64url::encode(x),
                base64url::encode(y)
            ),
            PublicKey::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url::encode(x)),
            PublicKey::X25519 { x } => format!(r#"{{"crv":"X25519","kty":"OKP","x":"{}"}}"#, base64url::encode(x)),
        };
        base64url::encode(digest::digest(&digest::SHA256, input.as_bytes()).as_ref())
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.key {
            PublicKey::Rsa { n, e } => {
                map.serialize_entry("kty", "RSA")?;
                map.serialize_entry("n", &base64url::encode(n))?;
                map.serialize_entry("e", &base64url::encode(e))?;
            }
            PublicKey::Ec { curve, x, y } => {
                map.serialize_entry("kty", "EC")?;
                map.serialize_entry("crv", curve.as_str())?;
                map.serialize_entry("x", &base64url::encode(x))?;
                map.serialize_entry("y", &base64url::encode(y))?;
            }
            PublicKey::Ed25519 { x } => {
                map.serialize_entry("kty", "OKP")?;
                map.serialize_entry("crv", "Ed25519")?;
                map.serialize_entry("x", &base64url::encode(x))?;
            }
            PublicKey::X25519 { x } => {
                map.serialize_entry("kty", "OKP")?;
                map.serialize_entry("crv", "X25519")?;
                map.serialize_entry("x", &base64url::encode(x))?;
            }
        }
        let texts = [
            ("use", &self.key_use),
            ("alg", &self.alg),
            ("enc", &self.enc),
            ("kid", &self.kid),
            ("x5t", &self.x5t),
            ("x5t#S256", &self.x5t_s256),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(operations) = &self.key_ops {
            map.serialize_entry("key_ops", operations)?;
        }
        if !self.x5c.is_empty() {
            map.serialize_entry("x5c", &self.x5c)?;
        }
        map.end()
    }
}

fn normalise_rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, JoseError> {
    let (n, e) = (der::strip_zeros(n), der::strip_zeros(e));
    let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
    match bits {
        0..2048 => Err(JoseError::WeakKey),
        2048..=8192 if (1..=4).contains(&e.len()) => Ok(PublicKey::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        }),
        _ => Err(JoseError::BadKey),
    }
}

/// Full length with zeros in front (RFC 7518 section 6.2.1.2); some issuers strip them, which is harmless.
fn pad(coordinate: &[u8], len: usize) -> Result<Vec<u8>, JoseError> {
    let missing = len.checked_sub(coordinate.len()).ok_or(JoseError::BadKey)?;
    let mut full = vec![0; missing];
    full.extend_from_slice(coordinate);
    Ok(full)
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, JoseError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(_) => Err(JoseError::BadKey),
    }
}

fn texts(members: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, JoseError> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    let items = value.as_array().ok_or(JoseError::BadKey)?;
    let list = items
        .iter()
        .map(|item| item.as_str().map(str::to_owned).ok_or(JoseError::BadKey));
    list.collect::<Result<_, _>>().map(Some)
}

//! Certificates of keys (RFC 5280): reading a chain in PEM, taking the public key out, and what is to be said about one.

use jiff::Timestamp;
use protocol::jose::{Curve, Jwk, PublicKey};
use protocol::time::Time;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey as Parsed;

use super::pem;
use crate::actions::outcome::{FieldError, Warning};

/// More than any chain has.
const LONGEST_CHAIN: usize = 10;
/// How long before its end a certificate is worth a word: 30 days in seconds.
const SOON: i64 = 30 * 86_400;

/// Object identifiers of keys (RFC 8410, section 3).
const ED25519: &str = "1.3.101.112";
const X25519: &str = "1.3.101.110";
/// Object identifiers of curves (RFC 5480, section 2.1.1.1).
const CURVES: [(&str, Curve); 3] = [
    ("1.2.840.10045.3.1.7", Curve::P256),
    ("1.3.132.0.34", Curve::P384),
    ("1.3.132.0.35", Curve::P521),
];

/// A chain of certificates, the key's own first.
#[derive(Debug)]
pub(super) struct Chain {
    /// Each in DER.
    pub(super) der: Vec<Vec<u8>>,
    /// The key that the first one is for.
    pub(super) public: PublicKey,
}

impl Chain {
    /// Reads a chain from PEM.
    pub(super) fn read(text: &str) -> Result<Self, FieldError> {
        let wrong = |message: String| FieldError::invalid("certificate", message);
        let der = CertificateDer::pem_slice_iter(text.as_bytes())
            .map(|certificate| certificate.map(|certificate| certificate.as_ref().to_vec()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| wrong("This is not PEM: it must hold whole blocks `-----BEGIN CERTIFICATE-----`.".into()))?;
        if der.is_empty() {
            return Err(wrong("There is no block `-----BEGIN CERTIFICATE-----`.".into()));
        }
        if der.len() > LONGEST_CHAIN {
            return Err(wrong(format!("A chain may have at most {LONGEST_CHAIN} certificates.")));
        }
        let mut parsed = Vec::with_capacity(der.len());
        for (position, certificate) in der.iter().enumerate() {
            match X509Certificate::from_der(certificate) {
                Ok(([], certificate)) => parsed.push(certificate),
                _ => return Err(wrong(format!("Certificate {} can not be read.", position + 1))),
            }
        }
        // RFC 7517, section 4.7: each certificate is certified by the one behind it.
        for (position, pair) in parsed.windows(2).enumerate() {
            if let [one, next] = pair
                && one.issuer().as_raw() != next.subject().as_raw()
            {
                return Err(wrong(format!(
                    "Certificate {} was not issued by certificate {}: put the key's own first, then each issuer.",
                    position + 1,
                    position + 2
                )));
            }
        }
        let own = parsed.first().and_then(public_key).ok_or_else(|| {
            wrong("The certificate is for a kind of key that is not supported: RSA from 2048 bits, P-256, P-384, P-521, Ed25519, X25519.".into())
        })?;
        Ok(Self { der, public: own })
    }

    /// The chain as it is stored and shown.
    pub(super) fn to_pem(&self) -> String {
        self.der.iter().map(|der| pem::write("CERTIFICATE", der)).collect()
    }
}

/// The public key of a certificate; none when it is of an unknown kind.
fn public_key(certificate: &X509Certificate<'_>) -> Option<PublicKey> {
    let info = certificate.public_key();
    let algorithm = &info.algorithm;
    let bytes = info.subject_public_key.data.as_ref();
    let key = match algorithm.algorithm.to_id_string().as_str() {
        ED25519 => PublicKey::Ed25519 {
            x: bytes.try_into().ok()?,
        },
        X25519 => PublicKey::X25519 {
            x: bytes.try_into().ok()?,
        },
        _ => match info.parsed().ok()? {
            Parsed::RSA(key) => PublicKey::Rsa {
                n: key.modulus.to_vec(),
                e: key.exponent.to_vec(),
            },
            Parsed::EC(point) => {
                let named = algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string();
                let (_, curve) = CURVES.into_iter().find(|(id, _)| *id == named)?;
                let (x, y) = point
                    .data()
                    .strip_prefix(&[4])?
                    .split_at_checked(curve.coordinate_len())?;
                PublicKey::Ec {
                    curve,
                    x: x.to_vec(),
                    y: y.to_vec(),
                }
            }
            _ => return None,
        },
    };
    // In the normal form, so that it can be compared.
    Jwk::new(key).ok().map(|jwk| jwk.key().clone())
}

/// What is allowed but not good about a certificate at this time.
#[must_use]
pub fn remarks(certificate: &str, now: Time) -> Vec<Warning> {
    let Ok(chain) = Chain::read(certificate) else {
        return Vec::new();
    };
    let mut warnings = Vec::new();
    let mut warn = |code, message: String| {
        warnings.push(Warning {
            field: "certificate".to_owned(),
            code,
            message,
            suggestion: None,
        });
    };
    for (position, der) in chain.der.iter().enumerate() {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else {
            continue;
        };
        let validity = certificate.validity();
        let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
        let show = |seconds| Timestamp::from_second(seconds).map_or_else(|_| "then".to_owned(), |at| at.to_string());
        let place = position + 1;
        if now.seconds() >= until {
            warn(
                "expired",
                format!("Certificate {place} has expired at {}.", show(until)),
            );
        } else if now.seconds() >= until - SOON {
            warn(
                "expires_soon",
                format!("Certificate {place} expires at {}.", show(until)),
            );
        }
        if now.seconds() < from {
            warn(
                "not_yet_valid",
                format!("Certificate {place} is valid from {}.", show(from)),
            );
        }
    }
    warnings
}

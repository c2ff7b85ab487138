//! ECDH-ES (RFC 7518 section 4.6, RFC 8037 section 3.2): a new key pair for each message, the agreed secret, and the key that follows from
//! it by the Concat KDF.

use aws_lc_rs::agreement::{self, ParsedPublicKey, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use zeroize::Zeroizing;

use super::verifying_key::ec_public;
use super::{ContentEncryption, Curve, JoseError, KeyManagement, PublicKey};

/// Who takes part, as the header says it: both are mixed into the derived key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parties<'a> {
    pub(super) apu: &'a [u8],
    pub(super) apv: &'a [u8],
}

/// The agreement on the curve of a key and its point; none for a key that takes no part in agreements.
pub(super) fn of_public(key: &PublicKey) -> Option<(&'static agreement::Algorithm, Vec<u8>)> {
    match key {
        PublicKey::Ec { curve, x, y } => Some((of_curve(*curve), [&[4], x.as_slice(), y].concat())),
        PublicKey::X25519 { x } => Some((&agreement::X25519, x.to_vec())),
        PublicKey::Rsa { .. } | PublicKey::Ed25519 { .. } => None,
    }
}

pub(super) const fn of_curve(curve: Curve) -> &'static agreement::Algorithm {
    match curve {
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
        Curve::P521 => &agreement::ECDH_P521,
    }
}

/// The public half of a private key.
pub(super) fn public_of(key: &PrivateKey) -> Result<PublicKey, JoseError> {
    let point = key.compute_public_key().map_err(|_| JoseError::BadKey)?;
    let algorithm = key.algorithm();
    if *algorithm == agreement::X25519 {
        let x = point.as_ref().try_into().map_err(|_| JoseError::BadKey)?;
        return Ok(PublicKey::X25519 { x });
    }
    [Curve::P256, Curve::P384, Curve::P521]
        .into_iter()
        .find(|curve| of_curve(*curve) == algorithm)
        .and_then(|curve| ec_public(curve, point.as_ref()))
        .ok_or(JoseError::BadKey)
}

/// Whether the point lies on its curve.
pub(super) fn check_point(algorithm: &'static agreement::Algorithm, point: &[u8]) -> Result<(), JoseError> {
    match ParsedPublicKey::try_from(UnparsedPublicKey::new(algorithm, point)) {
        Ok(parsed) if parsed.alg() == algorithm => Ok(()),
        _ => Err(JoseError::BadKey),
    }
}

/// The key that both sides derive: for direct agreement the content key, otherwise the key that wraps it.
pub(super) fn derive(
    own: &PrivateKey,
    peer: &[u8],
    alg: KeyManagement,
    enc: ContentEncryption,
    parties: Parties<'_>,
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let (name, len) = match alg.wrapping_len() {
        Some(len) => (alg.as_str(), len),
        None => (enc.as_str(), enc.key_len()),
    };
    let info = other_info(name, parties, len)?;
    let algorithm = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(Unspecified)?;
    let peer = UnparsedPublicKey::new(own.algorithm(), peer);
    agree(own, peer, Unspecified, |secret| {
        let mut key = Zeroizing::new(vec![0; len]);
        sskdf_digest(algorithm, secret, &info, &mut key)?;
        Ok(key)
    })
}

/// The fixed part of the derivation: `AlgorithmID`, `PartyUInfo`, `PartyVInfo`, `SuppPubInfo` (RFC 7518 section 4.6.2).
fn other_info(name: &str, parties: Parties<'_>, len: usize) -> Result<Vec<u8>, Unspecified> {
    let mut info = Vec::new();
    for part in [name.as_bytes(), parties.apu, parties.apv] {
        let length = u32::try_from(part.len()).map_err(|_| Unspecified)?;
        info.extend_from_slice(&length.to_be_bytes());
        info.extend_from_slice(part);
    }
    let bits = u32::try_from(len * 8).map_err(|_| Unspecified)?;
    info.extend_from_slice(&bits.to_be_bytes());
    Ok(info)
}

/// Wraps a content key (RFC 3394).
pub(super) fn wrap(wrapping: &[u8], cek: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let mut wrapped = vec![0; cek.len() + 8];
    let len = kek(wrapping)?.wrap(cek, &mut wrapped)?.len();
    wrapped.truncate(len);
    Ok(wrapped)
}

/// Takes a wrapped content key out again.
pub(super) fn unwrap(wrapping: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let mut cek = Zeroizing::new(vec![0; wrapped.len()]);
    let len = kek(wrapping)?.unwrap(wrapped, &mut cek)?.len();
    cek.truncate(len);
    Ok(cek)
}

fn kek(wrapping: &[u8]) -> Result<AesKek, Unspecified> {
    match wrapping.len() {
        16 => AesKek::new(&AES_128, wrapping),
        _ => AesKek::new(&AES_256, wrapping),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::base64url;

    /// RFC 7518 appendix C: Alice writes to Bob.
    #[test]
    fn rfc_7518_appendix_c() {
        let number = |text: &str| base64url::decode(text).unwrap();
        let point = |x: &str, y: &str| [&[4][..], &number(x), &number(y)].concat();
        let private = |d: &str| PrivateKey::from_private_key(&agreement::ECDH_P256, &number(d)).unwrap();
        let alice = private("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        let bob = private("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        let alice_point = point(
            "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        );
        let bob_point = point(
            "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        );
        let parties = Parties {
            apu: b"Alice",
            apv: b"Bob",
        };
        for (own, peer) in [(&alice, &bob_point), (&bob, &alice_point)] {
            let key = derive(own, peer, KeyManagement::EcdhEs, ContentEncryption::A128Gcm, parties).unwrap();
            assert_eq!(base64url::encode(&key), "VqqN6vgjbSBcIijNcacQGg");
        }
    }

    /// RFC 3394 sections 4.1 and 4.6.
    #[test]
    fn key_wrapping_as_printed() {
        let counting: Vec<u8> = (0..32).collect();
        let data: Vec<u8> = (0..=255).step_by(17).collect();
        let wrapped = wrap(&counting[..16], &data).unwrap();
        assert_eq!(base64url::encode(&wrapped), "H6aLCoEStEeu80vY-1p7gp0-hiNx0s_l");
        assert_eq!(unwrap(&counting[..16], &wrapped).unwrap().as_slice(), data);
        let long = [&data[..], &counting[..16]].concat();
        let wrapped = wrap(&counting, &long).unwrap();
        assert_eq!(
            base64url::encode(&wrapped),
            "KMn0BMS4EPTLzLNc-4f4Jj9XhuLYDtMmy8fw5xqZ9Dv7mIubegLdIQ"
        );
        assert_eq!(unwrap(&counting, &wrapped).unwrap().as_slice(), long);
        for bad in [&wrapped[..39], &wrapped[..8], &[], &[&wrapped[..], &[0; 8]].concat()] {
            assert!(unwrap(&counting, bad).is_err());
        }
    }

    #[test]
    fn points_off_the_curve_or_of_another_curve_agree_on_nothing() {
        let own = PrivateKey::generate(&agreement::ECDH_P256).unwrap();
        let other = PrivateKey::generate(&agreement::ECDH_P384).unwrap();
        let good = PrivateKey::generate(&agreement::ECDH_P256).unwrap();
        let point = good.compute_public_key().unwrap().as_ref().to_vec();
        let mut off = point.clone();
        off[64] ^= 1;
        let infinity = [&[4][..], &[0; 64]].concat();
        let of_another = other.compute_public_key().unwrap().as_ref().to_vec();
        let derive = |peer: &[u8]| {
            let (alg, enc) = (KeyManagement::EcdhEs, ContentEncryption::A256Gcm);
            derive(&own, peer, alg, enc, Parties::default())
        };
        assert!(derive(&point).is_ok());
        for bad in [
            &off,
            &infinity,
            &of_another,
            &vec![0],
            &Vec::new(),
            &point[1..].to_vec(),
        ] {
            assert!(derive(bad).is_err());
            assert_eq!(check_point(&agreement::ECDH_P256, bad), Err(JoseError::BadKey));
        }
        // The secret of a point of small order would be zero for everyone (RFC 7748 section 6.1).
        let own = PrivateKey::generate(&agreement::X25519).unwrap();
        for low in [[0; 32], [&[1][..], &[0; 31]].concat().try_into().unwrap()] {
            let (alg, enc) = (KeyManagement::EcdhEs, ContentEncryption::A256Gcm);
            assert!(super::derive(&own, &low, alg, enc, Parties::default()).is_err());
        }
    }
}

//! Encrypting the content of a message with a key that is already there (RFC 7518 section 5): AES-CBC with HMAC, composed as section 5.2
//! says, and AES-GCM as the library has it.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::ContentEncryption;

/// Encrypts `plaintext` and authenticates `aad` with it: the ciphertext and its tag.
pub(super) fn seal(
    enc: ContentEncryption,
    cek: &[u8],
    iv: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> Result<(Vec<u8>, Vec<u8>), Unspecified> {
    let mut text = plaintext.to_vec();
    match keys(enc, cek)? {
        Keys::Gcm(key) => {
            let nonce = Nonce::try_assume_unique_for_key(iv)?;
            let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut text)?;
            Ok((text, tag.as_ref().to_vec()))
        }
        Keys::Cbc { mac, algorithm, key } => {
            let key = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key)?)?;
            let iv: &[u8; 16] = iv.try_into().map_err(|_| Unspecified)?;
            key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::from(iv)))?;
            let tag = tag(enc, &mac, aad, iv, &text)?;
            Ok((text, tag))
        }
    }
}

/// Decrypts, once the tag has been found to fit; one error for everything that can be wrong.
pub(super) fn open(
    enc: ContentEncryption,
    cek: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    given: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    if given.len() != enc.tag_len() || iv.len() != enc.iv_len() {
        return Err(Unspecified);
    }
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let len = match keys(enc, cek)? {
        Keys::Gcm(key) => {
            let nonce = Nonce::try_assume_unique_for_key(iv)?;
            text.extend_from_slice(given);
            key.open_in_place(nonce, Aad::from(aad), &mut text)?.len()
        }
        Keys::Cbc { mac, algorithm, key } => {
            let iv: &[u8; 16] = iv.try_into().map_err(|_| Unspecified)?;
            verify_slices_are_equal(&tag(enc, &mac, aad, iv, ciphertext)?, given)?;
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, key)?)?;
            key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(iv)))?
                .len()
        }
    };
    text.truncate(len);
    Ok(text)
}

enum Keys<'a> {
    Gcm(LessSafeKey),
    Cbc {
        mac: Box<hmac::Key>,
        algorithm: &'static cipher::Algorithm,
        key: &'a [u8],
    },
}

/// The parts of a content key: for CBC the first half authenticates and the second encrypts (RFC 7518 section 5.2.2.1).
fn keys(enc: ContentEncryption, cek: &[u8]) -> Result<Keys<'_>, Unspecified> {
    if cek.len() != enc.key_len() {
        return Err(Unspecified);
    }
    let (algorithm, hash) = match enc {
        ContentEncryption::A128Gcm => return Ok(Keys::Gcm(gcm(&aead::AES_128_GCM, cek)?)),
        ContentEncryption::A256Gcm => return Ok(Keys::Gcm(gcm(&aead::AES_256_GCM, cek)?)),
        ContentEncryption::A128CbcHs256 => (&cipher::AES_128, hmac::HMAC_SHA256),
        ContentEncryption::A256CbcHs512 => (&cipher::AES_256, hmac::HMAC_SHA512),
    };
    let (mac, key) = cek.split_at(cek.len() / 2);
    Ok(Keys::Cbc {
        mac: Box::new(hmac::Key::new(hash, mac)),
        algorithm,
        key,
    })
}

fn gcm(algorithm: &'static aead::Algorithm, cek: &[u8]) -> Result<LessSafeKey, Unspecified> {
    UnboundKey::new(algorithm, cek).map(LessSafeKey::new)
}

/// The left half of the HMAC over `A || IV || E || AL` (RFC 7518 section 5.2.2.1); `AL` counts the bits of `A`.
fn tag(
    enc: ContentEncryption,
    mac: &hmac::Key,
    aad: &[u8],
    iv: &[u8],
    ciphertext: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let bits = u64::try_from(aad.len())
        .ok()
        .and_then(|len| len.checked_mul(8))
        .ok_or(Unspecified)?;
    let mut context = hmac::Context::with_key(mac);
    for part in [aad, iv, ciphertext, &bits.to_be_bytes()] {
        context.update(part);
    }
    let whole = context.sign();
    whole
        .as_ref()
        .get(..enc.tag_len())
        .map(<[u8]>::to_vec)
        .ok_or(Unspecified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::base64url;

    const KERCKHOFFS: &str = "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
    const PRINCIPLE: &str = "The second principle of Auguste Kerckhoffs";
    /// RFC 7518 appendices B.1 and B.3: ciphertext and tag; the key counts from 0.
    const B_1: (&str, &str) = (
        "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db",
        "652c3fa36b0a7c5b3219fab3a30bc1c4",
    );
    const B_3: (&str, &str) = (
        "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6",
        "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5",
    );
    /// RFC 7516 appendices A.1 and A.3, RFC 7520 section 5.6: content key and message.
    const MESSAGES: [(ContentEncryption, &str, &str, &str); 3] = [
        (
            ContentEncryption::A256Gcm,
            "saH0gFSP4XM_tAP_a5rU9ooHbltwLiJpL4LLLnrqQPw",
            "The true sign of intelligence is not knowledge but imagination.",
            "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ",
        ),
        (
            ContentEncryption::A128CbcHs256,
            "BNMfxVSd_P4LZJ36P6pqzmt81C1vawnbyLEA8I-cLM8",
            "Live long and prosper.",
            "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ",
        ),
        (
            ContentEncryption::A128Gcm,
            "XctOhJAkA-pD9Lh7ZgW_2A",
            "You can trust us to stick with you through thick and thin\u{2013}to the bitter end. And you can trust us to keep any secret of yours\u{2013}closer than you keep it yourself. But you cannot trust us to let you face trouble alone, and go off without a word. We are your friends, Frodo.",
            "eyJhbGciOiJkaXIiLCJraWQiOiI3N2M3ZTJiOC02ZTEzLTQ1Y2YtODY3Mi02MTdiNWI0NTI0M2EiLCJlbmMiOiJBMTI4R0NNIn0..refa467QzzKx6QAB.JW_i_f52hww_ELQPGaYyeAB6HYGcR559l9TYnSovc23XJoBcW29rHP8yZOZG7YhLpT1bjFuvZPjQS-m0IFtVcXkZXdH_lr_FrdYt9HRUYkshtrMmIUAyGmUnd9zMDB2n0cRDIHAzFVeJUDxkUwVAE7_YGRPdcqMyiBoCO-FBdE-Nceb4h3-FtBP-c_BIwCPTjb9o0SbdcdREEMJMyZBH8ySWMVi1gPD9yxi-aQpGbSv_F9N4IZAxscj5g-NJsUPbjk29-s7LJAGb15wEBtXphVCgyy53CoIKLHHeJHXex45Uz9aKZSRSInZI-wjsY0yu3cT4_aQ3i1o-tiE-F8Ios61EKgyIQ4CWao8PFMj8TTnp.vbb32Xvllea2OtmHAdccRQ",
        ),
    ];

    fn hex(text: &str) -> Vec<u8> {
        let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn rfc_7518_appendix_b() {
        let iv = hex("1af38c2dc2b96ffdd86694092341bc04");
        for (enc, len, (ciphertext, tag)) in [
            (ContentEncryption::A128CbcHs256, 32, B_1),
            (ContentEncryption::A256CbcHs512, 64, B_3),
        ] {
            let cek: Vec<u8> = (0..len).collect();
            let sealed = seal(enc, &cek, &iv, PRINCIPLE.as_bytes(), KERCKHOFFS.as_bytes()).unwrap();
            assert_eq!(sealed, (hex(ciphertext), hex(tag)), "{enc}");
            let opened = open(enc, &cek, &iv, PRINCIPLE.as_bytes(), &sealed.0, &sealed.1).unwrap();
            assert_eq!(opened.as_slice(), KERCKHOFFS.as_bytes());
        }
    }

    #[test]
    fn the_content_of_printed_messages() {
        for (enc, cek, plaintext, message) in MESSAGES {
            let parts: Vec<&str> = message.split('.').collect();
            let bytes = |at: usize| base64url::decode(parts[at]).unwrap();
            let (cek, aad) = (base64url::decode(cek).unwrap(), parts[0].as_bytes());
            let opened = open(enc, &cek, &bytes(2), aad, &bytes(3), &bytes(4)).unwrap();
            assert_eq!(opened.as_slice(), plaintext.as_bytes(), "{enc}");
            let sealed = seal(enc, &cek, &bytes(2), aad, plaintext.as_bytes()).unwrap();
            assert_eq!(sealed, (bytes(3), bytes(4)), "{enc}");
        }
    }

    #[test]
    fn nothing_opens_with_a_part_of_another_length_or_value() {
        for enc in ContentEncryption::ALL {
            let (cek, iv) = (vec![1; enc.key_len()], vec![2; enc.iv_len()]);
            let (ciphertext, tag) = seal(enc, &cek, &iv, b"header", b"text").unwrap();
            let opens = |cek: &[u8], iv: &[u8], aad: &[u8], ciphertext: &[u8], tag: &[u8]| {
                open(enc, cek, iv, aad, ciphertext, tag).is_ok()
            };
            assert!(opens(&cek, &iv, b"header", &ciphertext, &tag));
            for len in 0..tag.len() {
                assert!(!opens(&cek, &iv, b"header", &ciphertext, &tag[..len]), "{enc}: {len}");
            }
            assert!(!opens(&cek, &iv, b"header", &ciphertext, &[&tag[..], &[0]].concat()));
            assert!(!opens(&cek, &iv, b"headeR", &ciphertext, &tag));
            assert!(!opens(&cek, &iv[1..], b"header", &ciphertext, &tag));
            assert!(!opens(&cek[1..], &iv, b"header", &ciphertext, &tag));
            assert!(!opens(&cek, &iv, b"header", &[], &tag));
            assert!(!opens(&cek, &iv, b"header", &ciphertext[1..], &tag));
        }
    }
}

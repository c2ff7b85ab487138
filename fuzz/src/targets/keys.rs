//! Keys from outside: what is read can be written and read again, and a private part is never taken for a public one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::jose::{
    ContentEncryption, EncryptionKey, Jwk, JwkSet, KeyManagement, PrivateKey, PrivateKeyForm, VerifyingKey,
};

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "\"kty\":\"EC\"",
    "\"kty\":\"RSA\"",
    "\"kty\":\"OKP\"",
    "\"kty\":\"oct\"",
    "\"crv\":\"P-256\"",
    "\"crv\":\"P-384\"",
    "\"crv\":\"P-521\"",
    "\"crv\":\"Ed25519\"",
    "\"crv\":\"X25519\"",
    "\"crv\":\"secp256k1\"",
    "\"x\":\"\"",
    "\"y\":\"\"",
    "\"n\":\"\"",
    "\"e\":\"AQAB\"",
    "\"d\":\"AA\"",
    "\"use\":\"sig\"",
    "\"use\":\"enc\"",
    "\"key_ops\":[\"verify\"]",
    "\"alg\":\"ES256\"",
    "\"kid\":\"\"",
    "\"x5c\":[]",
    "\"k\":\"AA\"",
    "{\"keys\":[",
    "]}",
    "{",
    "}",
    ",",
];

/// A public key, or a set of them, as JSON.
pub(crate) fn public(input: &[u8]) -> Place {
    let set = JwkSet::parse(input);
    let jwk = match Jwk::parse(input) {
        Ok(jwk) => jwk,
        Err(error) => return place((set.is_ok(), error.public())),
    };
    let written = serde_json::to_vec(&jwk).expect("a key is written");
    let text = String::from_utf8_lossy(&written);
    for private in ["\"d\":", "\"p\":", "\"q\":", "\"dp\":", "\"k\":"] {
        assert!(!text.contains(private), "{private} left: {text}");
    }
    let again = Jwk::parse(&written).expect("what was written is read again");
    assert_eq!(again.thumbprint(), jwk.thumbprint());
    let verifies = VerifyingKey::from_jwk(&jwk).is_ok();
    let encrypts = KeyManagement::ALL.map(|alg| EncryptionKey::from_jwk(&jwk, alg, ContentEncryption::A256Gcm).is_ok());
    place((set.is_ok(), verifies, encrypts))
}

/// A private key in base64 of DER, in each of the three forms.
pub(crate) fn private(input: &[u8]) -> Place {
    let der = STANDARD.decode(input.trim_ascii()).unwrap_or_else(|_| input.to_vec());
    let forms = [PrivateKeyForm::Pkcs8, PrivateKeyForm::Pkcs1, PrivateKeyForm::Sec1];
    place(forms.map(|form| match PrivateKey::read(form, &der) {
        Ok(key) => {
            let again = PrivateKey::read(PrivateKeyForm::Pkcs8, &key.pkcs8).expect("what was read is read again");
            assert!(again.public == key.public, "read again it is another");
            "read"
        }
        Err(error) => error.public(),
    }))
}

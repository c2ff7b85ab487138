//! An authenticator of our own that answers challenges as browsers do (Web Authentication Level 3), written from the standard
//! and not from the library that checks it, so that a test can bend each part.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;

/// One passkey and the device that holds it.
pub(super) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// What the server calls the person.
    pub(super) handle: Vec<u8>,
    /// The signature counter; grows with each signature, unless it is none.
    pub(super) counter: Option<u32>,
    /// Where the browser says that it is.
    pub(super) origin: String,
    /// The relying party that the key belongs to.
    pub(super) party: String,
    /// Whether the person unlocked it.
    pub(super) verified: bool,
    /// Whether it is copied between devices.
    pub(super) synchronised: bool,
}

impl Authenticator {
    /// A device at `http://localhost:9000/`.
    pub(super) fn new() -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key"),
            id: URL_SAFE_NO_PAD.decode(random_text()).expect("bytes"),
            handle: Vec::new(),
            counter: Some(1),
            origin: "http://localhost:9000".to_owned(),
            party: "localhost".to_owned(),
            verified: true,
            synchronised: false,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let challenge = options["challenge"].as_str().expect("a challenge");
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false }).to_string()
    }

    fn data(&mut self, more: u8) -> Vec<u8> {
        let mut flags = PRESENT | more;
        if self.verified {
            flags |= VERIFIED;
        }
        if self.synchronised {
            flags |= BACKUP_ELIGIBLE | BACKED_UP;
        }
        let mut data = digest(&SHA256, self.party.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.unwrap_or(0).to_be_bytes());
        self.counter = self.counter.map(|counter| counter + 1);
        data
    }

    /// Answers `navigator.credentials.create`.
    pub(super) fn make(&mut self, options: &Value) -> String {
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        let handle = options["user"]["id"].as_str().expect("a handle");
        self.handle = URL_SAFE_NO_PAD.decode(handle).expect("base64url");
        let client_data = self.client_data("webauthn.create", options);
        let mut data = self.data(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        // An uncompressed point is 4, x, y.
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).expect("short")]);
        object.extend(data);
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
        });
        self.answer(&response)
    }

    /// Answers `navigator.credentials.get`.
    #[expect(clippy::disallowed_methods, reason = "the device of a person, not the server")]
    pub(super) fn sign(&mut self, options: &Value) -> String {
        assert_eq!(options["userVerification"], "required");
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0);
        let mut message = data.clone();
        message.extend(digest(&SHA256, client_data.as_bytes()).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &message).expect("a signature");
        let response = json!({
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature),
            "userHandle": URL_SAFE_NO_PAD.encode(&self.handle),
        });
        self.answer(&response)
    }

    fn answer(&self, response: &Value) -> String {
        let id = URL_SAFE_NO_PAD.encode(&self.id);
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {},
        });
        answer.to_string()
    }
}

fn random_text() -> String {
    protocol::id::new_secret(&vestibule::entropy::SystemEntropy)
}

//! What decisions are tried in: an installation that is always the same, applications as the input words them, and keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::client::{Application, Client, ClientType, GrantType, LearnRedirectUri, MatchingMode, RedirectUri};
use protocol::env::{Entropy, Env};
use protocol::id_token::OurKeys;
use protocol::jose::{Algorithm, DecryptionKey, KeyManagement, SigningKey};
use protocol::recorder::Silent;
use protocol::redirect_uri::Registered;
use protocol::scope::{ManagedScope, ScopeMapping};
use protocol::time::{HOUR, Time};

/// The address of the installation.
pub const PUBLIC_URL: &str = "https://id.example.com/";
/// The registered redirect URI.
pub const CALLBACK: &str = "https://app.example.com/cb";
/// The registered redirect URI of a program on a person's machine.
pub const LOOPBACK: &str = "http://127.0.0.1/cb";
/// The registered pattern.
pub const PATTERN: &str = r"https://[a-z0-9-]+\.apps\.example\.com/cb";
/// The secret of the application.
pub const SECRET: &str = "gX1fBat3bV-of-an-application-that-is-tried-out";
/// 2026-11-21.
pub const NOW: Time = Time::from_seconds(1_795_000_000);
/// The private key of RFC 8037, appendix A.1: its signatures are always the same.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
/// A P-256 key for messages to us, as PKCS#8; made for this purpose.
const OPENING: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2k6IKMYT5fzYr2YkvLAcxXAfRS7zdcRPeISDwgOiKsehRANCAAScAXey2zH5CzxKZwJ-O7weHYoordaf3He_efE2EagJYAxaat5A9JOyVG2AJQJDskyLlGe9_STWDhJhpHwYedCr";

/// Bytes that count.
#[derive(Debug, Default)]
pub struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The circumstances of one request.
#[must_use]
pub fn env(entropy: &Counting) -> Env<'_> {
    Env {
        now: NOW,
        entropy,
        public_url: PUBLIC_URL,
        recorder: &Silent,
        transaction: "txn_1",
    }
}

/// The key that signs.
#[must_use]
pub fn signing_key() -> SigningKey {
    SigningKey::from_ed25519_seed(Some("k1"), &SEED).expect("a key")
}

/// The key that opens.
#[must_use]
pub fn decryption_key() -> DecryptionKey {
    let pkcs8 = URL_SAFE_NO_PAD.decode(OPENING).expect("base64");
    DecryptionKey::from_pkcs8(Some("e1"), KeyManagement::EcdhEs, &pkcs8).expect("a key")
}

/// What recognises our own tokens.
#[must_use]
pub fn our_keys() -> OurKeys {
    OurKeys {
        verifying: vec![signing_key().verifying_key()],
        decrypting: vec![decryption_key()],
        global_issuer: String::new(),
    }
}

/// An application: confidential, with every scope and grant, unless the words say otherwise.
#[must_use]
pub fn client(words: &str) -> Client {
    let says = |word: &str| words.split_whitespace().any(|given| given == word);
    let entry = |matching_mode, url: &str| RedirectUri {
        matching_mode,
        url: url.to_owned(),
    };
    let mut application = Application {
        id: "app_1".into(),
        slug: "wiki".into(),
        name: "Wiki".into(),
        client_id: "wiki-client".into(),
        enabled: !says("disabled_client"),
        redirect_uris: vec![
            entry(MatchingMode::Strict, CALLBACK),
            entry(MatchingMode::Strict, LOOPBACK),
            entry(MatchingMode::Regex, PATTERN),
        ],
        post_logout_redirect_uris: vec![entry(MatchingMode::Strict, "https://app.example.com/bye")],
        grant_types: vec![
            GrantType::AuthorizationCode,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
            GrantType::Implicit,
            GrantType::Hybrid,
            GrantType::DeviceCode,
            GrantType::Password,
        ],
        signing_key: Some("key_1".into()),
        federated_applications: vec!["app_2".into()],
        require_pkce: says("pkce"),
        allow_plain_pkce: says("plain"),
        ..Application::default()
    };
    if says("public") {
        application.client_type = ClientType::Public;
        application.require_pkce = true;
    }
    if says("code_only") {
        application.grant_types = vec![GrantType::AuthorizationCode];
    }
    if says("learning") {
        application.redirect_uris.clear();
        application.learn_redirect_uri = LearnRedirectUri::Anyone;
        application.learn_until = Some(NOW.plus(HOUR));
    }
    let hmac = says("hmac");
    if hmac {
        application.signing_key = None;
    }
    let scope = |scope: ManagedScope| {
        Arc::new(ScopeMapping {
            id: format!("map_{}", scope.as_str()),
            created_at: Time::default(),
            updated_at: Time::default(),
            version: 1,
            name: scope.as_str().to_owned(),
            scope: scope.as_str().to_owned(),
            description: String::new(),
            managed: Some(scope),
            expression: None,
        })
    };
    Client {
        registered: Registered::of(&application),
        issuer: application.issuer(PUBLIC_URL),
        secrets: if says("public") {
            Vec::new()
        } else {
            vec![SECRET.into()]
        },
        former_secrets: Vec::new(),
        scopes: ManagedScope::ALL
            .into_iter()
            .filter(|managed| !says("few_scopes") || *managed == ManagedScope::Openid)
            .map(scope)
            .collect(),
        bindings: Vec::new(),
        encryption_key: None,
        signing_key: if hmac {
            SigningKey::hmac(SECRET.as_bytes(), Algorithm::HS256).expect("a key")
        } else {
            signing_key()
        },
        application,
    }
}

/// The first line of an input, and the rest.
#[must_use]
pub fn split(input: &[u8]) -> (String, &[u8]) {
    let at = input.iter().position(|byte| *byte == b'\n');
    let (line, rest) = at.map_or((input, &b""[..]), |at| (&input[..at], &input[at + 1..]));
    (String::from_utf8_lossy(line).into_owned(), rest)
}

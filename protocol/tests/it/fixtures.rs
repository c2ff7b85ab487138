//! Builders of the records that a request is decided from, with entropy that counts and a recorder that remembers.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use protocol::client::{Application, Client, ClientType, MatchingMode, RedirectUri};
use protocol::client_auth::{Credentials, parse_credentials};
use protocol::env::{Entropy, Env};
use protocol::id::hash_secret;
use protocol::jose::{Algorithm, SigningKey};
use protocol::params::Params;
use protocol::recorder::{Observation, Recorder, Verdict};
use protocol::records::{Code, CodeFacts, Grant, GrantFacts, RefreshToken, Session};
use protocol::redirect_uri::Registered;
use protocol::scope::{ManagedScope, ScopeMapping};
use protocol::time::Time;
use protocol::user::{Address, StandardClaims, Subject, User};

use crate::support::RFC_8037_SEED;

pub(crate) const PUBLIC_URL: &str = "https://id.example.com/";
pub(crate) const CALLBACK: &str = "https://app.example.com/cb";
pub(crate) const SECRET: &str = "gX1fBat3bV-of-an-application-that-lives-in-tests";
pub(crate) const SALT: &[u8] = b"installation";
/// 2026-11-21, as good as any.
pub(crate) const NOW: Time = Time::from_seconds(1_795_000_000);

/// Bytes that count upwards: every value differs from the one before, and every run gives the same.
#[derive(Debug, Default)]
pub(crate) struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Keeps `check` or `check!refusal` of each observation.
#[derive(Debug, Default)]
pub(crate) struct Remembering(Mutex<Vec<String>>);

impl Recorder for Remembering {
    fn observe(&self, transaction: &str, observation: &Observation<'_>) {
        assert_eq!(transaction, "txn_1");
        let text = match observation.verdict {
            Verdict::Passed => observation.check.to_owned(),
            Verdict::Refused(error) => format!("{}!{}", observation.check, error.refusal.code()),
        };
        self.0.lock().unwrap().push(text);
    }
}

/// What an [`Env`] borrows from.
#[derive(Debug, Default)]
pub(crate) struct World {
    entropy: Counting,
    recorder: Remembering,
}

impl World {
    pub(crate) fn env(&self, now: Time) -> Env<'_> {
        Env {
            now,
            entropy: &self.entropy,
            public_url: PUBLIC_URL,
            recorder: &self.recorder,
            transaction: "txn_1",
        }
    }

    pub(crate) fn observed(&self) -> Vec<String> {
        std::mem::take(&mut self.recorder.0.lock().unwrap())
    }
}

pub(crate) fn strict(url: &str) -> RedirectUri {
    RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: url.to_owned(),
    }
}

pub(crate) fn mapping(scope: &str, managed: Option<ManagedScope>) -> Arc<ScopeMapping> {
    Arc::new(ScopeMapping {
        id: format!("map_{scope}"),
        created_at: Time::default(),
        updated_at: Time::default(),
        version: 1,
        name: scope.to_owned(),
        scope: scope.to_owned(),
        description: String::new(),
        managed,
        expression: None,
    })
}

/// A confidential application with every managed scope and every grant, signing with the key of RFC 8037.
pub(crate) fn client() -> Client {
    client_with(|_| {})
}

pub(crate) fn client_with(change: impl FnOnce(&mut Application)) -> Client {
    use protocol::client::GrantType::{AuthorizationCode, ClientCredentials, Hybrid, Implicit, RefreshToken};
    let mut application = Application {
        id: "app_1".into(),
        slug: "wiki".into(),
        name: "Wiki".into(),
        client_id: "wiki-client".into(),
        redirect_uris: vec![strict(CALLBACK)],
        post_logout_redirect_uris: vec![strict("https://app.example.com/bye")],
        grant_types: vec![AuthorizationCode, RefreshToken, ClientCredentials, Implicit, Hybrid],
        signing_key: Some("key_1".into()),
        ..Application::default()
    };
    change(&mut application);
    Client {
        registered: Registered::of(&application),
        issuer: application.issuer(PUBLIC_URL),
        secrets: vec![SECRET.into()],
        former_secrets: Vec::new(),
        scopes: ManagedScope::ALL
            .into_iter()
            .map(|scope| mapping(scope.as_str(), Some(scope)))
            .collect(),
        bindings: Vec::new(),
        encryption_key: None,
        signing_key: SigningKey::from_ed25519_seed(Some("k1"), &RFC_8037_SEED).unwrap(),
        application,
    }
}

pub(crate) fn public_client() -> Client {
    let mut client = client_with(|application| {
        application.client_type = ClientType::Public;
        application.require_pkce = true;
    });
    client.secrets.clear();
    client
}

/// The same application, signing with its secret.
pub(crate) fn hs256_client() -> Client {
    let mut client = client_with(|application| application.signing_key = None);
    client.signing_key = SigningKey::hmac(SECRET.as_bytes(), Algorithm::HS256).unwrap();
    client
}

pub(crate) fn user() -> User {
    let text = |value: &str| Some(value.to_owned());
    User {
        id: "user_1".into(),
        number: 7,
        uuid: "5b9d4ef2-0c0f-4f1e-9a3a-3a2a52a2a001".into(),
        updated_at: Time::from_seconds(1_700_000_000),
        username: "ada".into(),
        name: "Ada Lovelace".into(),
        email: text("ada@example.com"),
        email_verified: true,
        is_active: true,
        claims: StandardClaims {
            given_name: text("Ada"),
            family_name: text("Lovelace"),
            locale: text("en-GB"),
            birthdate: text("1815-12-10"),
            phone_number: text("+441234567890"),
            phone_number_verified: Some(true),
            address: Some(Address {
                locality: text("London"),
                ..Address::default()
            }),
            ..StandardClaims::default()
        },
        ..User::default()
    }
}

pub(crate) fn subject() -> Subject {
    Subject {
        entitlements: words("publish review"),
        user: user(),
        groups: vec!["engines".into(), "poets".into()],
    }
}

pub(crate) fn session(auth_time: Time) -> Session {
    Session {
        id: "ses_1".into(),
        hash: hash_secret("cookie"),
        user_id: "user_1".into(),
        auth_time,
        amr: vec!["pwd".into()],
        created_at: auth_time,
        last_seen_at: auth_time,
        expires_at: NOW.plus(protocol::time::DAY),
        ended_at: None,
        client_address: None,
        user_agent: None,
        external_account: None,
    }
}

pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// A grant of a minute ago, from a session of an hour ago.
pub(crate) fn grant(scopes: &str) -> Grant {
    let session = session(NOW.plus(-protocol::time::HOUR));
    Grant {
        id: "grant_1".into(),
        user_id: "user_1".into(),
        application_id: "app_1".into(),
        session_id: Some(session.id.clone()),
        transaction_id: Some("txn_1".into()),
        kind: "authorization_code".into(),
        scopes: words(scopes),
        facts: GrantFacts {
            auth_time: Some(session.auth_time),
            amr: session.amr.clone(),
            nonce: Some("n-0S6_WzA2Mj".into()),
            sid: Some(session.sid()),
            ..GrantFacts::default()
        },
        issued_at: NOW.plus(-30 * protocol::time::SECOND),
        expires_at: NOW.plus(30 * protocol::time::SECOND),
        revoked_at: None,
    }
}

pub(crate) fn code(value: &str) -> Code {
    Code {
        hash: hash_secret(value),
        grant_id: "grant_1".into(),
        facts: CodeFacts {
            redirect_uri: CALLBACK.into(),
            code_challenge: None,
        },
        expires_at: NOW.plus(30 * protocol::time::SECOND),
        used_at: None,
    }
}

pub(crate) fn refresh_token(value: &str, scopes: &str) -> RefreshToken {
    RefreshToken {
        hash: hash_secret(value),
        grant_id: "grant_1".into(),
        scopes: words(scopes),
        issued_at: NOW.plus(-protocol::time::HOUR),
        expires_at: NOW.plus(protocol::time::DAY),
        used_at: None,
        revoked_at: None,
    }
}

pub(crate) fn params(pairs: &[(&str, &str)]) -> Params {
    pairs.iter().copied().collect()
}

/// Credentials of [`client`] in the body.
pub(crate) fn credentials() -> Credentials {
    let params = params(&[("client_id", "wiki-client"), ("client_secret", SECRET)]);
    parse_credentials(None, &params).unwrap()
}

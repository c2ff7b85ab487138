//! The decision about a token request.

use protocol::client::GrantType;
use protocol::client_auth::parse_credentials;
use protocol::device::DeviceCode;
use protocol::grants::{Found, Outcome, Step, TokenRequest, exchange, lookup, parse_grant_type};
use protocol::id::hash_secret;
use protocol::params::Params;
use protocol::pkce::parse_code_challenge;
use protocol::records::{AppPassword, Code, CodeFacts, Grant, GrantFacts, RefreshToken};
use protocol::time::{DAY, MINUTE};
use protocol::user::{Subject, User, UserType};
use protocol::writes::Write;

use crate::world::{CALLBACK, Counting, NOW, SECRET, client, env, split};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "public",
    "disabled_client",
    "code_only",
    "hmac",
    "few_scopes",
    "disabled_user",
    "gone_user",
    "session_gone",
    "expired",
    "used",
    "revoked",
    "foreign",
    "challenge",
    "nothing",
    "machine",
    "approved",
    "denied",
    "grant_type",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "password",
    "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code",
    "code",
    "redirect_uri",
    "https%3A%2F%2Fapp.example.com%2Fcb",
    "client_id",
    "wiki-client",
    "client_secret",
    "gX1fBat3bV-of-an-application-that-is-tried-out",
    "code_verifier",
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "device_code",
    "scope",
    "openid",
    "profile",
    "email",
    "offline_access",
    "username",
    "ada",
    "client_assertion",
    "client_assertion_type",
    "assertion",
];

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A line of words for what is stored, then the body. Tokens leave only when everything that must hold does.
pub(crate) fn token(input: &[u8]) -> Place {
    let (words, body) = split(input);
    let Ok(params) = Params::parse(body) else {
        return place(0);
    };
    let client = client(&words);
    let (Ok(grant), Ok(credentials)) = (parse_grant_type(&params), parse_credentials(None, &params)) else {
        return place(1);
    };
    if credentials.client_id != client.application.client_id {
        return place(2);
    }
    let stored = Stored(&words);
    let found = stored.found(&params);
    let request = TokenRequest {
        client: &client,
        credentials: &credentials,
        params: &params,
        client_address: Some("192.0.2.1"),
        salt: b"salt",
        audience: None,
    };
    let entropy = Counting::default();
    if let Err(error) = lookup(&env(&entropy), &request, grant) {
        return place((grant.as_str(), error.refusal.code()));
    }
    let Step::Done(outcome) = exchange(&env(&entropy), &request, grant, &found, None) else {
        panic!("nothing of this application has to run");
    };
    let created = outcome.writes.iter().any(|write| {
        matches!(
            write,
            Write::CreateAccessToken(_) | Write::CreateRefreshToken(_) | Write::CreateGrant(_)
        )
    });
    assert_eq!(
        created,
        outcome.reply.is_ok(),
        "what is stored and what is answered differ"
    );
    if let Ok(reply) = &outcome.reply {
        stored.may_have(grant, &params, &outcome);
        let granted: Vec<&str> = reply.scope.split_whitespace().collect();
        assert!(granted.iter().all(|scope| client.offers(scope)), "{granted:?}");
        assert!(reply.id_token.is_none() || granted.contains(&"openid"));
        assert!(params.get("client_secret") == Some(SECRET) || stored.says("public") || grant.is_machine());
    }
    place((
        grant.as_str(),
        outcome
            .reply
            .map(|reply| (reply.scope, reply.id_token.is_some(), reply.refresh_token.is_some()))
            .map_err(|error| error.refusal.code()),
        outcome.writes.len(),
    ))
}

/// What the words say about the records.
struct Stored<'a>(&'a str);

impl Stored<'_> {
    fn says(&self, word: &str) -> bool {
        self.0.split_whitespace().any(|given| given == word)
    }

    /// What must hold for any token.
    fn may_have(&self, grant: GrantType, params: &Params, outcome: &Outcome) {
        // A program with the secret of its application presents nothing that was stored for a while.
        let by_secret = grant.is_machine()
            && !self.says("public")
            && params.get("client_secret") == Some(SECRET)
            && params.get("username").is_none()
            && params.get("client_assertion_type").is_none();
        for never in ["disabled_client", "disabled_user", "gone_user", "nothing", "expired"] {
            let is_elsewhere = match never {
                "nothing" => grant.is_machine(),
                "expired" => by_secret,
                _ => false,
            };
            assert!(!self.says(never) || is_elsewhere, "{never}, and yet {grant:?}");
        }
        let used = |name: &str| {
            assert!(
                outcome.writes.iter().any(|write| is_use(write, name)),
                "{name} is not used up"
            );
        };
        match grant {
            GrantType::AuthorizationCode => {
                assert!(
                    !self.says("used") && !self.says("revoked") && !self.says("foreign") && !self.says("session_gone")
                );
                assert_eq!(params.get("redirect_uri"), Some(CALLBACK));
                assert_eq!(params.get("code_verifier"), self.says("challenge").then_some(VERIFIER));
                used("code");
            }
            GrantType::RefreshToken => {
                assert!(!self.says("used") && !self.says("revoked") && !self.says("foreign"));
            }
            GrantType::DeviceCode => {
                assert!(self.says("approved") && !self.says("denied") && !self.says("used") && !self.says("foreign"));
                used("device");
            }
            _ => {}
        }
    }

    fn found(&self, params: &Params) -> Found {
        if self.says("nothing") {
            return Found::default();
        }
        let expires_at = if self.says("expired") { NOW } else { NOW.plus(MINUTE) };
        let used_at = self.says("used").then(|| NOW.plus(-MINUTE));
        let value = |name: &str| hash_secret(params.get(name).unwrap_or_default());
        let subject = Subject {
            user: self.user(),
            ..Subject::default()
        };
        Found {
            trusted: None,
            code: Some(Code {
                hash: value("code"),
                grant_id: "grant_1".into(),
                facts: CodeFacts {
                    redirect_uri: CALLBACK.into(),
                    code_challenge: self
                        .says("challenge")
                        .then(|| parse_code_challenge(CHALLENGE, Some("S256")).expect("a challenge")),
                },
                expires_at,
                used_at,
            }),
            refresh_token: Some(RefreshToken {
                hash: value("refresh_token"),
                grant_id: "grant_1".into(),
                scopes: scopes(),
                issued_at: NOW.plus(-DAY),
                expires_at,
                used_at,
                revoked_at: self.says("revoked").then_some(NOW),
            }),
            device_code: Some(DeviceCode {
                hash: value("device_code"),
                user_code: hash_secret("user code"),
                transaction_id: "txn_1".into(),
                application_id: self.application(),
                scopes: scopes(),
                client_address: None,
                created_at: NOW.plus(-MINUTE),
                expires_at,
                interval: 5,
                polled_at: None,
                grant_id: self.says("approved").then(|| "grant_1".to_owned()),
                denied_at: self.says("denied").then_some(NOW),
                used_at,
            }),
            app_password: Some(AppPassword {
                id: "apw_1".into(),
                user_id: "user_1".into(),
                created_at: NOW.plus(-DAY),
                name: "a program".into(),
                expires_at: Some(expires_at),
                last_used_at: None,
            }),
            assertion: None,
            grant: Some(self.grant()),
            subject: (!self.says("gone_user")).then_some(subject),
            session_alive: !self.says("session_gone"),
        }
    }

    fn application(&self) -> String {
        if self.says("foreign") { "app_9" } else { "app_1" }.to_owned()
    }

    fn user(&self) -> User {
        User {
            id: "user_1".into(),
            username: "ada".into(),
            is_active: !self.says("disabled_user"),
            kind: if self.says("machine") {
                UserType::ServiceAccount
            } else {
                UserType::Person
            },
            ..User::default()
        }
    }

    fn grant(&self) -> Grant {
        Grant {
            id: "grant_1".into(),
            user_id: "user_1".into(),
            application_id: self.application(),
            session_id: Some("ses_1".into()),
            transaction_id: None,
            kind: "authorization_code".into(),
            scopes: scopes(),
            facts: GrantFacts {
                auth_time: Some(NOW.plus(-MINUTE)),
                ..GrantFacts::default()
            },
            issued_at: NOW.plus(-MINUTE),
            expires_at: NOW.plus(DAY),
            revoked_at: self.says("revoked").then_some(NOW),
        }
    }
}

fn is_use(write: &Write, name: &str) -> bool {
    match write {
        Write::UseCode { .. } => name == "code",
        Write::UseDeviceCode { .. } => name == "device",
        _ => false,
    }
}

fn scopes() -> Vec<String> {
    ["email", "offline_access", "openid", "profile"]
        .map(str::to_owned)
        .to_vec()
}

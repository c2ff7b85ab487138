//! The device authorization grant (RFC 8628): a device without a browser asks, a person answers in a browser elsewhere,
//! and the device polls for what came of it.
//!
//! This file owns the two codes, what a device may ask for, and what an answer writes. Polling is a grant of the token
//! endpoint: `grants/device_code.rs`.

use std::fmt;

use aws_lc_rs::hmac;
use serde::Serialize;

use crate::acr::{self, AcrRequest};
use crate::client::{Client, ClientType, GrantType};
use crate::client_auth::{Credentials, check_client_authentication};
use crate::decision::{Permit, decide_access};
use crate::env::{Entropy, Env};
use crate::error::OAuthError;
use crate::evaluation::PolicyContext;
use crate::id::{SecretHash, hash_secret, new_id, new_secret};
use crate::next_step::Person;
use crate::params::Params;
use crate::policy::PolicyOutcome;
use crate::recorder::{Observation, Verdict};
use crate::records::{Event, Grant, GrantFacts};
use crate::refusal::Refusal;
use crate::scope::{decide_authorized_scopes, parse_scope};
use crate::time::{SECOND, Time};
use crate::writes::Write;

/// The kind of a grant that came about in this way.
pub const KIND: &str = "device_code";
/// Seconds between two polls, as long as the device keeps to them; and how much is added when it does not
/// (RFC 8628, sections 3.2 and 3.5).
pub const INTERVAL: i64 = 5;

/// Letters without vowels, so that no code is a word (RFC 8628, section 6.1).
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Eight of twenty letters are 34 bits.
const LENGTH: usize = 8;

/// The code that a person types: eight letters.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    /// A new code, each letter drawn without bias.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut text = String::with_capacity(LENGTH);
        let mut bytes = [0u8; 2 * LENGTH];
        while text.len() < LENGTH {
            entropy.fill(&mut bytes);
            // 240 is the largest multiple of 20 in a byte; what lies above would favour the first letters.
            text.extend(
                bytes
                    .iter()
                    .filter(|byte| **byte < 240)
                    .map(|byte| char::from(ALPHABET[usize::from(*byte % 20)]))
                    .take(LENGTH - text.len()),
            );
        }
        Self(text)
    }

    /// What a person typed: case, blanks, dashes and dots do not matter (RFC 8628, section 6.1). `None` when it can not
    /// be a code of ours.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let mut text = String::with_capacity(LENGTH);
        for character in typed.chars() {
            if character.is_whitespace() || matches!(character, '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
            {
                continue;
            }
            let letter = character.to_ascii_uppercase();
            if text.len() == LENGTH || !ALPHABET.iter().any(|known| char::from(*known) == letter) {
                return None;
            }
            text.push(letter);
        }
        (text.len() == LENGTH).then_some(Self(text))
    }

    /// Under what the code is stored and looked up. Its 34 bits could be tried out on a plain hash, so the hash is keyed.
    #[must_use]
    pub fn hash(&self, key: &[u8]) -> SecretHash {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        let tag = hmac::sign(&key, format!("user_code|{}", self.0).as_bytes());
        let mut hash = [0u8; 32];
        hash.copy_from_slice(tag.as_ref());
        hash
    }
}

impl fmt::Display for UserCode {
    /// As it is shown: two groups of four.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode")
    }
}

/// What a device asked for, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceCode {
    /// SHA-256 of the device code.
    pub hash: SecretHash,
    /// The keyed hash of the user code.
    pub user_code: SecretHash,
    /// `txn_` and a ULID, for the log.
    pub transaction_id: String,
    /// Who asked.
    pub application_id: String,
    /// What it asked for, as far as it may.
    pub scopes: Vec<String>,
    /// From where.
    pub client_address: Option<String>,
    /// When.
    pub created_at: Time,
    /// Until when it waits.
    pub expires_at: Time,
    /// Seconds that the device has to leave between two polls.
    pub interval: i64,
    /// When it polled last.
    pub polled_at: Option<Time>,
    /// The grant, when a person allowed it.
    pub grant_id: Option<String>,
    /// When a person, or a rule, said no.
    pub denied_at: Option<Time>,
    /// When the device got its tokens.
    pub used_at: Option<Time>,
}

/// Whether a person can still answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has answered yet.
    Waiting,
    /// Somebody has.
    Answered,
    /// It is too late.
    Expired,
}

impl DeviceCode {
    /// Whether a person can still answer.
    #[must_use]
    pub fn standing(&self, now: Time) -> Standing {
        if self.grant_id.is_some() || self.denied_at.is_some() {
            Standing::Answered
        } else if now >= self.expires_at {
            Standing::Expired
        } else {
            Standing::Waiting
        }
    }
}

/// A device authorization request (RFC 8628, section 3.1), read and with its client known.
#[derive(Debug)]
pub struct DeviceRequest<'a> {
    /// The client of the presented `client_id`.
    pub client: &'a Client,
    /// The presented credentials.
    pub credentials: &'a Credentials,
    /// The body.
    pub params: &'a Params,
    /// Shown to the person who is asked.
    pub client_address: Option<&'a str>,
    /// The key behind stored user codes.
    pub key: &'a [u8],
}

/// The successful answer (RFC 8628, section 3.2).
#[derive(Debug, Serialize)]
pub struct DeviceAuthorization {
    /// What the device polls with.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code filled in, for a link or a picture of it.
    pub verification_uri_complete: String,
    /// Seconds until both codes expire.
    pub expires_in: i64,
    /// Seconds between two polls.
    pub interval: i64,
}

/// Decides a device authorization request: the answer, and the record to be written before it leaves.
///
/// # Errors
/// The refusal of the first check that fails: client authentication, the application, the allow-list, the scope.
pub fn decide_device_authorization(
    env: &Env<'_>,
    request: &DeviceRequest<'_>,
) -> Result<(DeviceAuthorization, DeviceCode), OAuthError> {
    let checked = check(request);
    let verdict = match &checked {
        Ok(_) => Verdict::Passed,
        Err(error) => Verdict::Refused(error),
    };
    let check = "device_authorization";
    env.recorder.observe(env.transaction, &Observation { check, verdict });
    let scopes = checked?;
    let application = &request.client.application;
    let (device_code, user_code) = (new_secret(env.entropy), UserCode::new(env.entropy));
    let life = application.device_code_life().as_micros();
    let record = DeviceCode {
        hash: hash_secret(&device_code),
        user_code: user_code.hash(request.key),
        transaction_id: env.transaction.to_owned(),
        application_id: application.id.clone(),
        scopes,
        client_address: request.client_address.map(str::to_owned),
        created_at: env.now,
        expires_at: env.now.plus(life),
        interval: INTERVAL,
        polled_at: None,
        grant_id: None,
        denied_at: None,
        used_at: None,
    };
    let verification_uri = format!("{}device", env.public_url);
    let answer = DeviceAuthorization {
        device_code,
        verification_uri_complete: format!("{verification_uri}?code={user_code}"),
        user_code: user_code.to_string(),
        verification_uri,
        expires_in: life / SECOND,
        interval: INTERVAL,
    };
    Ok((answer, record))
}

fn check(request: &DeviceRequest<'_>) -> Result<Vec<String>, OAuthError> {
    let application = &request.client.application;
    // RFC 8628, section 3.1, lets a confidential client authenticate here as it does at the token endpoint; devices that
    // were set up for authentik send `client_id` alone. Nothing is given to anybody before the poll, which does
    // authenticate, so a missing secret is let pass here and a wrong one is not.
    if application.client_type == ClientType::Confidential && request.credentials.secret.is_some() {
        check_client_authentication(request.client, request.credentials)?;
    }
    if !application.enabled {
        return Err(Refusal::ClientDisabled.into());
    }
    if !application.allows(GrantType::DeviceCode) {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed).given(GrantType::DeviceCode.as_str()));
    }
    let requested = parse_scope(request.params.get("scope"))?;
    Ok(decide_authorized_scopes(request.client, requested))
}

/// What policies know when a person answers; `oauth_scopes` is added where they run.
#[must_use]
pub fn policy_context() -> PolicyContext {
    let mut context = PolicyContext::new();
    context.insert("oauth_grant_type".into(), GrantType::DeviceCode.as_str().into());
    context
}

/// Decides whether this person may let a device into this application now. `policies`: what those of the application
/// came to; they must have been asked when there are any.
///
/// # Errors
/// What [`decide_access`] answers; [`Refusal::AcrUnmet`]; [`Refusal::PolicyDenied`].
pub fn decide_approval(
    client: &Client,
    person: Person<'_>,
    policies: Option<&PolicyOutcome>,
) -> Result<Permit, OAuthError> {
    let permit = decide_access(Some(&client.application), Some(person.user), person.session.auth_time)?;
    if !acr::is_met(&client.application, &AcrRequest::default(), &person.session.amr) {
        return Err(Refusal::AcrUnmet.into());
    }
    match policies {
        _ if client.bindings.is_empty() => Ok(permit),
        Some(outcome) if outcome.passing => Ok(permit),
        Some(outcome) => Err(OAuthError::new(Refusal::PolicyDenied).detail(outcome.refused_by().join(", "))),
        // Policies that had to be asked and were not: never taken for a yes.
        None => Err(Refusal::PolicyDenied.into()),
    }
}

/// What it writes that `person` allows the device. The grant is made now; the tokens are minted when the device polls.
#[must_use]
pub fn approve(
    env: &Env<'_>,
    client: &Client,
    device: &DeviceCode,
    person: Person<'_>,
    _permit: Permit,
    client_address: Option<&str>,
) -> Vec<Write> {
    let application = &client.application;
    // A scope that the application lost meanwhile is not given.
    let scopes: Vec<String> = device
        .scopes
        .iter()
        .filter(|scope| client.offers(scope))
        .cloned()
        .collect();
    let event = Event {
        id: new_id("evt", env.now, env.entropy),
        action: "authorize_application".to_owned(),
        actor: Some(person.user.id.clone()),
        target: Some(application.id.clone()),
        client_address: client_address.map(str::to_owned),
        detail: serde_json::json!({
            "transaction": device.transaction_id,
            "kind": KIND,
            "scopes": scopes,
            "device_address": device.client_address,
        }),
        at: env.now,
    };
    let grant = Grant {
        id: new_id("grant", env.now, env.entropy),
        user_id: person.user.id.clone(),
        application_id: application.id.clone(),
        session_id: Some(person.session.id.clone()),
        transaction_id: Some(device.transaction_id.clone()),
        kind: KIND.to_owned(),
        scopes,
        facts: GrantFacts {
            auth_time: Some(person.session.auth_time),
            amr: person.session.amr.clone(),
            acr: acr::class_of(application, &AcrRequest::default(), &person.session.amr),
            sid: Some(person.session.sid()),
            ..GrantFacts::default()
        },
        issued_at: env.now,
        expires_at: device.expires_at,
        revoked_at: None,
    };
    vec![
        Write::ApproveDeviceCode {
            hash: device.hash,
            grant_id: grant.id.clone(),
            at: env.now,
        },
        Write::CreateGrant(Box::new(grant)),
        Write::CreateEvent(Box::new(event)),
    ]
}

/// What it writes that a person, or a rule, says no.
#[must_use]
pub fn deny(now: Time, device: &DeviceCode) -> Vec<Write> {
    vec![Write::DenyDeviceCode {
        hash: device.hash,
        at: now,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, out: &mut [u8]) {
            // Bytes that would favour the first letters stand before those that count.
            out.fill(255);
            out[1..].fill(self.0);
        }
    }

    #[test]
    fn a_code_is_shown_in_two_groups_and_read_in_any_spelling() {
        let code = UserCode::new(&Constant(39));
        assert_eq!(code.to_string(), "ZZZZ-ZZZZ");
        assert_eq!(UserCode::new(&Constant(239)), code, "the largest byte that counts");
        for typed in [
            "zzzz-zzzz",
            " ZZZZZZZZ ",
            "z z z z . z_z\u{2013}z\u{a0}z",
            "ZZZZ\u{2010}ZZZZ",
        ] {
            assert_eq!(UserCode::parse(typed).as_ref(), Some(&code), "{typed:?}");
        }
        for typed in [
            "",
            "-",
            "ZZZZ-ZZZ",
            "ZZZZ-ZZZZ-Z",
            "ZZZZ-ZZZA",
            "ZZZZ-ZZZ1",
            "ZZZZ-ZZZ\u{17d}",
            "ZZZZ ZZZZ\0",
        ] {
            assert_eq!(UserCode::parse(typed), None, "{typed:?}");
        }
        assert_eq!(UserCode::parse(&"Z".repeat(1_000_000)), None);
        assert!(!format!("{code:?}").contains('Z'), "it is a secret while it lives");
    }

    #[test]
    fn a_code_has_at_least_twenty_bits() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), ALPHABET.len());
        let words = (0..LENGTH).fold(1u64, |words, _| words * 20);
        assert!(words >= 1 << 34);
    }

    #[test]
    fn the_stored_form_depends_on_the_key() {
        let code = UserCode::new(&Constant(0));
        assert_eq!(code.hash(b"one key"), code.hash(b"one key"));
        assert_ne!(code.hash(b"one key"), code.hash(b"another"));
        assert_ne!(code.hash(b"one key"), UserCode::new(&Constant(1)).hash(b"one key"));
        assert_ne!(code.hash(b""), hash_secret(&code.0));
    }
}

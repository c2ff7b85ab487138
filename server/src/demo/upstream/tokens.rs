//! What the sample upstream issues, and whom it believes.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use protocol::jose::{Algorithm, JoseError, SigningKey, typ};
use protocol::params::Params;
use protocol::time::{HOUR, Time};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::misbehaviour::Misbehaviour;
use super::{LIFE, Settings, Visit};
use crate::web::extract::header_text;

/// The keys: the first, the one after a rotation, and one that is never published.
pub(super) struct Keys {
    first: SigningKey,
    second: SigningKey,
    hidden: SigningKey,
    rotated: AtomicBool,
}

impl Keys {
    pub(super) fn generate() -> Result<Self, JoseError> {
        let make = || SigningKey::from_pkcs8(None, Algorithm::ES256, &SigningKey::generate(Algorithm::ES256)?);
        Ok(Self {
            first: make()?,
            second: make()?,
            hidden: make()?,
            rotated: AtomicBool::new(false),
        })
    }

    /// From now on the second key is published and signs.
    pub(super) fn rotate(&self) {
        self.rotated.store(true, Ordering::SeqCst);
    }

    pub(super) fn published(&self) -> Value {
        let rotated = self.rotated.load(Ordering::SeqCst);
        let published = if rotated { &self.second } else { &self.first };
        json!({ "keys": [published.public_jwk()] })
    }

    fn of(&self, misbehaviour: Misbehaviour) -> &SigningKey {
        match misbehaviour {
            Misbehaviour::WrongKey => &self.hidden,
            _ if self.rotated.load(Ordering::SeqCst) => &self.second,
            _ => &self.first,
        }
    }
}

/// Whether a request is of the one client: by Basic or in the body (RFC 6749, section 2.3.1).
pub(super) fn is_client(settings: &Settings, headers: &HeaderMap, form: &Params) -> bool {
    let basic = header_text(headers, header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok());
    let (id, secret) = match basic.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((id, secret)) => (decoded(id), decoded(secret)),
        None => (
            form.get("client_id").unwrap_or_default().to_owned(),
            form.get("client_secret").unwrap_or_default().to_owned(),
        ),
    };
    id == settings.client_id && secret == settings.client_secret
}

fn decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes())
        .next()
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

/// RFC 7636, section 4.6; only S256 is known here.
pub(super) fn verifier_fits(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
            URL_SAFE_NO_PAD.encode(hash) == challenge
        }
        _ => false,
    }
}

/// The access token, wherever a client puts it: header, Basic user name, query or form.
pub(super) fn presented(headers: &HeaderMap, query: &Params, form: &Params) -> Option<String> {
    let authorization = header_text(headers, header::AUTHORIZATION);
    if let Some(token) = authorization.and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(token.to_owned());
    }
    if let Some(encoded) = authorization.and_then(|value| value.strip_prefix("Basic ")) {
        let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
        return Some(pair.strip_suffix(':')?.to_owned());
    }
    let parameter = query.get("access_token").or(form.get("access_token"));
    parameter.map(str::to_owned)
}

/// The ID token (OpenID Connect Core, section 2); `None` when the request was not for one, or when it is left out.
pub(super) fn id_token(
    settings: &Settings,
    issuer: &str,
    keys: &Keys,
    visit: &Visit,
    access_token: &str,
    now: Time,
) -> Option<String> {
    let misbehaviour = visit.misbehaviour;
    if misbehaviour == Misbehaviour::NoIdToken || !visit.scope.split(' ').any(|scope| scope == "openid") {
        return None;
    }
    let hashed = if misbehaviour == Misbehaviour::WrongAtHash {
        "another"
    } else {
        access_token
    };
    let hash = digest::digest(&digest::SHA256, hashed.as_bytes());
    let (half, _) = hash.as_ref().split_at(16);
    let at = |time: Time| time.seconds();
    let expires_at = match misbehaviour {
        Misbehaviour::Expired => now.plus(-HOUR),
        _ => now.plus(LIFE),
    };
    let subject = match misbehaviour {
        Misbehaviour::EmptyId => Value::from(""),
        Misbehaviour::NumericId => Value::from(9_007_199_254_740_993_i64),
        _ => Value::from(visit.person.subject),
    };
    let claims = json!({
        "iss": if misbehaviour == Misbehaviour::WrongIssuer { "https://elsewhere.example" } else { issuer },
        "aud": if misbehaviour == Misbehaviour::WrongAudience { "another-client" } else { &settings.client_id },
        "sub": subject,
        "iat": at(now), "exp": at(expires_at),
        "nonce": if misbehaviour == Misbehaviour::WrongNonce { Some("another") } else { visit.nonce.as_deref() },
        "at_hash": URL_SAFE_NO_PAD.encode(half),
    });
    keys.of(misbehaviour).sign(Some(typ::JWT), &claims).ok()
}

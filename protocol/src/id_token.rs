//! ID tokens: minting them, and recognising one of ours when it comes back as a hint
//! (OpenID Connect Core, sections 2 and 3.1.2.1).

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::access_token::Minting;
use crate::claims;
use crate::client::Client;
use crate::decision::Permit;
use crate::env::Env;
use crate::error::OAuthError;
use crate::jose::{Algorithm, DecryptionKey, JoseError, TypRule, Verification, VerifyingKey, decrypt, typ, verify};
use crate::refusal::Refusal;

/// Our keys, for recognising what we issued.
#[derive(Debug, Default)]
pub struct OurKeys {
    /// The public halves of all signing keys, retired ones too.
    pub verifying: Vec<VerifyingKey>,
    /// The private halves of the encryption keys, as far as we have them.
    pub decrypting: Vec<DecryptionKey>,
    /// The issuer of what is not issued in the name of one application.
    pub global_issuer: String,
}

impl OurKeys {
    /// The signed token inside an encrypted one; any other token as it is.
    ///
    /// # Errors
    /// [`HintError::Encrypted`] when it is encrypted for somebody whose private half we do not have: the application has to
    /// decrypt it and send what is inside (OpenID Connect Core, section 3.1.2.1). Otherwise what [`decrypt`] answers.
    pub fn unwrap<'a>(&self, token: &'a str) -> Result<Cow<'a, str>, HintError> {
        if token.bytes().filter(|byte| *byte == b'.').count() != 4 {
            return Ok(Cow::Borrowed(token));
        }
        let opened = decrypt(token, &self.decrypting).map_err(|error| match error {
            JoseError::UnknownKey => HintError::Encrypted,
            other => HintError::Signature(other),
        })?;
        match std::str::from_utf8(&opened.plaintext) {
            Ok(inner) => Ok(Cow::Owned(inner.to_owned())),
            Err(_) => Err(HintError::Signature(JoseError::NotThreeParts)),
        }
    }
}

/// What leaves together with an ID token, so that it vouches for it (OpenID Connect Core, sections 3.1.3.6, 3.2.2.9 and
/// 3.3.2.11).
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// Becomes `at_hash`.
    pub access_token: Option<&'a str>,
    /// Becomes `c_hash`.
    pub code: Option<&'a str>,
}

/// Mints an ID token. `nonce`: whether the nonce of the authorization is repeated; a refreshed ID
/// token has none (OpenID Connect Core, section 12.2).
///
/// # Errors
/// What the key answers when it can not sign.
pub fn mint_id_token(
    env: &Env<'_>,
    minting: &Minting<'_>,
    beside: Beside<'_>,
    nonce: bool,
    _permit: Permit,
) -> Result<String, JoseError> {
    let Minting {
        client,
        subject,
        facts,
        sub,
        ..
    } = minting;
    let mut token = Map::new();
    token.insert("sub".into(), Value::from(*sub));
    token.insert("aud".into(), Value::from(client.application.client_id.as_str()));
    token.insert(
        "auth_time".into(),
        Value::from(facts.auth_time.unwrap_or(env.now).seconds()),
    );
    token.insert("acr".into(), Value::from(facts.acr()));
    if !facts.amr.is_empty() {
        token.insert("amr".into(), Value::from(facts.amr.clone()));
    }
    token.extend(minting.claims.iter().map(|(name, value)| (name.clone(), value.clone())));
    claims::add_named(client, &facts.claims.id_token, subject, minting.evaluated, &mut token);
    let issuer = facts.dialect.issuer(client, env.public_url);
    token.insert("iss".into(), Value::from(issuer));
    token.insert("exp".into(), Value::from(minting.expires_at.seconds()));
    token.insert("iat".into(), Value::from(env.now.seconds()));
    if let Some(nonce) = facts.nonce.as_ref().filter(|_| nonce) {
        token.insert("nonce".into(), Value::from(nonce.as_str()));
    }
    if let Some(sid) = minting.sid {
        token.insert("sid".into(), Value::from(sid));
    }
    token.insert("azp".into(), Value::from(client.application.client_id.as_str()));
    for (name, value) in [("at_hash", beside.access_token), ("c_hash", beside.code)] {
        if let Some(value) = value {
            let half = client.signing_key.alg().hash_half(value.as_bytes());
            token.insert(name.into(), Value::from(half));
        }
    }
    client.seal(env.entropy, typ::JWT, &token)
}

/// What an ID token of ours says when it comes back as a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Whom it speaks of.
    pub sub: String,
    /// The browser session it came from.
    pub sid: Option<String>,
}

/// Why a token is no hint for this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintError {
    /// It is not signed by us, or is not an ID token.
    Signature(JoseError),
    /// It is encrypted for somebody whose private key we do not have.
    Encrypted,
    /// Issuer or audience are others, or it speaks of nobody.
    OfAnother,
}

impl HintError {
    /// The refusal of a request that carries the hint; `invalid` unless there is a more exact one.
    #[must_use]
    pub fn refusal(self, invalid: Refusal) -> OAuthError {
        let refusal = match self {
            Self::Encrypted => Refusal::IdTokenHintEncrypted,
            Self::Signature(_) | Self::OfAnother => invalid,
        };
        OAuthError::new(refusal).detail(self.to_string())
    }
}

impl std::fmt::Display for HintError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Signature(error) => write!(f, "{error}"),
            Self::Encrypted => {
                f.write_str("it is encrypted with a key of the application; send the signed token inside")
            }
            Self::OfAnother => f.write_str("issuer or audience are others"),
        }
    }
}

impl std::error::Error for HintError {}

/// Recognises an ID token of ours for this client. Its age does not matter: a hint says who, not that they are here
/// (OpenID Connect Core, section 3.1.2.1; RP-Initiated Logout 1.0, section 4).
///
/// # Errors
/// What the verification answers for a token that is not ours, or that `iss`, `aud` or `sub` are not as they must be.
pub fn verify_hint(client: &Client, keys: &OurKeys, token: &str) -> Result<Hint, HintError> {
    let token = keys.unwrap(token)?;
    let own = client.signing_key.verifying_key();
    let candidates: Vec<VerifyingKey> = std::iter::once(own)
        .chain(client.former_secrets.iter().cloned())
        .chain(keys.verifying.iter().cloned())
        .collect();
    let verified = verify(
        &token,
        &Verification::new(&candidates, &Algorithm::ALL, TypRule::OneOf(&[typ::JWT])),
    )
    .map_err(HintError::Signature)?;
    let text = |name: &str| verified.claims.get(name).and_then(Value::as_str);
    let client_id = Some(client.application.client_id.as_str());
    // A mapping may name other audiences; `azp` is always ours.
    // What was issued in Auth0's words has the global issuer, whatever the application's is.
    let issued = text("iss").is_some_and(|issuer| issuer == client.issuer || issuer == keys.global_issuer);
    if !issued || (text("aud") != client_id && text("azp") != client_id) {
        return Err(HintError::OfAnother);
    }
    let sub = text("sub").ok_or(HintError::OfAnother)?.to_owned();
    Ok(Hint {
        sub,
        sid: text("sid").map(str::to_owned),
    })
}

/// The audience of an ID token, unverified: it only chooses the client whose keys then verify the token.
#[must_use]
pub fn peek_audience(keys: &OurKeys, token: &str) -> Option<String> {
    let token = keys.unwrap(token).ok()?;
    let parsed = crate::jose::parse(&token, crate::jose::MAX_TOKEN_BYTES).ok()?;
    let claims = parsed.unverified_claims().ok()?;
    let audience = claims.get("azp").or_else(|| claims.get("aud"));
    audience?.as_str().map(str::to_owned)
}

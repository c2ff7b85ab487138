//! Access tokens: a signed JWT (RFC 9068), encrypted where the application wants it, or a random value. The store keeps the hash of the whole token; whether a
//! token counts is decided by what is stored, never by its signature alone.

use serde_json::{Map, Value};

use crate::client::{AccessTokenFormat, Client};
use crate::decision::Permit;
use crate::env::Env;
use crate::evaluation::Evaluated;
use crate::id::{hash_secret, new_secret};
use crate::jose::{JoseError, typ};
use crate::records::{AccessToken, GrantFacts};
use crate::time::Time;
use crate::user::Subject;

/// Everything that the tokens of one answer have in common.
#[derive(Clone, Copy, Debug)]
pub struct Minting<'a> {
    /// For whom.
    pub client: &'a Client,
    /// Of whom.
    pub subject: &'a Subject,
    /// `sub` for this client.
    pub sub: &'a str,
    /// The family.
    pub grant_id: &'a str,
    /// What the grant keeps.
    pub facts: &'a GrantFacts,
    /// What these tokens may be used for.
    pub scopes: &'a [String],
    /// The claims of the granted scopes, computed once for all tokens; empty when the application wants them at userinfo
    /// only. A mapping may have set `sub`, `aud`, `acr`, `amr`, `auth_time` and `scope`; these stand above ours.
    pub claims: &'a Map<String, Value>,
    /// What the expressions returned, for single claims.
    pub evaluated: &'a Evaluated,
    /// The browser session that is still alive; `None` when there is none.
    pub session_id: Option<&'a str>,
    /// Its public identifier.
    pub sid: Option<&'a str>,
    /// When the access token expires.
    pub expires_at: Time,
}

/// An access token and the record of it.
#[derive(Debug)]
pub struct MintedAccessToken {
    /// The token; only its hash is kept.
    pub token: String,
    /// The record.
    pub record: AccessToken,
}

/// Mints an access token.
///
/// # Errors
/// What the key answers when it can not sign.
pub fn mint_access_token(
    env: &Env<'_>,
    minting: &Minting<'_>,
    _permit: Permit,
) -> Result<MintedAccessToken, JoseError> {
    let token = match minting.client.application.access_token_format {
        AccessTokenFormat::Opaque => new_secret(env.entropy),
        AccessTokenFormat::Jwt => sign(env, minting)?,
    };
    let record = AccessToken {
        hash: hash_secret(&token),
        grant_id: minting.grant_id.to_owned(),
        session_id: minting.session_id.map(str::to_owned),
        scopes: minting.scopes.to_vec(),
        issued_at: env.now,
        expires_at: minting.expires_at,
        revoked_at: None,
    };
    Ok(MintedAccessToken { token, record })
}

fn sign(env: &Env<'_>, minting: &Minting<'_>) -> Result<String, JoseError> {
    let Minting {
        client, facts, scopes, ..
    } = minting;
    let mut token = Map::new();
    let client_id = client.application.client_id.as_str();
    token.insert("sub".into(), Value::from(minting.sub));
    token.insert("aud".into(), Value::from(client_id));
    token.insert("acr".into(), Value::from(facts.acr()));
    token.insert(
        "auth_time".into(),
        Value::from(facts.auth_time.unwrap_or(env.now).seconds()),
    );
    if !facts.amr.is_empty() {
        token.insert("amr".into(), Value::from(facts.amr.clone()));
    }
    if !scopes.is_empty() {
        token.insert("scope".into(), Value::from(scopes.join(" ")));
    }
    token.extend(minting.claims.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(audience) = &facts.audience {
        token.insert("aud".into(), Value::from(audience.as_str()));
    }
    let issuer = facts.dialect.issuer(client, env.public_url);
    token.insert("iss".into(), Value::from(issuer));
    token.insert("exp".into(), Value::from(minting.expires_at.seconds()));
    token.insert("iat".into(), Value::from(env.now.seconds()));
    token.insert("client_id".into(), Value::from(client_id));
    token.insert("azp".into(), Value::from(client_id));
    // RFC 7519, section 4.1.7: two tokens of the same second must not be the same text.
    token.insert("jti".into(), Value::from(new_secret(env.entropy)));
    if let Some(sid) = minting.sid {
        token.insert("sid".into(), Value::from(sid));
    }
    client.seal(env.entropy, typ::ACCESS_TOKEN, &token)
}

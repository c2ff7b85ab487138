//! Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.4): they tell an application that a browser session has
//! ended. They are encrypted as ID tokens are, where the application has an encryption key. Nobody gets anything by one, so no
//! permit is asked for.

use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::env::Env;
use crate::id::new_secret;
use crate::jose::{JoseError, typ};
use crate::time::{MINUTE, Time};

/// The member of `events` that makes a token a logout token.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long a logout token is good: what section 4 recommends at most, so that one that leaks is soon of no use.
const LIFE: i64 = 2 * MINUTE;

/// Mints a logout token for `client`. `issuer` and `sub`: those of its ID token, by which it knows the person; `sid`: the public
/// identifier of the session. There is never a `nonce`, so that the token can not be taken for an ID token.
///
/// # Errors
/// What the keys answer when they can not sign or encrypt.
pub fn mint_logout_token(
    env: &Env<'_>,
    client: &Client,
    issuer: &str,
    sub: &str,
    sid: &str,
) -> Result<String, JoseError> {
    let mut token = Map::new();
    token.insert("iss".into(), Value::from(issuer));
    token.insert("sub".into(), Value::from(sub));
    token.insert("aud".into(), Value::from(client.application.client_id.as_str()));
    token.insert("iat".into(), Value::from(env.now.seconds()));
    token.insert("exp".into(), Value::from(end(env.now).seconds()));
    token.insert("jti".into(), Value::from(new_secret(env.entropy)));
    token.insert("events".into(), json!({ EVENT: {} }));
    token.insert("sid".into(), Value::from(sid));
    client.seal(env.entropy, typ::LOGOUT_TOKEN, &token)
}

fn end(now: Time) -> Time {
    now.plus(LIFE)
}

//! The UserInfo answer (OpenID Connect Core, section 5.3): `sub` and the claims of the granted scopes and of the
//! `claims` parameter.

use serde_json::{Map, Value};

use crate::bearer::FoundAccessToken;
use crate::claims;
use crate::client::Client;
use crate::decision::Permit;
use crate::error::OAuthError;
use crate::refusal::Refusal;
use crate::scope;

/// The claims for the bearer of `found`. `salt`: the secret behind hashed subjects.
///
/// # Errors
/// [`Refusal::BearerScope`] when the token lacks `openid`.
pub fn mint_userinfo(
    found: &FoundAccessToken,
    client: &Client,
    salt: &[u8],
    _permit: Permit,
) -> Result<Map<String, Value>, OAuthError> {
    let FoundAccessToken {
        token, grant, subject, ..
    } = found;
    if !scope::contains(&token.scopes, "openid") {
        return Err(OAuthError::new(Refusal::BearerScope)
            .given(token.scopes.join(" "))
            .expected("openid"));
    }
    let subject = subject.as_ref().ok_or(Refusal::BearerUnknown)?;
    let mut answer = claims::of_scopes(client, &token.scopes, subject);
    claims::add_named(client, &grant.facts.claims.userinfo, subject, &mut answer);
    // The same `sub` as in the ID token (OpenID Connect Core, section 5.3.2).
    let sub = claims::subject_identifier(client.application.sub_mode, &subject.user, salt);
    answer.insert("sub".into(), Value::from(sub));
    Ok(answer)
}

//! The UserInfo answer (OpenID Connect Core, section 5.3): `sub` and the claims of the granted scopes and of the
//! `claims` parameter.

use serde_json::{Map, Value};

use crate::bearer::FoundAccessToken;
use crate::claims;
use crate::client::Client;
use crate::decision::Permit;
use crate::error::OAuthError;
use crate::evaluation::{Evaluated, EvaluationRequest, mappings_for};
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
    evaluated: &Evaluated,
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
    let mut answer = claims::of_scopes(client, &token.scopes, subject, evaluated);
    claims::add_named(client, &grant.facts.claims.userinfo, subject, evaluated, &mut answer);
    // The same `sub` as in the ID token (OpenID Connect Core, section 5.3.2): a mapping has set both or none.
    if !client.application.include_claims_in_id_token || !answer.contains_key("sub") {
        let sub = grant.facts.sub(&client.application, &subject.user, salt);
        answer.insert("sub".into(), Value::from(sub));
    }
    Ok(answer)
}

/// The expressions that have to run before [`mint_userinfo`].
#[must_use]
pub fn expressions_for(found: &FoundAccessToken, client: &Client) -> EvaluationRequest {
    let FoundAccessToken { token, grant, .. } = found;
    EvaluationRequest {
        mappings: mappings_for(client, &token.scopes, &grant.facts.claims.userinfo),
        scopes: token.scopes.clone(),
        policies: None,
        auth_time: grant.facts.auth_time.map(crate::time::Time::seconds),
    }
}

//! The refresh token grant (RFC 6749, section 6; RFC 9700, section 4.14).
//!
//! Every use replaces the token, unless the application keeps one until less than `refresh_token_threshold` remains.
//! Use of a replaced token revokes the family.

use std::borrow::Cow;

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, policy_context, reused, still_offered};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::hash_secret;
use crate::params::Params;
use crate::refusal::Refusal;
use crate::scope;
use crate::writes::Write;

pub(super) fn lookup(params: &Params) -> Result<Lookup, OAuthError> {
    params
        .get("refresh_token")
        .map(|token| Lookup::RefreshToken(hash_secret(token)))
        .ok_or_else(|| Refusal::RefreshTokenMissing.into())
}

pub(super) fn decide<'a>(env: &Env<'_>, request: &TokenRequest<'_>, found: &'a Found) -> Result<Decided<'a>, Denied> {
    let (Some(token), Some(grant)) = (&found.refresh_token, &found.grant) else {
        return Err(Refusal::RefreshTokenUnknown.into());
    };
    let application = &request.client.application;
    if grant.application_id != application.id {
        return Err(Refusal::RefreshTokenOfAnotherClient.into());
    }
    if token.used_at.is_some() || token.revoked_at.is_some() {
        return Err(reused(env, request, Some(grant), Refusal::RefreshTokenReused));
    }
    if grant.revoked_at.is_some() {
        return Err(reused(env, request, Some(grant), Refusal::GrantRevoked));
    }
    if env.now >= token.expires_at {
        return Err(Refusal::RefreshTokenExpired.into());
    }
    // One that was never granted is refused.
    let granted = still_offered(request, grant, &token.scopes);
    let scopes = match scope::parse_scope(request.params.get("scope"))? {
        None => granted.clone(),
        Some(scopes) => match scopes.iter().find(|scope| !token.scopes.contains(scope)) {
            Some(wider) => {
                let refusal = if request.client.offers(wider) {
                    Refusal::ScopeWider
                } else {
                    Refusal::ScopeUnknown
                };
                return Err(OAuthError::new(refusal)
                    .given(wider.as_str())
                    .expected(token.scopes.join(" "))
                    .into());
            }
            None => scopes.into_iter().filter(|scope| granted.contains(scope)).collect(),
        },
    };
    let threshold = application.refresh_token_threshold.as_micros();
    let renew = threshold == 0 || token.expires_at.since(env.now) < threshold;
    let id_token = scope::contains(&scopes, "openid");
    Ok(Decided {
        grant: Cow::Borrowed(grant),
        subject: found.subject.as_ref(),
        scopes,
        session: found.session_alive,
        nonce: false,
        // RFC 6749, section 6: the new refresh token has the scope of the old one, not that of a narrowed request.
        refresh: if renew { Renewal::Issue(granted) } else { Renewal::None },
        id_token,
        policies: application
            .policies_on_refresh
            .then(|| policy_context(request, "refresh_token")),
        writes: if renew {
            vec![Write::UseRefreshToken {
                hash: token.hash,
                at: env.now,
            }]
        } else {
            Vec::new()
        },
    })
}

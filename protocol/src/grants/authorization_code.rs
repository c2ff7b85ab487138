//! The authorization code grant (RFC 6749, section 4.1.3; RFC 7636, section 4.6).
//!
//! A code works once, for the client and the redirect URI it was issued for. A second use revokes everything that the
//! first one gave (RFC 6749, section 4.1.2).

use std::borrow::Cow;

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, reused, still_offered};
use crate::client::GrantType;
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::hash_secret;
use crate::params::Params;
use crate::pkce::check_code_verifier;
use crate::refusal::Refusal;
use crate::scope;
use crate::writes::Write;

pub(super) fn lookup(params: &Params) -> Result<Lookup, OAuthError> {
    let code = params.get("code").ok_or(Refusal::CodeMissing)?;
    if params.get("redirect_uri").is_none() {
        return Err(Refusal::CodeRedirectUriMissing.into());
    }
    Ok(Lookup::Code(hash_secret(code)))
}

pub(super) fn decide<'a>(env: &Env<'_>, request: &TokenRequest<'_>, found: &'a Found) -> Result<Decided<'a>, Denied> {
    let (Some(code), Some(grant)) = (&found.code, &found.grant) else {
        return Err(Refusal::CodeUnknown.into());
    };
    let application = &request.client.application;
    if grant.application_id != application.id {
        return Err(Refusal::CodeOfAnotherClient.into());
    }
    let flow = if grant.kind == GrantType::Hybrid.as_str() {
        GrantType::Hybrid
    } else {
        GrantType::AuthorizationCode
    };
    if !application.allows(flow) {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed)
            .given(flow.as_str())
            .into());
    }
    if code.used_at.is_some() {
        return Err(reused(env, request, Some(grant), Refusal::CodeReused));
    }
    if env.now >= code.expires_at {
        return Err(Refusal::CodeExpired.into());
    }
    if grant.revoked_at.is_some() {
        return Err(Refusal::GrantRevoked.into());
    }
    // Whoever signs out takes back what is still on its way: its tokens would hang on no session and outlive it.
    if !found.session_alive {
        return Err(Refusal::CodeSessionEnded.into());
    }
    let presented = request.params.get("redirect_uri").unwrap_or_default();
    if presented != code.facts.redirect_uri {
        return Err(OAuthError::new(Refusal::CodeRedirectUriMismatch)
            .given(presented)
            .expected(code.facts.redirect_uri.as_str())
            .into());
    }
    match (&code.facts.code_challenge, request.params.get("code_verifier")) {
        (None, None) => {}
        (Some(_), None) => return Err(Refusal::PkceVerifierMissing.into()),
        (None, Some(_)) => return Err(Refusal::PkceVerifierUnexpected.into()),
        (Some(challenge), Some(verifier)) => {
            check_code_verifier(challenge, verifier).map_err(|_| Refusal::PkceVerifierWrong)?;
        }
    }
    let scopes = still_offered(request, grant, &grant.scopes);
    let offline = scope::contains(&scopes, "offline_access") && application.allows(GrantType::RefreshToken);
    Ok(Decided {
        grant: Cow::Borrowed(grant),
        subject: found.subject.as_ref(),
        session: true,
        nonce: true,
        refresh: if offline {
            Renewal::Issue(scopes.clone())
        } else {
            Renewal::None
        },
        id_token: scope::contains(&scopes, "openid"),
        scopes,
        // They were asked when the person authorized the application.
        policies: None,
        writes: vec![Write::UseCode {
            hash: code.hash,
            at: env.now,
        }],
    })
}

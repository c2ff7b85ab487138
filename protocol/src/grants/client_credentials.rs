//! The client credentials grant (RFC 6749, section 4.4): an application acts for itself, as its service account.
//!
//! All tokens hang under one standing grant of the application, so that one revocation ends them all. Only scopes that
//! are named are granted, and there is never a refresh token.

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, requested_scopes};
use crate::client::ClientType;
use crate::env::Env;
use crate::error::OAuthError;
use crate::refusal::Refusal;
use crate::scope;

pub(super) fn lookup(request: &TokenRequest<'_>) -> Result<Lookup, OAuthError> {
    // RFC 6749, section 4.4: only confidential clients.
    if request.client.application.client_type == ClientType::Public {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed)
            .given("client_credentials")
            .expected("a confidential client"));
    }
    requested_scopes(request)?;
    Ok(Lookup::Machine)
}

pub(super) fn decide<'a>(_env: &Env<'_>, request: &TokenRequest<'_>, found: &'a Found) -> Result<Decided<'a>, Denied> {
    let grant = found.grant.as_ref().ok_or(Refusal::SubjectGone)?;
    // RFC 6749, section 4.4.3: no refresh token, so offline_access means nothing here.
    let mut scopes = requested_scopes(request)?.unwrap_or_default();
    scopes.retain(|scope| scope != "offline_access");
    let id_token = scope::contains(&scopes, "openid");
    Ok(Decided {
        grant,
        subject: found.subject.as_ref(),
        scopes,
        session: false,
        nonce: false,
        refresh: Renewal::None,
        id_token,
        writes: Vec::new(),
    })
}

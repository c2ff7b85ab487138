//! The client credentials grant (RFC 6749, section 4.4): an application acts for itself, as its service account.
//!
//! All tokens hang under one standing grant of the application, so that one revocation ends them all. Only scopes that
//! are named are granted, and there is never a refresh token.

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, policy_context, requested_scopes};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::new_id;
use crate::records::Event;
use crate::refusal::Refusal;
use crate::scope;
use crate::writes::Write;

pub(super) fn lookup(request: &TokenRequest<'_>) -> Result<Lookup, OAuthError> {
    requested_scopes(request)?;
    Ok(Lookup::Machine)
}

pub(super) fn decide<'a>(env: &Env<'_>, request: &TokenRequest<'_>, found: &'a Found) -> Result<Decided<'a>, Denied> {
    let application = &request.client.application;
    let grant = found.grant.as_ref().ok_or(Refusal::SubjectGone)?;
    if grant.application_id != application.id {
        return Err(Refusal::SubjectGone.into());
    }
    if grant.revoked_at.is_some() {
        return Err(Refusal::GrantRevoked.into());
    }
    // RFC 6749, section 4.4.3: no refresh token, so offline_access means nothing here.
    let mut scopes = requested_scopes(request)?.unwrap_or_default();
    scopes.retain(|scope| scope != "offline_access");
    let id_token = scope::contains(&scopes, "openid");
    let event = Event {
        id: new_id("evt", env.now, env.entropy),
        action: "token_issued".to_owned(),
        actor: Some(application.id.clone()),
        target: Some(grant.user_id.clone()),
        client_address: request.client_address.map(str::to_owned),
        detail: serde_json::json!({ "grant_type": "client_credentials", "scopes": scopes }),
        at: env.now,
    };
    Ok(Decided {
        grant,
        subject: found.subject.as_ref(),
        scopes,
        session: false,
        nonce: false,
        refresh: Renewal::None,
        id_token,
        policies: Some(policy_context(request, "client_credentials")),
        writes: vec![Write::CreateEvent(Box::new(event))],
    })
}

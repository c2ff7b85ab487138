//! An application that acts for itself at the management interface of Auth0's dialect (RFC 6749, section 4.4; Auth0 sheet,
//! section 3): a client credentials grant whose tokens are for that interface and for nothing else.
//!
//! What they may carry stands in the application's `management_scopes`; without `scope` they carry all of it. They hang under a
//! standing grant of their own, so that revoking it ends them and no other token.

use super::machine::{Whom, event, standing};
use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, policy_context};
use crate::client::{ClientType, GrantType};
use crate::client_auth::check_client_authentication;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::records::KIND_MANAGEMENT;
use crate::refusal::Refusal;
use crate::scope::parse_scope;
use crate::writes::Write;

/// Only an application that can keep a secret acts for itself, and only by proving that it does.
pub(super) fn authenticate(request: &TokenRequest<'_>) -> Result<(), OAuthError> {
    if request.client.application.client_type == ClientType::Public {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed)
            .given(GrantType::ClientCredentials.as_str())
            .expected("a confidential client"));
    }
    check_client_authentication(request.client, request.credentials)
}

/// The scopes of the tokens: those that are named, each of which must be granted, or all that are.
fn scopes(request: &TokenRequest<'_>) -> Result<Vec<String>, OAuthError> {
    let granted = &request.client.application.management_scopes;
    if granted.is_empty() {
        return Err(Refusal::ManagementNotGranted.into());
    }
    let Some(named) = parse_scope(request.params.get("scope"))? else {
        return Ok(granted.clone());
    };
    match named.iter().find(|scope| !granted.contains(scope)) {
        Some(foreign) => Err(OAuthError::new(Refusal::ManagementScopeNotGranted)
            .given(foreign.as_str())
            .expected(granted.join(" "))),
        None => Ok(named),
    }
}

/// What has to be read.
pub(super) fn lookup(request: &TokenRequest<'_>) -> Result<Lookup, OAuthError> {
    scopes(request)?;
    Ok(Lookup::Management)
}

pub(super) fn decide<'a>(
    env: &Env<'_>,
    request: &TokenRequest<'a>,
    audience: &str,
    found: &'a Found,
) -> Result<Decided<'a>, Denied> {
    let grant_type = GrantType::ClientCredentials;
    let scopes = scopes(request)?;
    let mut whom = Whom::new(found.subject.as_ref(), KIND_MANAGEMENT, "client_secret");
    whom.facts.audience = Some(audience.to_owned());
    whom.facts.dialect = Dialect::Auth0;
    whom.detail.insert("audience".into(), audience.into());
    let subject = whom.subject.ok_or(Refusal::SubjectGone)?;
    let noted = event(env, request, grant_type, &whom, subject, &scopes);
    let (grant, mut writes) = standing(env, request, found, whom, subject);
    writes.push(Write::CreateEvent(Box::new(noted)));
    Ok(Decided {
        grant,
        subject: Some(subject),
        scopes,
        session: false,
        nonce: false,
        refresh: Renewal::None,
        id_token: false,
        policies: Some(policy_context(request, grant_type.as_str())),
        writes,
    })
}

//! Assertions: a program acts for the user of an access token that another application of ours got, or as the service account
//! of the subject of a token that a trusted source signed (RFC 7521, section 4.2; the parameters have the names of RFC 7523,
//! section 2.2).
//!
//! A token of a source is judged by [`crate::upstream::check_trusted`]. Any other has to be exactly one that is stored and counts now, of an application that is listed in
//! `federated_applications`, signed with a key that this application publishes: with HS256 nothing can be shown. What
//! comes of it follows the receiving application alone: its scopes, its mappings, its lifetimes.

use super::machine::Whom;
use super::{Found, Lookup, TokenRequest};
use crate::bearer::decide_token;
use crate::client::Application;
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::hash_secret;
use crate::jose::{self, Algorithm, TypRule, Verification, VerifyingKey, typ};
use crate::records::{AccessToken, Grant, KIND_ASSERTION};
use crate::refusal::Refusal;
use crate::upstream::Trusted;

/// The one `client_assertion_type` (RFC 7523, section 2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An access token that came as an assertion, as it was found in the store. Its user is the subject of [`Found`].
#[derive(Debug)]
pub struct FoundAssertion {
    /// The token.
    pub token: AccessToken,
    /// Its family.
    pub grant: Grant,
    /// Whether the browser session that it hangs on still lives; true when it hangs on none.
    pub session_alive: bool,
    /// To whom it was issued; `None` when the application is deleted.
    pub application: Option<Application>,
    /// The public keys of that application: the one that signs, and those that did.
    pub keys: Vec<VerifyingKey>,
}

/// The token of a request, and whether it stood in the place of the client secret.
pub(super) fn presented<'a>(request: &TokenRequest<'a>, kind: &str) -> Result<(&'a str, bool), OAuthError> {
    if kind != JWT_BEARER {
        return Err(OAuthError::new(Refusal::AssertionTypeUnsupported)
            .given(kind)
            .expected(JWT_BEARER));
    }
    let in_secret = request.params.get("client_assertion").is_none();
    let token = request
        .params
        .get("client_assertion")
        .or_else(|| request.credentials.as_sent().next())
        .ok_or(Refusal::AssertionMissing)?;
    // Nothing but a JWT is looked up, so that no other value of ours is ever taken for one.
    jose::parse(token, jose::MAX_TOKEN_BYTES)
        .map_err(|error| OAuthError::new(Refusal::AssertionMalformed).detail(error.to_string()))?;
    Ok((token, in_secret))
}

/// The assertion of a request, as it was sent: for whoever checks it against trusted sources.
#[must_use]
pub fn token_of<'a>(request: &TokenRequest<'a>) -> Option<&'a str> {
    let kind = request.params.get("client_assertion_type")?;
    presented(request, kind).ok().map(|(token, _)| token)
}

pub(super) fn lookup(token: &str) -> Lookup {
    Lookup::Assertion(hash_secret(token))
}

pub(super) fn decide<'a>(
    env: &Env<'_>,
    request: &TokenRequest<'_>,
    found: &'a Found,
    token: &str,
) -> Result<Whom<'a>, OAuthError> {
    if let Some(trusted) = found.trusted.as_deref() {
        return of_source(request, found, trusted.as_ref().map_err(Clone::clone)?);
    }
    let assertion = found.assertion.as_ref().ok_or(Refusal::AssertionUnknown)?;
    let issued_to = &assertion.grant.application_id;
    if !request.client.application.federated_applications.contains(issued_to) {
        return Err(Refusal::AssertionForeign.into());
    }
    // A token for an interface of ours is for that and for nothing else.
    if assertion.grant.facts.audience.is_some() {
        return Err(Refusal::AssertionForeign.into());
    }
    if env.now >= assertion.token.expires_at {
        return Err(Refusal::AssertionExpired.into());
    }
    let user = found.subject.as_ref().map(|subject| &subject.user);
    decide_token(
        env,
        &assertion.token,
        &assertion.grant,
        assertion.session_alive,
        user,
        assertion.application.as_ref(),
    )
    .map_err(|error| OAuthError {
        refusal: Refusal::AssertionDead,
        ..error
    })?;
    let rules = Verification::new(
        &assertion.keys,
        &Algorithm::ASYMMETRIC,
        TypRule::OneOf(&[typ::ACCESS_TOKEN]),
    );
    let verified = jose::verify(token, &rules)
        .map_err(|error| OAuthError::new(Refusal::AssertionSignature).detail(error.to_string()))?;
    let mut whom = Whom::new(found.subject.as_ref(), KIND_ASSERTION, "assertion");
    whom.detail.insert("issued_to".into(), issued_to.as_str().into());
    whom.assertion = Some(verified.claims);
    Ok(whom)
}

/// The service account of a subject at a source.
fn of_source<'a>(request: &TokenRequest<'_>, found: &'a Found, trusted: &Trusted) -> Result<Whom<'a>, OAuthError> {
    let application = &request.client.application;
    if !application.federated_sources.iter().any(|id| id == trusted.source_id()) {
        return Err(OAuthError::new(Refusal::AssertionForeign).given(trusted.source_key()));
    }
    let mut whom = Whom::new(found.subject.as_ref(), KIND_ASSERTION, "assertion");
    whom.detail.insert("source".into(), trusted.source_key().into());
    whom.detail.insert("subject".into(), trusted.subject().into());
    whom.assertion = Some(trusted.claims().clone());
    Ok(whom)
}

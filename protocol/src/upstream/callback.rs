//! What the browser brings back from a source (RFC 6749, section 4.1.2; RFC 9207; RFC 5849, section 2.2).

use super::failure::UpstreamFailure;
use super::id_token::is_issuer;
use super::source::Source;
use crate::error::OAuthError;
use crate::params::Params;
use crate::refusal::Refusal;

/// Error codes that mean: the person said no. `access_denied` is that of RFC 6749; the others are those of vendors.
const DECLINED: [&str; 5] = [
    "access_denied",
    "user_denied",
    "user_cancelled_login",
    "user_cancelled_authorize",
    "user_cancelled_authorization",
];

/// Reads the authorization response and gives the code.
///
/// # Errors
/// [`Refusal::UpstreamResponseIssuer`], [`Refusal::UpstreamAccessDenied`], [`Refusal::UpstreamError`] or
/// [`Refusal::UpstreamCodeMissing`].
pub fn parse_callback<'a>(source: &Source, params: &'a Params) -> Result<&'a str, UpstreamFailure> {
    // First of all: an answer of another server says nothing about this sign-in, not even that it failed (RFC 9207, section 2.4).
    let expected = source.issuer.as_deref().unwrap_or_default();
    let fits = match params.get("iss") {
        Some(given) => expected.is_empty() || is_issuer(source, given, None),
        None => !source.response_iss,
    };
    if !fits {
        let error = OAuthError::new(Refusal::UpstreamResponseIssuer);
        let given = params.get("iss").unwrap_or("no iss");
        return Err(error.given(given).expected(expected).into());
    }
    if let Some(failure) = error_in(params) {
        return Err(failure);
    }
    params.get("code").ok_or_else(|| Refusal::UpstreamCodeMissing.into())
}

/// The error that a source sent the person back with.
pub(super) fn error_in(params: &Params) -> Option<UpstreamFailure> {
    // `error` without a value is an error too; of the description an empty one is none.
    if !params.contains("error") {
        return None;
    }
    let code = params.get("error").unwrap_or_default();
    let refusal = if DECLINED.contains(&code) {
        Refusal::UpstreamAccessDenied
    } else {
        Refusal::UpstreamError
    };
    let error = OAuthError::new(refusal).given(super::failure::clean(code, &[]));
    let failure = UpstreamFailure::new(error).upstream_error(Some(code));
    Some(match params.get("error_description") {
        Some(text) => failure.describe(text, &[]),
        None => failure,
    })
}

//! Giving tokens back to a source that says where (RFC 7009): when a link is taken away, nobody uses them any more.

use url::Url;

use super::call::{Call, Purpose};
use super::failure::UpstreamFailure;
use super::source::{SourceKind, Upstream};
use super::token::authenticated;
use super::vendors;
use crate::env::Env;
use crate::jose::SigningKey;

/// The request that revokes tokens (RFC 7009, section 2.1); `None`: the source does not say where, or speaks OAuth 1.0a, which
/// knows no such thing.
///
/// With a refresh token its access tokens end as well (section 2). Like our own credentials it goes only to the server where
/// codes are redeemed: an address elsewhere, which may have been changed since the secret was entered, gets the access token
/// alone.
///
/// # Errors
/// [`crate::refusal::Refusal::UpstreamNotConfigured`].
pub fn revoke(
    env: &Env<'_>,
    upstream: &Upstream,
    assertion_key: Option<&SigningKey>,
    access_token: &str,
    refresh_token: Option<&str>,
) -> Result<Option<Call>, UpstreamFailure> {
    let source = &upstream.source;
    let Some(endpoint) = source
        .revocation_endpoint
        .as_deref()
        .filter(|_| source.kind != SourceKind::Oauth1)
    else {
        return Ok(None);
    };
    let [token, hint] = [("token", access_token), ("token_type_hint", "access_token")];
    let token_endpoint = source.token_endpoint.as_deref().unwrap_or_default();
    if !is_same_server(endpoint, &vendors::address(source, token_endpoint)) {
        let form = [token, hint, ("client_id", vendors::client_id(source))];
        return Ok(Some(Call::post_form(Purpose::Revocation, endpoint, &form)));
    }
    let form = match refresh_token {
        Some(refresh_token) => [("token", refresh_token), ("token_type_hint", "refresh_token")],
        None => [token, hint],
    };
    authenticated(env, upstream, assertion_key, (Purpose::Revocation, endpoint), &form).map(Some)
}

/// Whether two addresses have scheme, host and port in common.
fn is_same_server(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin() && one.origin().is_tuple(),
        _ => false,
    }
}

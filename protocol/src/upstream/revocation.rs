//! Giving tokens back to a source that says where (RFC 7009): when a link is taken away, nobody uses them any more.

use super::call::{Call, Purpose};
use super::failure::UpstreamFailure;
use super::source::Upstream;
use super::token::authenticated;
use crate::env::Env;
use crate::jose::SigningKey;

/// The request that revokes a token (RFC 7009, section 2.1); `None`: the source does not say where. `hint`: `refresh_token` or
/// `access_token`.
///
/// # Errors
/// [`crate::refusal::Refusal::UpstreamNotConfigured`].
pub fn revoke(
    env: &Env<'_>,
    upstream: &Upstream,
    assertion_key: Option<&SigningKey>,
    token: &str,
    hint: &str,
) -> Result<Option<Call>, UpstreamFailure> {
    let Some(endpoint) = upstream.source.revocation_endpoint.as_deref() else {
        return Ok(None);
    };
    let form = [("token", token), ("token_type_hint", hint)];
    authenticated(env, upstream, assertion_key, (Purpose::Revocation, endpoint), &form).map(Some)
}

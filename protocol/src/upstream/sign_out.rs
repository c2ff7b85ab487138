//! Signing out at a source (OpenID Connect RP-Initiated Logout 1.0, section 2).

use url::Url;

use super::source::Source;
use super::vendors;

/// Where a person signs out at a source; `None`: it does not say. We say who asks, so that the source asks the person; no ID token goes
/// along, as addresses are kept in too many places, and no way back, as the source may not know it.
#[must_use]
pub fn sign_out_address(source: &Source) -> Option<String> {
    let mut address = Url::parse(source.end_session_endpoint.as_deref()?).ok()?;
    if !address.query_pairs().any(|(name, _)| name == "client_id") {
        address
            .query_pairs_mut()
            .append_pair("client_id", vendors::client_id(source));
    }
    Some(address.into())
}

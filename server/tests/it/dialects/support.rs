//! What the tests of several interfaces have in common.

use protocol::client::{Application, ConsentMode, GrantType};

use crate::harness::Harness;

/// An application that asks for no consent and may act for itself.
pub(super) async fn application(harness: &Harness, slug: &str) -> Application {
    harness
        .application_with(slug, |application| {
            application.consent_mode = ConsentMode::Skip;
            application.grant_types.push(GrantType::ClientCredentials);
        })
        .await
}

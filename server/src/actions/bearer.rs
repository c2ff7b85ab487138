//! An access token that comes back: whether it counts now, and a note in the audit log when one comes that was revoked.

use std::net::IpAddr;

use protocol::bearer::{FoundAccessToken, decide_access_token, is_revoked};
use protocol::client::Client;
use protocol::decision::Permit;
use protocol::error::OAuthError;
use protocol::id::hex;
use protocol::records::Event;
use protocol::time::Time;
use serde_json::json;
use store::events;

use crate::app::App;

/// When and from where a token came.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// When.
    pub now: Time,
    /// The request, for the log.
    pub transaction: &'a str,
    /// From where, when it is known.
    pub client_address: Option<IpAddr>,
}

/// Decides whether an access token counts. `client`: to whom it was issued, `None` when that is deleted. One that was revoked and
/// still comes is in hands that do not know, or should not have it: that is a suspicious request (authentik sheet, 1.4.5), noted
/// once a minute for each token.
///
/// # Errors
/// As [`decide_access_token`].
pub async fn decide(
    app: &App,
    found: &FoundAccessToken,
    client: Option<&Client>,
    presented: Presented<'_>,
) -> Result<Permit, OAuthError> {
    let env = app.env(presented.now, presented.transaction);
    let decided = decide_access_token(&env, found, client);
    if let Err(error) = &decided
        && is_revoked(found, presented.now)
        && app.reported.insert(&hex(&found.token.hash), presented.now)
    {
        note(app, found, error, presented).await;
    }
    decided
}

/// A failure is no reason to answer otherwise.
async fn note(app: &App, found: &FoundAccessToken, error: &OAuthError, presented: Presented<'_>) {
    let event = Event {
        id: app.new_id("evt", presented.now),
        action: "suspicious_request".to_owned(),
        actor: Some(found.grant.application_id.clone()),
        target: Some(found.grant.id.clone()),
        client_address: presented.client_address.map(|address| address.to_string()),
        detail: json!({ "refusal": error.refusal.code(), "reason": "revoked_access_token" }),
        at: presented.now,
    };
    let statements = vec![events::insert(event)];
    if let Err(error) = app.store.commit_statements(statements, Vec::new()).await {
        tracing::warn!(%error, "a suspicious request could not be noted");
    }
}

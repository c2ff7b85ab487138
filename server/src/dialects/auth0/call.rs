//! A call of the management interface: whose token it carries, and what that opens (B-3).
//!
//! Two kinds of tokens are taken: API tokens, and access tokens whose audience is this interface. Every handler takes a [`Call`],
//! and there is no other way to one.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use protocol::auth0::management_audience;
use protocol::id::{SecretHash, hash_secret};
use protocol::time::Time;

use super::failure::Failure;
use crate::actions::actor::Actor;
use crate::actions::administrators::Authority;
use crate::actions::api_caller::{Caller, NoCaller, of_api_token};
use crate::actions::bearer::{self, Presented};
use crate::actions::permissions::Permissions;
use crate::app::{App, AppState};
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::extract::header_text;

/// Longer values are no tokens of ours.
const LONGEST_TOKEN: usize = 16 * 1024;

/// A call with a token that counts.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) app: AppState,
    actor: Actor,
    permissions: Permissions,
}

impl Call {
    /// Asks for a scope.
    pub(super) fn needs(&self, scope: &str) -> Result<(), Failure> {
        if self.may(scope) {
            Ok(())
        } else {
            Err(Failure::scope(scope))
        }
    }

    /// Whether the caller holds a scope.
    pub(super) fn may(&self, scope: &str) -> bool {
        self.permissions.opens(scope)
    }

    /// For use cases that ask what the caller may do.
    pub(super) fn authority(&self) -> Authority<'_> {
        Authority {
            actor: &self.actor,
            permissions: &self.permissions,
        }
    }
}

impl FromRequestParts<AppState> for Call {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Failure> {
        let facts = parts.extensions.get::<RequestFacts>().copied();
        let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
        let hash = hash_secret(bearer_of(&parts.headers)?);
        let caller = match of_api_token(app, &hash, now).await {
            Ok(Some(caller)) => caller,
            Ok(None) => on_behalf(app, &hash, now, facts).await?,
            Err(NoCaller::Refused | NoCaller::NotAdministrator | NoCaller::NoScope) => {
                return Err(Failure::dead_token());
            }
            Err(NoCaller::Store(error)) => return Err(error.into()),
        };
        let mut actor = caller.actor;
        actor.client_address = facts.map(|facts| facts.client_address.to_string());
        Ok(Self {
            app: AppState::clone(app),
            actor,
            permissions: caller.permissions,
        })
    }
}

/// The value after `Bearer `.
fn bearer_of(headers: &HeaderMap) -> Result<&str, Failure> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(Failure::missing_token());
    }
    header_text(headers, header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_matches(' '))
        .filter(|token| !token.is_empty() && token.len() <= LONGEST_TOKEN && !token.contains(' '))
        .ok_or_else(Failure::malformed_token)
}

/// The application of an access token for this interface. A scope that the application has lost meanwhile opens nothing.
async fn on_behalf(app: &App, hash: &SecretHash, now: Time, facts: Option<RequestFacts>) -> Result<Caller, Failure> {
    let found = app.store.load_access_token(hash, now).await?;
    let found = found.ok_or_else(Failure::dead_token)?;
    let entry = app.client(By::Id(&found.grant.application_id)).await?;
    let client = entry.as_ref().map(|entry| &entry.client);
    let presented = Presented {
        now,
        transaction: &found.grant.id,
        client_address: facts.map(|facts| facts.client_address),
    };
    if let Err(error) = bearer::decide(app, &found, client, presented).await {
        tracing::debug!(refusal = error.refusal.code(), "an access token is dead");
        return Err(Failure::dead_token());
    }
    let audience = management_audience(&app.public_url);
    let (Some(client), true) = (client, found.grant.facts.audience.as_deref() == Some(audience.as_str())) else {
        return Err(Failure::dead_token());
    };
    let granted = &client.application.management_scopes;
    let mut scopes = found.token.scopes;
    scopes.retain(|scope| granted.contains(scope));
    let user = found.grant.user_id;
    Ok(Caller {
        actor: Actor {
            id: Some(user.clone()),
            user: Some(user),
            application: Some(client.application.id.clone()),
            client_address: None,
        },
        permissions: Permissions::new(scopes),
    })
}

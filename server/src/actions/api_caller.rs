//! Who calls an interface for programs: the holder of an API token, or of an access token that acts as its user.
//!
//! The native management API and the dialects ask here; how a refusal looks is their business.

use std::net::IpAddr;

use protocol::decision::decide_access;
use protocol::id::SecretHash;
use protocol::scope::{self, ManagedScope};
use protocol::time::{MINUTE, Time};
use protocol::user::User;
use store::api_tokens::ApiToken;
use store::{Batch, StoreError};

use super::actor::Actor;
use super::administrators::Authority;
use super::bearer::{self, Presented};
use super::permissions::Permissions;
use crate::app::App;
use crate::clients::By;

/// How exactly the last use of a token is noted.
const TOUCH_EVERY: i64 = MINUTE;

/// A caller that was let in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For the audit log.
    pub actor: Actor,
    /// What it may do.
    pub permissions: Permissions,
}

impl Caller {
    /// Whoever runs the program: they hold the database and the master key.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            actor: Actor::system(),
            permissions: Permissions::all(),
        }
    }

    /// An administrator who is signed in: may everything, and is named in the audit log.
    #[must_use]
    pub fn administrator(user: &User) -> Self {
        Self {
            actor: Actor {
                id: Some(user.id.clone()),
                user: Some(user.id.clone()),
                ..Actor::default()
            },
            permissions: Permissions::all(),
        }
    }

    /// For use cases that ask what the caller may do.
    #[must_use]
    pub fn authority(&self) -> Authority<'_> {
        Authority {
            actor: &self.actor,
            permissions: &self.permissions,
        }
    }
}

/// Why nobody is let in.
#[derive(Debug)]
pub enum NoCaller {
    /// The token is unknown, expired or withdrawn.
    Refused,
    /// It is an API token of a user who is no administrator any more.
    NotAdministrator,
    /// It is an access token without the scope of the interface.
    NoScope,
    /// The database is unavailable.
    Store(StoreError),
}

impl From<StoreError> for NoCaller {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The holder of an API token; `None`: there is no API token of this value.
///
/// # Errors
/// [`NoCaller::Refused`], [`NoCaller::NotAdministrator`] or the store's.
pub async fn of_api_token(app: &App, hash: &SecretHash, now: Time) -> Result<Option<Caller>, NoCaller> {
    let Some(token) = app.store.load_api_token_by_hash(hash).await? else {
        return Ok(None);
    };
    if token.expires_at.is_some_and(|at| now >= at) {
        return Err(NoCaller::Refused);
    }
    check_user(app, &token).await?;
    touch(app, &token, now).await;
    Ok(Some(Caller {
        actor: Actor {
            id: Some(token.id),
            user: token.user,
            ..Actor::default()
        },
        permissions: Permissions::new(token.permissions),
    }))
}

/// The user whom the holder of an access token acts as, and the actor for the audit log. The token needs the scope of the
/// interface; whether it counts is decided as at every other use of it.
///
/// # Errors
/// [`NoCaller::Refused`], [`NoCaller::NoScope`] or the store's.
pub async fn of_access_token(
    app: &App,
    hash: &SecretHash,
    now: Time,
    client_address: Option<IpAddr>,
) -> Result<(User, Actor), NoCaller> {
    let found = app.store.load_access_token(hash, now).await?;
    let found = found.ok_or(NoCaller::Refused)?;
    let entry = app.client(By::Id(&found.grant.application_id)).await?;
    let presented = Presented {
        now,
        transaction: &found.grant.id,
        client_address,
    };
    if let Err(error) = bearer::decide(app, &found, entry.as_ref().map(|entry| &entry.client), presented).await {
        tracing::debug!(refusal = error.refusal.code(), "an access token is dead");
        return Err(NoCaller::Refused);
    }
    // A mapping that the application has lost meanwhile opens nothing any more.
    let name = ManagedScope::Api.as_str();
    let offered = entry.is_some_and(|entry| entry.client.offers(name));
    let user = found.subject.ok_or(NoCaller::Refused)?.user;
    if !offered || !scope::contains(&found.token.scopes, name) {
        return Err(NoCaller::NoScope);
    }
    let actor = Actor {
        id: Some(user.id.clone()),
        user: Some(user.id.clone()),
        application: Some(found.grant.application_id),
        client_address: None,
    };
    Ok((user, actor))
}

/// A token of a user dies with the user and is worth no more than the user.
async fn check_user(app: &App, token: &ApiToken) -> Result<(), NoCaller> {
    let Some(id) = &token.user else { return Ok(()) };
    let user = app.store.load_user(id).await?.map(|found| found.user);
    if let Err(error) = decide_access(None, user.as_ref(), token.created_at) {
        tracing::debug!(token = %token.id, refusal = error.refusal.code(), "an API token is dead");
        return Err(NoCaller::Refused);
    }
    match user {
        Some(user) if app.store.load_is_admin(&user).await? => Ok(()),
        _ => Err(NoCaller::NotAdministrator),
    }
}

/// Notes the use. A failure is no reason to refuse the request.
async fn touch(app: &App, token: &ApiToken, now: Time) {
    if token.last_used_at.is_some_and(|last| now.since(last) < TOUCH_EVERY) {
        return;
    }
    let batch = Batch::from(app.store.touch_api_token(&token.id, now));
    if let Err(error) = app.store.db().commit(batch).await {
        tracing::warn!(%error, "the last use of an API token could not be noted");
    }
}

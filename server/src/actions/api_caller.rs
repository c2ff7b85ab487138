//! The holder of an API token, for every interface that takes one.

use protocol::decision::decide_access;
use protocol::id::SecretHash;
use protocol::time::{MINUTE, Time};
use store::api_tokens::ApiToken;
use store::{Batch, StoreError};

use super::actor::Actor;
use super::permissions::Permissions;
use crate::app::App;

/// How exactly the last use of a token is noted.
const TOUCH_EVERY: i64 = MINUTE;

/// A caller that was let in.
#[derive(Clone, Debug)]
pub struct ApiCaller {
    /// For the audit log.
    pub actor: Actor,
    /// What it may do.
    pub permissions: Permissions,
}

/// Why the holder of an API token is not let in.
#[derive(Debug)]
pub enum NotLetIn {
    /// The token is over, or its user is gone or switched off.
    Dead,
    /// The token acts for a user who is no administrator.
    NotAdministrator,
    /// The store could not say.
    Store(StoreError),
}

impl From<StoreError> for NotLetIn {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The holder of the API token of this hash; `None`: it is no API token.
///
/// # Errors
/// See [`NotLetIn`].
pub async fn load_api_caller(app: &App, hash: &SecretHash, now: Time) -> Result<Option<ApiCaller>, NotLetIn> {
    let Some(token) = app.store.load_api_token_by_hash(hash).await? else {
        return Ok(None);
    };
    if token.expires_at.is_some_and(|at| now >= at) {
        return Err(NotLetIn::Dead);
    }
    check_user(app, &token).await?;
    touch(app, &token, now).await;
    Ok(Some(ApiCaller {
        actor: Actor {
            id: Some(token.id),
            user: token.user,
            ..Actor::default()
        },
        permissions: Permissions::new(token.permissions),
    }))
}

/// A token of a user dies with the user and is worth no more than the user.
async fn check_user(app: &App, token: &ApiToken) -> Result<(), NotLetIn> {
    let Some(id) = &token.user else { return Ok(()) };
    let user = app.store.load_user(id).await?.map(|found| found.user);
    if let Err(error) = decide_access(None, user.as_ref(), token.created_at) {
        tracing::debug!(token = %token.id, refusal = error.refusal.code(), "an API token is dead");
        return Err(NotLetIn::Dead);
    }
    match user {
        Some(user) if app.store.load_is_admin(&user).await? => Ok(()),
        _ => Err(NotLetIn::NotAdministrator),
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

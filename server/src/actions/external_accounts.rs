//! External accounts: taking a link away, by an administrator or by the person, never the last way in.

use protocol::time::Time;
use protocol::upstream::ExternalAccount;
use serde_json::{Map, Value};
use store::external_accounts::OtherWayIn;
use store::{Stmt, StoreError};

use super::actor::Actor;
use super::changes::ATTEMPTS;
use super::factors::manage::passkey_that_opens;
use super::outcome::ActionError;
use super::source_calls::revocation::give_back;
use crate::app::App;

/// The external account of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<ExternalAccount, ActionError> {
    app.store.load_external_account(id).await?.ok_or(ActionError::NotFound)
}

/// Takes a link away, whether it is the last way in or not: for an administrator.
///
/// # Errors
/// [`ActionError::NotFound`] when it is gone, or the store's.
pub async fn unlink(app: &App, actor: &Actor, account: &ExternalAccount) -> Result<(), ActionError> {
    let kept = app.store.load_source_tokens(&account.id).await?;
    let statements = vec![
        app.store.delete_external_account(&account.id),
        unlinked(app, actor, account, app.now()),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => return Err(ActionError::NotFound),
        other => other?,
    }
    if let Some((tokens, _)) = kept {
        give_back(app, account, &tokens).await;
    }
    Ok(())
}

/// Takes a link away for its owner, who must keep a way in.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when it is the last way in, or the store's.
pub async fn unlink_own(app: &App, actor: &Actor, account: &ExternalAccount) -> Result<(), ActionError> {
    let kept = app.store.load_source_tokens(&account.id).await?;
    for _ in 0..ATTEMPTS {
        let Some(other) = other_way_in(app, account).await? else {
            let message = "This is the only way into the account: set a password or link another account first.";
            return Err(ActionError::Conflict(message.to_owned()));
        };
        let mut statements = app.store.delete_external_account_beside(account, &other).to_vec();
        statements.push(unlinked(app, actor, account, app.now()));
        match app.commit_changes(statements, Vec::new()).await {
            // This link, or the way that was to stay, is gone in the meantime.
            Err(StoreError::Conflict) => {
                load(app, &account.id).await?;
            }
            other => {
                other?;
                if let Some((tokens, _)) = &kept {
                    give_back(app, account, tokens).await;
                }
                return Ok(());
            }
        }
    }
    Err(StoreError::Conflict.into())
}

/// What else lets the owner in: a password, a passkey, or a link to a source that people may sign in through.
async fn other_way_in(app: &App, account: &ExternalAccount) -> Result<Option<OtherWayIn>, ActionError> {
    let owner = app.store.load_user(&account.user_id).await?;
    if owner.is_some_and(|owner| owner.password_hash.is_some()) {
        return Ok(Some(OtherWayIn::Password));
    }
    let factors = app.store.load_factors(&account.user_id).await?;
    if let Some(passkey) = passkey_that_opens(app, &factors, "") {
        return Ok(Some(passkey));
    }
    Ok(link_that_opens(app, &account.user_id, Some(&account.id)).await?)
}

/// A link, other than `except`, to a source that people may sign in through.
///
/// # Errors
/// When the database is unavailable.
pub async fn link_that_opens(app: &App, user_id: &str, except: Option<&str>) -> Result<Option<OtherWayIn>, StoreError> {
    let snapshot = app.snapshot();
    let opens = |other: &ExternalAccount| {
        let found = snapshot.sources.of_id(&other.source_id).map(|found| &found.source);
        Some(other.id.as_str()) != except
            && !other.provider_user_id.is_empty()
            && found.is_some_and(|source| source.enabled && source.allow_sign_in && source.has_button())
    };
    let others = app.store.load_external_accounts_of(user_id).await?;
    let other = others.into_iter().find(opens);
    Ok(other.map(|other| OtherWayIn::Link(other.id)))
}

fn unlinked(app: &App, actor: &Actor, account: &ExternalAccount, now: Time) -> Stmt {
    actor.event(app, now, "source_unlinked", &account.user_id, about(account))
}

/// What the audit log says of a link: never more than names.
#[must_use]
pub fn about(account: &ExternalAccount) -> Map<String, Value> {
    let mut detail = Map::new();
    detail.insert("source".to_owned(), account.source_key.as_str().into());
    detail.insert("external_account".to_owned(), account.id.as_str().into());
    detail
}

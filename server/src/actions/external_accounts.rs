//! External accounts: taking a link away, by an administrator or by the person, never the last way in.

use protocol::time::Time;
use protocol::upstream::ExternalAccount;
use serde_json::{Map, Value};
use store::Stmt;

use super::actor::Actor;
use super::outcome::ActionError;
use crate::app::App;

/// The external account of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<ExternalAccount, ActionError> {
    app.store.load_external_account(id).await?.ok_or(ActionError::NotFound)
}

/// Takes a link away. `by_owner`: the person asks, who must keep a way in; an administrator may take the last one.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when it is the last way in, or the store's.
pub async fn unlink(app: &App, actor: &Actor, account: &ExternalAccount, by_owner: bool) -> Result<(), ActionError> {
    if by_owner && is_last_way_in(app, account).await? {
        let message = "This is the only way into the account: set a password or link another account first.";
        return Err(ActionError::Conflict(message.to_owned()));
    }
    let statements = vec![
        app.store.delete_external_account(&account.id),
        unlinked(app, actor, account, app.now()),
    ];
    app.commit_changes(statements, Vec::new()).await?;
    Ok(())
}

/// Whether nothing else lets the owner in: no password, and no link to a source that is switched on.
async fn is_last_way_in(app: &App, account: &ExternalAccount) -> Result<bool, ActionError> {
    let owner = app.store.load_user(&account.user_id).await?;
    if owner.is_some_and(|owner| owner.password_hash.is_some()) {
        return Ok(false);
    }
    let snapshot = app.snapshot();
    let opens = |other: &ExternalAccount| {
        other.id != account.id
            && !other.provider_user_id.is_empty()
            && snapshot
                .sources
                .of_id(&other.source_id)
                .is_some_and(|upstream| upstream.source.enabled && upstream.source.allow_sign_in)
    };
    let others = app.store.load_external_accounts_of(&account.user_id).await?;
    Ok(!others.iter().any(opens))
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

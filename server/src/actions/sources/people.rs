//! A source that is deleted together with the people who can come in through nothing else, as Auth0's interface does it.
//!
//! There may be many, so it is done in pieces: first the source is switched off, so that nobody comes in any more, then the
//! people go, then the source. Whoever stops in the middle can begin again.

use protocol::upstream::ExternalAccount;
use protocol::user::UserType;
use serde_json::Map;
use store::StoreError;
use store::page::{CursorKey, ListQuery};

use super::fields::SourceFields;
use super::{delete, find, reach, update};
use crate::actions::administrators::Authority;
use crate::actions::changes::{Changes, Expected};
use crate::actions::external_accounts::unlink;
use crate::actions::outcome::ActionError;
use crate::actions::users;
use crate::app::App;

/// Deletes a source and the people who can come in through nothing else. Whoever has a password, another link or administers
/// stays, without the link.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`] or the store's.
pub async fn delete_with_people(app: &App, by: Authority<'_>, reference: &str) -> Result<(), ActionError> {
    let source = find(app, reference).await?.source;
    reach::check_source(app, by, &[&source]).await?;
    if source.enabled {
        let mut off = Map::new();
        off.insert("enabled".to_owned(), false.into());
        let changes: Changes<SourceFields> = Changes::parse(off)?;
        update(app, by, &source.id, &Expected::Any, changes).await?;
    }
    let mut first = None;
    loop {
        let accounts = page(app, &source.id).await?;
        let Some(account) = accounts.first() else { break };
        // The next page begins where this one ended: what is there twice can not be taken away.
        if first.as_ref() == Some(&account.id) {
            return Err(StoreError::Conflict.into());
        }
        first = Some(account.id.clone());
        for account in &accounts {
            match part(app, by, account).await {
                // Somebody else was faster.
                Ok(()) | Err(ActionError::NotFound | ActionError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    delete(app, by, &source.id, &Expected::Any).await
}

/// The first links of a source.
async fn page(app: &App, source_id: &str) -> Result<Vec<ExternalAccount>, StoreError> {
    let cursor_key: &[u8; 32] = app
        .secrets
        .cursor_key
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Corrupt("cursor key".to_owned()))?;
    let query = ListQuery {
        limit: Some(200),
        filters: vec![("source_id", source_id.into())],
        ..ListQuery::default()
    };
    let found = app
        .store
        .list_external_accounts(&query, &CursorKey::new(cursor_key))
        .await;
    match found {
        Ok(page) => Ok(page.items),
        Err(store::ListError::Store(error)) => Err(error),
        Err(store::ListError::Query(error)) => Err(StoreError::Corrupt(error.to_string())),
    }
}

/// Takes the link away, and the person with it when nothing else lets them in.
async fn part(app: &App, by: Authority<'_>, account: &ExternalAccount) -> Result<(), ActionError> {
    if let Some(found) = app.store.load_user(&account.user_id).await? {
        let others = app.store.load_external_accounts_of(&account.user_id).await?;
        let is_only_way = found.password_hash.is_none() && others.iter().all(|other| other.id == account.id);
        let user = found.user;
        if is_only_way && user.kind == UserType::Person && !app.store.load_is_admin(&user).await? {
            return users::delete(app, by, &user.id, &Expected::Any).await;
        }
    }
    unlink(app, by.actor, account).await
}

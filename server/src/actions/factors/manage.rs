//! Renaming and removing factors: by their person, never the last way in, or by an administrator.

use protocol::factor::{Factor, FactorKind};
use serde_json::{Map, Value};
use store::external_accounts::OtherWayIn;
use store::factors::StoredFactor;
use store::{Stmt, StoreError};

use super::enrol::Owner;
use super::{Change, change_of};
use crate::actions::actor::Actor;
use crate::actions::administrators::Authority;
use crate::actions::changes::{ATTEMPTS, Expected};
use crate::actions::external_accounts::link_that_opens;
use crate::actions::mail::notices;
use crate::actions::outcome::ActionError;
use crate::actions::users;
use crate::app::App;

/// The longest name of a factor, in characters.
const LONGEST_NAME: usize = 60;
/// Factors have no versions: this is the one of all.
pub const VERSION: i64 = 1;

/// A name as it is kept: one line of at most sixty characters.
#[must_use]
pub fn clean_name(name: &str) -> String {
    let one_line: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    one_line.trim().to_owned()
}

/// The factors of a user, by id or user name, for an administrator.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn list(app: &App, user: &str) -> Result<Vec<Factor>, ActionError> {
    let user = users::load(app, user).await?.user;
    let factors = app.store.load_factors(&user.id).await?;
    Ok(factors.into_iter().map(|stored| stored.factor).collect())
}

/// One factor of a user.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find(app: &App, user: &str, id: &str) -> Result<Factor, ActionError> {
    let found = list(app, user).await?.into_iter().find(|factor| factor.id == id);
    found.ok_or(ActionError::NotFound)
}

/// Takes a factor away for an administrator, whether it is the last way in or not: for somebody who has lost a device. The person
/// is told by mail.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`], [`ActionError::Stale`] or the store's.
pub async fn remove(
    app: &App,
    by: Authority<'_>,
    user: &str,
    id: &str,
    expected: &Expected,
) -> Result<(), ActionError> {
    let user = users::load_to_change(app, by, user).await?.user;
    let factors = app.store.load_factors(&user.id).await?;
    let found = find_stored(&factors, id)?;
    expected.check(VERSION)?;
    let mut statements = app.store.delete_factor(&user.id, id);
    statements.push(removed(app, by.actor, &found.factor));
    let what = change_of(found.factor.kind, Change::Removed);
    statements.extend(notices::factors_changed_for(app, &user, what, app.now())?);
    match app.commit_changes(statements, Vec::new()).await {
        // Somebody else was faster.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

fn find_stored<'f>(factors: &'f [StoredFactor], id: &str) -> Result<&'f StoredFactor, ActionError> {
    let found = factors.iter().find(|stored| stored.factor.id == id);
    found.ok_or(ActionError::NotFound)
}

/// Renames a factor of the person's own.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn rename_own(app: &App, user_id: &str, id: &str, name: &str) -> Result<(), ActionError> {
    let statement = app.store.rename_factor(user_id, id, &clean_name(name));
    match app.store.commit_statements(vec![statement], Vec::new()).await {
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

/// Takes a factor of the person's own away.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when it is the last way in, or the store's.
pub async fn remove_own(app: &App, actor: &Actor, owner: Owner<'_>, id: &str) -> Result<(), ActionError> {
    let user_id = owner.user.id.as_str();
    for _ in 0..ATTEMPTS {
        let factors = app.store.load_factors(user_id).await?;
        let found = find_stored(&factors, id)?;
        let mut statements = match found.factor.kind {
            FactorKind::Passkey => {
                let Some(other) = other_way_in(app, user_id, &factors, id).await? else {
                    let message = "This is the only way into the account: set a password first.";
                    return Err(ActionError::Conflict(message.to_owned()));
                };
                app.store.delete_factor_beside(user_id, id, &other)
            }
            // They let nobody in by themselves.
            FactorKind::Totp | FactorKind::RecoveryCodes => app.store.delete_factor(user_id, id),
        };
        statements.push(removed(app, actor, &found.factor));
        let what = change_of(found.factor.kind, Change::Removed);
        statements.extend(notices::factors_changed(
            app,
            owner.user,
            what,
            owner.origin,
            owner.language,
        )?);
        match app.commit_changes(statements, Vec::new()).await {
            // This one, or the way that was to stay, is gone in the meantime.
            Err(StoreError::Conflict) => {}
            other => return Ok(other?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// What else lets the person in: a password, another passkey, or a link to a source that people may sign in through.
async fn other_way_in(
    app: &App,
    user_id: &str,
    factors: &[StoredFactor],
    id: &str,
) -> Result<Option<OtherWayIn>, ActionError> {
    let owner = app.store.load_user(user_id).await?;
    if owner.is_some_and(|owner| owner.password_hash.is_some()) {
        return Ok(Some(OtherWayIn::Password));
    }
    if let Some(other) = passkey_that_opens(app, factors, id) {
        return Ok(Some(other));
    }
    Ok(link_that_opens(app, user_id, None).await?)
}

/// A passkey other than `except`.
#[must_use]
pub fn passkey_that_opens(app: &App, factors: &[StoredFactor], except: &str) -> Option<OtherWayIn> {
    let other = factors
        .iter()
        .find(|stored| stored.factor.kind == FactorKind::Passkey && stored.factor.id != except)?;
    app.passkeys
        .are_possible()
        .then(|| OtherWayIn::Passkey(other.factor.id.clone()))
}

fn removed(app: &App, actor: &Actor, factor: &Factor) -> Stmt {
    let mut detail = Map::new();
    for (name, value) in [
        ("factor", factor.id.as_str()),
        ("kind", factor.kind.as_str()),
        ("name", factor.name.as_str()),
    ] {
        detail.insert(name.to_owned(), Value::from(value));
    }
    actor.event(app, app.now(), "factor_removed", &factor.user_id, detail)
}

//! Making, changing and deleting users, and what ends with them.

pub mod app_passwords;
mod emails;
pub mod fields;
pub mod own_password;
pub mod password;

use protocol::time::Time;
use protocol::user::User;
use secrecy::SecretString;
use serde_json::Map;
use store::users::list::UserWithGroups;
use store::{Stmt, StoreError};

use self::fields::UserFields;
use super::administrators::{Authority, Retry, counts, is_admin};
use super::changes::{Changes, Expected};
use super::machine::new_uuid;
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// The user of an id, or else of a user name, with the ids of its groups.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<UserWithGroups, ActionError> {
    app.store.load_user_with_groups(id).await?.ok_or(ActionError::NotFound)
}

/// Makes a user, with a password when one is given.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn create(
    app: &App,
    by: Authority<'_>,
    changes: Changes<UserFields>,
    password: Option<SecretString>,
) -> Result<UserWithGroups, ActionError> {
    let now = app.now();
    let mut made = UserWithGroups {
        user: User {
            id: app.new_id("user", now),
            uuid: new_uuid(app),
            created_at: now,
            updated_at: now,
            version: 1,
            is_active: true,
            ..User::default()
        },
        ..UserWithGroups::default()
    };
    let mut errors = fields::apply(changes, &mut made, false);
    check_groups(app, &made.groups, &mut errors).await?;
    refuse(errors)?;
    let admin_groups = app.store.load_admin_groups().await?;
    by.check_administrators(is_admin(&made.user, &made.groups, &admin_groups))?;
    let hash = match password {
        Some(password) => Some(password::hash(app, password).await?),
        None => None,
    };
    let mut statements = app.store.create_user(&made.user, hash.as_deref())?;
    statements.extend(app.store.change_user_groups(&made.user.id, &[], &made.groups, now));
    statements.extend(app.store.set_user_emails(&made.user.id, &made.emails));
    statements.push(by.actor.event(app, now, "user_created", &made.user.id, Map::new()));
    app.commit_changes(statements, Vec::new()).await?;
    load(app, &made.user.id).await
}

/// Changes a user. Switching it off, or making a program of a person, ends its sessions and revokes what it granted, so
/// that switching it on again brings nothing back.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`], [`ActionError::Stale`], [`ActionError::Conflict`] for the last
/// administrator, or the store's.
pub async fn update(
    app: &App,
    by: Authority<'_>,
    id: &str,
    changes: Changes<UserFields>,
    expected: &Expected,
) -> Result<UserWithGroups, ActionError> {
    let mut retry = Retry::default();
    loop {
        let before = load(app, id).await?;
        expected.check(before.user.version)?;
        let mut after = before.clone();
        let mut errors = fields::apply(changes.clone(), &mut after, true);
        if after.groups != before.groups {
            check_groups(app, &after.groups, &mut errors).await?;
        }
        refuse(errors)?;
        let mut changed = fields::changed(&before, &after);
        let moves_emails = before.emails != after.emails;
        if moves_emails {
            changed.push("emails".to_owned());
        }
        if changed.is_empty() {
            return Ok(before);
        }
        let admin_groups = app.store.load_admin_groups().await?;
        let is_admin = |one: &UserWithGroups| is_admin(&one.user, &one.groups, &admin_groups);
        by.check_administrators(is_admin(&before) || is_admin(&after))?;
        let counts = |one: &UserWithGroups| counts(&one.user, &one.groups, &admin_groups);
        let keeps_one = counts(&before) && !counts(&after);

        let now = app.now();
        after.user.updated_at = now;
        let mut statements = vec![app.store.update_user(&after.user, before.user.version)?];
        let (id, from, to) = (&before.user.id, &before.groups, &after.groups);
        statements.extend(app.store.change_user_groups(id, from, to, now));
        if moves_emails {
            statements.extend(app.store.set_user_emails(id, &after.emails));
        }
        if (before.user.is_active && !after.user.is_active) || before.user.kind != after.user.kind {
            statements.extend(app.store.sign_out_everywhere(&before.user.id, now));
        }
        let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
        statements.push(by.actor.changed(app, now, "user_updated", &before.user.id, &changed));
        match commit(app, statements, keeps_one).await {
            Ok(()) => return load(app, &before.user.id).await,
            Err(StoreError::Conflict) => retry.after(before.user.version, keeps_one)?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Deletes a user with its sessions, grants, consents and API tokens.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`], [`ActionError::Stale`], [`ActionError::Conflict`] for the last
/// administrator, or the store's.
pub async fn delete(app: &App, by: Authority<'_>, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let mut retry = Retry::default();
    loop {
        let found = load(app, id).await?;
        expected.check(found.user.version)?;
        let admin_groups = app.store.load_admin_groups().await?;
        by.check_administrators(is_admin(&found.user, &found.groups, &admin_groups))?;
        let keeps_one = counts(&found.user, &found.groups, &admin_groups);
        let now = app.now();
        let mut statements = app.store.delete_user(&found.user.id, now);
        statements.push(by.actor.event(app, now, "user_deleted", &found.user.id, Map::new()));
        match commit(app, statements, keeps_one).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict) => retry.after(found.user.version, keeps_one)?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Signs a user out everywhere: sessions end, grants are revoked, API tokens from before die.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`] or the store's.
pub async fn sign_out(app: &App, by: Authority<'_>, id: &str) -> Result<(), ActionError> {
    let found = load_to_change(app, by, id).await?;
    let now = app.now();
    let mut statements = app.store.sign_out_everywhere(&found.user.id, now);
    statements.push(everywhere(app, by, &found.user.id, now));
    finish(app, statements).await
}

fn everywhere(app: &App, by: Authority<'_>, id: &str, now: Time) -> Stmt {
    let mut detail = Map::new();
    detail.insert("everywhere".to_owned(), true.into());
    by.actor.event(app, now, "logout", id, detail)
}

/// The user, when the caller may change it.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`] or the store's.
pub async fn load_to_change(app: &App, by: Authority<'_>, id: &str) -> Result<UserWithGroups, ActionError> {
    let found = load(app, id).await?;
    let admin_groups = app.store.load_admin_groups().await?;
    by.check_administrators(is_admin(&found.user, &found.groups, &admin_groups))?;
    Ok(found)
}

/// Commits what is guarded by the existence of the user alone.
async fn finish(app: &App, statements: Vec<Stmt>) -> Result<(), ActionError> {
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

async fn commit(app: &App, statements: Vec<Stmt>, keeps_one: bool) -> Result<(), StoreError> {
    let statements = if keeps_one {
        app.store.keep_an_administrator(statements)
    } else {
        statements
    };
    app.commit_changes(statements, Vec::new()).await
}

async fn check_groups(app: &App, groups: &[String], errors: &mut Vec<FieldError>) -> Result<(), StoreError> {
    let known = app.store.load_known_groups(groups).await?;
    if groups.iter().any(|group| !known.contains(group)) {
        errors.push(FieldError::not_found(
            "groups",
            "One of these is not the id of a group.",
        ));
    }
    Ok(())
}

fn refuse(errors: Vec<FieldError>) -> Result<(), ActionError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

//! Making, changing and deleting groups.

pub mod fields;

use protocol::user::Group;
use serde_json::Map;
use store::groups::list::GroupWithMembers;
use store::{Stmt, StoreError};

use self::fields::GroupFields;
use super::administrators::{Authority, Retry};
use super::changes::{Changes, Expected};
use super::machine::new_uuid;
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// The group of an id with its parents and members.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<GroupWithMembers, ActionError> {
    app.store
        .load_group_with_members(id)
        .await?
        .ok_or(ActionError::NotFound)
}

/// Makes a group.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn create(
    app: &App,
    by: Authority<'_>,
    changes: Changes<GroupFields>,
) -> Result<GroupWithMembers, ActionError> {
    let now = app.now();
    let before = GroupWithMembers {
        group: Group {
            id: app.new_id("group", now),
            uuid: new_uuid(app),
            created_at: now,
            updated_at: now,
            version: 1,
            ..Group::default()
        },
        users: Vec::new(),
    };
    let mut made = before.clone();
    let errors = fields::apply(changes, &mut made, false);
    check(app, &before, &made, errors).await?;
    let admin_groups = app.store.load_admin_groups().await?;
    by.check_administrators(makes_admins(&made, &admin_groups))?;
    let mut statements = app.store.create_group(&made.group);
    let id = &made.group.id;
    statements.extend(app.store.change_group_members(id, &[], &made.users, now));
    statements.push(by.actor.event(app, now, "group_created", &made.group.id, Map::new()));
    app.commit_changes(statements, Vec::new()).await?;
    load(app, &made.group.id).await
}

/// Changes a group, its parents or its members.
///
/// # Errors
/// [`ActionError::Invalid`], also for a cycle, [`ActionError::Forbidden`], [`ActionError::Stale`],
/// [`ActionError::Conflict`] for the last administrator, or the store's.
pub async fn update(
    app: &App,
    by: Authority<'_>,
    id: &str,
    changes: Changes<GroupFields>,
    expected: &Expected,
) -> Result<GroupWithMembers, ActionError> {
    let mut retry = Retry::default();
    loop {
        let before = load(app, id).await?;
        expected.check(before.group.version)?;
        let mut after = before.clone();
        let errors = fields::apply(changes.clone(), &mut after, true);
        check(app, &before, &after, errors).await?;
        let changed = fields::changed(&before, &after);
        if changed.is_empty() {
            return Ok(before);
        }
        let admin_groups = app.store.load_admin_groups().await?;
        // What stands above may change for the groups below it too, so the group itself is asked, not its members.
        let made_admins = admin_groups.contains(&before.group.id);
        by.check_administrators(made_admins || makes_admins(&after, &admin_groups))?;
        let keeps_one = made_admins && !app.store.load_active_admins().await?.is_empty();

        let now = app.now();
        after.group.updated_at = now;
        let mut statements = app.store.update_group(&after.group, before.group.version);
        let (id, from, to) = (&before.group.id, &before.users, &after.users);
        statements.extend(app.store.change_group_members(id, from, to, now));
        let event = by.actor.changed(app, now, "group_updated", &before.group.id, &changed);
        statements.push(event);
        match commit(app, statements, keeps_one).await {
            Ok(()) => return load(app, &before.group.id).await,
            Err(StoreError::Conflict) => retry.after(before.group.version, keeps_one)?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Deletes a group; its members and the groups below it stay, without it.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Forbidden`], [`ActionError::Stale`], [`ActionError::Conflict`] for the last
/// administrator, or the store's.
pub async fn delete(app: &App, by: Authority<'_>, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let mut retry = Retry::default();
    loop {
        let found = app.store.load_group(id).await?.ok_or(ActionError::NotFound)?;
        expected.check(found.version)?;
        let made_admins = app.store.load_admin_groups().await?.contains(&found.id);
        by.check_administrators(made_admins)?;
        let keeps_one = made_admins && !app.store.load_active_admins().await?.is_empty();
        let now = app.now();
        let mut statements = app.store.delete_group(id, now);
        statements.push(by.actor.event(app, now, "group_deleted", id, Map::new()));
        match commit(app, statements, keeps_one).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict) => retry.after(found.version, keeps_one)?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Whether members of the group are administrators, as it would be.
fn makes_admins(made: &GroupWithMembers, admin_groups: &[String]) -> bool {
    made.group.is_admin || made.group.parents.iter().any(|parent| admin_groups.contains(parent))
}

async fn commit(app: &App, statements: Vec<Stmt>, keeps_one: bool) -> Result<(), StoreError> {
    let statements = if keeps_one {
        app.store.keep_an_administrator(statements)
    } else {
        statements
    };
    app.commit_changes(statements, Vec::new()).await
}

/// Checks what the group names: parents that exist and do not stand below it, members that exist.
async fn check(
    app: &App,
    before: &GroupWithMembers,
    after: &GroupWithMembers,
    mut errors: Vec<FieldError>,
) -> Result<(), ActionError> {
    let (group, parents) = (&after.group, &after.group.parents);
    if *parents != before.group.parents {
        let known = app.store.load_known_groups(parents).await?;
        if parents.iter().any(|parent| !known.contains(parent)) {
            errors.push(FieldError::not_found(
                "parents",
                "One of these is not the id of a group.",
            ));
        }
        let below = app.store.load_groups_below(&group.id).await?;
        if parents.iter().any(|parent| below.contains(parent)) {
            let message = "One of these stands below this group, so it can not stand above it.";
            errors.push(FieldError::new("parents", "cycle", message));
        }
    }
    if after.users != before.users {
        let known = app.store.load_known_users(&after.users).await?;
        if after.users.iter().any(|user| !known.contains(user)) {
            errors.push(FieldError::not_found("users", "One of these is not the id of a user."));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

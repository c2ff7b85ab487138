//! Entitlements: making, changing, deleting.

use serde::Deserialize;
use store::StoreError;
use store::entitlements::Entitlement;
use utoipa::ToSchema;

use super::actor::Actor;
use super::applications;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::merge::normal_ids;
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// The writable fields of an entitlement.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = EntitlementFields)]
pub struct EntitlementFields {
    /// Id or slug of the application; it can not be changed. Required.
    #[schema(example = "wiki")]
    pub application: Option<String>,
    /// Unique in the application. Required.
    #[schema(example = "publish")]
    pub name: Option<String>,
    /// Ids of the users who have it.
    pub users: Option<Vec<String>>,
    /// Ids of the groups whose members, also those of groups below, have it.
    pub groups: Option<Vec<String>>,
}

impl Fields for EntitlementFields {}

/// The entitlement of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<Entitlement, ActionError> {
    app.store.load_entitlement(id).await?.ok_or(ActionError::NotFound)
}

/// Makes an entitlement.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(app: &App, actor: &Actor, changes: Changes<EntitlementFields>) -> Result<Entitlement, ActionError> {
    let now = app.now();
    let mut entitlement = Entitlement {
        id: app.new_id("ent", now),
        created_at: now,
        updated_at: now,
        version: 1,
        ..Entitlement::default()
    };
    let mut errors = apply(app, &changes, &mut entitlement).await?;
    if entitlement.application.is_empty() && errors.is_empty() {
        errors.push(FieldError::required("application"));
    }
    validate(app, &entitlement, errors).await?;
    let mut statements = app.store.create_entitlement(&entitlement);
    statements.push(actor.changed(app, now, "entitlement_created", &entitlement.id, &changes.names()));
    app.commit_changes(statements, Vec::new()).await?;
    Ok(entitlement)
}

/// Changes an entitlement.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`] or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: &str,
    expected: &Expected,
    changes: Changes<EntitlementFields>,
) -> Result<Entitlement, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = load(app, id).await?;
        expected.check(before.version)?;
        let mut entitlement = before.clone();
        let mut errors = apply(app, &changes, &mut entitlement).await?;
        if entitlement.application != before.application {
            let message = "An entitlement stays with its application; make another one there.";
            errors.push(FieldError::new("application", "read_only", message));
        }
        if entitlement == before && errors.is_empty() {
            return Ok(before);
        }
        validate(app, &entitlement, errors).await?;
        entitlement.updated_at = app.now();
        entitlement.version = before.version + 1;
        let mut statements = app.store.update_entitlement(&entitlement, before.version);
        statements.push(actor.changed(app, entitlement.updated_at, "entitlement_updated", id, &changes.names()));
        if expected.held(app.commit_changes(statements, Vec::new()).await)? {
            return Ok(entitlement);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes an entitlement.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let entitlement = load(app, id).await?;
    expected.check(entitlement.version)?;
    let statements = vec![
        app.store.delete_entitlement(id, entitlement.version),
        actor.changed(app, app.now(), "entitlement_deleted", id, &[]),
    ];
    app.commit_changes(statements, Vec::new()).await?;
    Ok(())
}

async fn apply(
    app: &App,
    changes: &Changes<EntitlementFields>,
    entitlement: &mut Entitlement,
) -> Result<Vec<FieldError>, ActionError> {
    let fields = &changes.fields;
    let mut errors = Vec::new();
    if let Some(reference) = &fields.application {
        match applications::find(app, reference).await {
            Ok(found) => entitlement.application = found.application.id,
            Err(ActionError::NotFound) => {
                let message = "There is no application of this id or slug.";
                errors.push(FieldError::not_found("application", message));
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(name) = &fields.name {
        name.trim().clone_into(&mut entitlement.name);
    } else if changes.resets("name") {
        entitlement.name.clear();
    }
    if let Some(users) = &fields.users {
        entitlement.users = normal_ids(users.clone());
    } else if changes.resets("users") {
        entitlement.users.clear();
    }
    if let Some(groups) = &fields.groups {
        entitlement.groups = normal_ids(groups.clone());
    } else if changes.resets("groups") {
        entitlement.groups.clear();
    }
    Ok(errors)
}

async fn validate(app: &App, entitlement: &Entitlement, mut errors: Vec<FieldError>) -> Result<(), ActionError> {
    errors.extend(FieldError::of_name(&entitlement.name));
    let known = app.store.load_known_users(&entitlement.users).await?;
    if entitlement.users.iter().any(|user| !known.contains(user)) {
        errors.push(FieldError::not_found("users", "One of these is not the id of a user."));
    }
    let known = app.store.load_known_groups(&entitlement.groups).await?;
    if entitlement.groups.iter().any(|group| !known.contains(group)) {
        errors.push(FieldError::not_found(
            "groups",
            "One of these is not the id of a group.",
        ));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

//! Policies: making, changing, deleting.

use protocol::policy::Policy;
use script::Kind;
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

use super::actor::Actor;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::expressions::check_beside;
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// The writable fields of a policy.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PolicyFields)]
pub struct PolicyFields {
    /// Unique; the page of a denial shows it, and `ak_call_policy` finds it by it. Required.
    #[schema(example = "editors only")]
    pub name: Option<String>,
    /// The body of a Python-like function that returns whether the subject may go on. Required.
    #[schema(example = "return ak_is_group_member(request.user, name=\"editors\")")]
    pub expression: Option<String>,
}

impl Fields for PolicyFields {}

/// The policy of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<Policy, ActionError> {
    app.store.load_policy(id).await?.ok_or(ActionError::NotFound)
}

/// Makes a policy.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(app: &App, actor: &Actor, changes: Changes<PolicyFields>) -> Result<Policy, ActionError> {
    let now = app.now();
    let mut policy = Policy {
        id: app.new_id("pol", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name: String::new(),
        expression: String::new(),
    };
    apply(&changes, &mut policy);
    check_beside(app, Kind::Policy, &policy.expression, FieldError::of_name(&policy.name)).await?;
    let statements = vec![
        app.store.create_policy(&policy),
        actor.changed(app, now, "policy_created", &policy.id, &changes.names()),
    ];
    app.commit_changes(statements, vec!["policies".to_owned()]).await?;
    Ok(policy)
}

/// Changes a policy.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`] or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: &str,
    expected: &Expected,
    changes: Changes<PolicyFields>,
) -> Result<Policy, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = load(app, id).await?;
        expected.check(before.version)?;
        let mut policy = before.clone();
        apply(&changes, &mut policy);
        if policy == before {
            return Ok(before);
        }
        check_beside(app, Kind::Policy, &policy.expression, FieldError::of_name(&policy.name)).await?;
        policy.updated_at = app.now();
        policy.version = before.version + 1;
        let statements = vec![
            app.store.update_policy(&policy, before.version),
            actor.changed(app, policy.updated_at, "policy_updated", &policy.id, &changes.names()),
        ];
        if expected.held(app.commit_changes(statements, vec!["policies".to_owned()]).await)? {
            return Ok(policy);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a policy that nothing is bound to: an application must not become open to everybody by it.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let policy = load(app, id).await?;
    expected.check(policy.version)?;
    if app.store.load_is_policy_bound(id).await? {
        let message = "A binding names this policy; delete the binding first, so that nothing opens by accident.";
        return Err(ActionError::Conflict(message.to_owned()));
    }
    let statements = vec![
        app.store.delete_policy(id, policy.version),
        actor.changed(app, app.now(), "policy_deleted", id, &[]),
    ];
    app.commit_changes(statements, vec!["policies".to_owned()]).await?;
    Ok(())
}

fn apply(changes: &Changes<PolicyFields>, policy: &mut Policy) {
    let fields = &changes.fields;
    if let Some(name) = &fields.name {
        name.trim().clone_into(&mut policy.name);
    } else if changes.resets("name") {
        policy.name.clear();
    }
    if let Some(expression) = &fields.expression {
        policy.expression.clone_from(expression);
    } else if changes.resets("expression") {
        policy.expression.clear();
    }
}

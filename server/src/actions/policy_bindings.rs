//! Policy bindings: making, changing, deleting.

use serde::Deserialize;
use serde_json::Map;
use store::StoreError;
use store::policy_bindings::StoredBinding;
use utoipa::ToSchema;

use super::actor::Actor;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::outcome::{ActionError, FieldError};
use super::{applications, policies, sources};
use crate::app::App;

/// The kinds of target.
pub const APPLICATION: &str = "application";
/// See [`APPLICATION`].
pub const SOURCE: &str = "source";
const LONGEST_TIMEOUT: i64 = 300;

/// The writable fields of a policy binding.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PolicyBindingFields)]
pub struct PolicyBindingFields {
    /// `application` (default) or `source`.
    #[schema(example = "application")]
    pub target_type: Option<String>,
    /// Id of the target, or the slug of the application, or the key of the source. Required.
    #[schema(example = "wiki")]
    pub target: Option<String>,
    /// Id of a policy. Exactly one of `policy`, `group` and `user` is given.
    pub policy: Option<String>,
    /// Id of a group; its members, also those of groups below it, pass.
    pub group: Option<String>,
    /// Id of a user, who passes.
    pub user: Option<String>,
    /// Lower ones are asked, and their messages shown, first. Default: 0.
    pub order: Option<i64>,
    /// A disabled one is not asked. Default: true.
    pub enabled: Option<bool>,
    /// Turns the answer round. Default: false.
    pub negate: Option<bool>,
    /// How long an expression may take, in seconds: 1 to 300. Default: 30.
    #[schema(minimum = 1, maximum = 300)]
    pub timeout_seconds: Option<i64>,
    /// The answer when the expression fails or takes too long; it is not turned round. Default: false.
    pub failure_result: Option<bool>,
    /// Asked and reported, but not counted. Default: false.
    pub dry_run: Option<bool>,
}

impl Fields for PolicyBindingFields {}

/// The binding of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<StoredBinding, ActionError> {
    app.store.load_binding(id).await?.ok_or(ActionError::NotFound)
}

/// Makes a binding.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(
    app: &App,
    actor: &Actor,
    changes: Changes<PolicyBindingFields>,
) -> Result<StoredBinding, ActionError> {
    let now = app.now();
    let mut binding = StoredBinding {
        id: app.new_id("bind", now),
        created_at: now,
        updated_at: now,
        version: 1,
        ..defaults()
    };
    apply(&changes, &mut binding);
    validate(app, &mut binding).await?;
    let statements = vec![
        app.store.create_binding(&binding),
        actor.event(app, now, "policy_binding_created", &binding.id, about(&binding)),
    ];
    app.commit_changes(statements, vec![changed(&binding)]).await?;
    Ok(binding)
}

/// Changes a binding.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`] or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: &str,
    expected: &Expected,
    changes: Changes<PolicyBindingFields>,
) -> Result<StoredBinding, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = load(app, id).await?;
        expected.check(before.version)?;
        let mut binding = before.clone();
        apply(&changes, &mut binding);
        if binding == before {
            return Ok(before);
        }
        validate(app, &mut binding).await?;
        binding.updated_at = app.now();
        binding.version = before.version + 1;
        let statements = vec![
            app.store.update_binding(&binding, before.version),
            actor.event(app, binding.updated_at, "policy_binding_updated", id, about(&binding)),
        ];
        let concerned = vec![changed(&before), changed(&binding)];
        if expected.held(app.commit_changes(statements, concerned).await)? {
            return Ok(binding);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a binding.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let binding = load(app, id).await?;
    expected.check(binding.version)?;
    let statements = vec![
        app.store.delete_binding(id, binding.version),
        actor.event(app, app.now(), "policy_binding_deleted", id, about(&binding)),
    ];
    app.commit_changes(statements, vec![changed(&binding)]).await?;
    Ok(())
}

/// What nodes are told when the bindings of a target have changed.
fn changed(binding: &StoredBinding) -> String {
    match binding.target_type.as_str() {
        SOURCE => sources::CHANGED.to_owned(),
        _ => format!("app:{}", binding.target),
    }
}

fn defaults() -> StoredBinding {
    StoredBinding {
        target_type: APPLICATION.to_owned(),
        enabled: true,
        timeout_seconds: 30,
        ..StoredBinding::default()
    }
}

/// What the audit log says beside the id.
fn about(binding: &StoredBinding) -> Map<String, serde_json::Value> {
    let mut detail = Map::new();
    detail.insert("target".to_owned(), binding.target.as_str().into());
    detail
}

fn apply(changes: &Changes<PolicyBindingFields>, binding: &mut StoredBinding) {
    let fields = &changes.fields;
    let fresh = defaults();
    macro_rules! plain {
        ($($field:ident),*) => {$(
            if let Some(value) = &fields.$field {
                binding.$field.clone_from(value);
            } else if changes.resets(stringify!($field)) {
                binding.$field.clone_from(&fresh.$field);
            }
        )*};
    }
    plain!(
        target_type,
        target,
        order,
        enabled,
        negate,
        timeout_seconds,
        failure_result,
        dry_run
    );
    macro_rules! optional {
        ($($field:ident),*) => {$(
            if fields.$field.is_some() || changes.resets(stringify!($field)) {
                binding.$field.clone_from(&fields.$field);
            }
        )*};
    }
    optional!(policy, group, user);
}

/// Checks what the binding names, and puts the id of the target in the place of its slug or key.
async fn validate(app: &App, binding: &mut StoredBinding) -> Result<(), ActionError> {
    let mut errors = Vec::new();
    if ![APPLICATION, SOURCE].contains(&binding.target_type.as_str()) {
        errors.push(FieldError::invalid("target_type", "Write `application` or `source`."));
    } else if binding.target.is_empty() {
        errors.push(FieldError::required("target"));
    } else {
        let found = match binding.target_type.as_str() {
            SOURCE => sources::find(app, &binding.target).await.map(|found| found.source.id),
            _ => applications::find(app, &binding.target)
                .await
                .map(|found| found.application.id),
        };
        match found {
            Ok(id) => binding.target = id,
            Err(ActionError::NotFound) => {
                let message =
                    "There is no such target: give its id, the slug of the application or the key of the source.";
                errors.push(FieldError::not_found("target", message));
            }
            Err(error) => return Err(error),
        }
    }
    let given = [&binding.policy, &binding.group, &binding.user];
    if given.iter().filter(|one| one.is_some()).count() != 1 {
        let message = "Give exactly one of `policy`, `group` and `user`, and null for the others.";
        errors.push(FieldError::invalid("policy", message));
    }
    if let Some(id) = &binding.policy {
        match policies::load(app, id).await {
            Ok(_) => {}
            Err(ActionError::NotFound) => {
                errors.push(FieldError::not_found("policy", "There is no policy of this id."));
            }
            Err(error) => return Err(error),
        }
    }
    if let Some(id) = &binding.group
        && app.store.load_group(id).await?.is_none()
    {
        errors.push(FieldError::not_found("group", "There is no group of this id."));
    }
    if let Some(id) = &binding.user
        && app.store.load_user(id).await?.is_none()
    {
        errors.push(FieldError::not_found("user", "There is no user of this id."));
    }
    if !(1..=LONGEST_TIMEOUT).contains(&binding.timeout_seconds) {
        errors.push(FieldError::invalid("timeout_seconds", "Write 1 to 300 seconds."));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

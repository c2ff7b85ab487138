//! Scope mappings of an installation's own: making, changing, deleting.

use protocol::scope::{ScopeMapping, parse_scope};
use script::Kind;
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

use super::actor::Actor;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::expressions::check_beside;
use super::outcome::{ActionError, FieldError, Warning};
use crate::app::App;

/// Scopes of the GitHub paths, which mean there what they mean at GitHub.
const NOT_MAPPED: [&str; 4] = ["user", "read:user", "user:email", "read:org"];
const LONGEST_SCOPE: usize = 200;
const LONGEST_TEXT: usize = 2_000;

/// The writable fields of a scope mapping.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScopeMappingFields)]
pub struct ScopeMappingFields {
    /// For administrators. Required.
    #[schema(example = "MinIO policy")]
    pub name: Option<String>,
    /// The scope that an application asks for. Several mappings may share one; all of them run. Required.
    #[schema(example = "minio")]
    pub scope: Option<String>,
    /// What the consent page says; empty: the name of the scope.
    pub description: Option<String>,
    /// The body of a Python-like function that returns a dictionary of claims. Required.
    #[schema(example = "return {\"policy\": \"readwrite\"}")]
    pub expression: Option<String>,
}

impl Fields for ScopeMappingFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "managed"];
}

/// Makes a mapping.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(
    app: &App,
    actor: &Actor,
    changes: Changes<ScopeMappingFields>,
) -> Result<ScopeMapping, ActionError> {
    let now = app.now();
    let mut mapping = ScopeMapping {
        id: app.new_id("map", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name: String::new(),
        scope: String::new(),
        description: String::new(),
        managed: None,
        expression: Some(String::new()),
    };
    apply(&changes, &mut mapping);
    validate(app, &mapping).await?;
    let statements = vec![
        app.store.create_scope_mapping(&mapping),
        actor.changed(app, now, "scope_mapping_created", &mapping.id, &changes.names()),
    ];
    app.commit_changes(statements, vec!["scopes".to_owned()]).await?;
    Ok(mapping)
}

/// Changes a mapping that is not managed.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] for a managed one, [`ActionError::Stale`],
/// [`ActionError::Invalid`] or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: &str,
    expected: &Expected,
    changes: Changes<ScopeMappingFields>,
) -> Result<ScopeMapping, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = own(app, id)?;
        expected.check(before.version)?;
        let mut mapping = before.clone();
        apply(&changes, &mut mapping);
        if mapping == before {
            return Ok(before);
        }
        validate(app, &mapping).await?;
        mapping.updated_at = app.now();
        mapping.version = before.version + 1;
        let statements = vec![
            app.store.update_scope_mapping(&mapping, before.version),
            actor.changed(
                app,
                mapping.updated_at,
                "scope_mapping_updated",
                &mapping.id,
                &changes.names(),
            ),
        ];
        if expected.held(app.commit_changes(statements, vec!["scopes".to_owned()]).await)? {
            return Ok(mapping);
        }
        app.reload().await?;
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a mapping that is not managed and that no application has.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let mapping = own(app, id)?;
    expected.check(mapping.version)?;
    if let Some(slug) = app.store.load_application_with_mapping(&mapping.id).await? {
        let message = format!("The application `{slug}` has this mapping; take it away there first.");
        return Err(ActionError::Conflict(message));
    }
    let statements = vec![
        app.store.delete_scope_mapping(&mapping.id, mapping.version),
        actor.changed(app, app.now(), "scope_mapping_deleted", &mapping.id, &[]),
    ];
    app.commit_changes(statements, vec!["scopes".to_owned()]).await?;
    Ok(())
}

fn own(app: &App, id: &str) -> Result<ScopeMapping, ActionError> {
    let snapshot = app.snapshot();
    let mapping = snapshot.mapping(id).ok_or(ActionError::NotFound)?;
    if mapping.managed.is_some() {
        let message = "A managed mapping can not be changed; make one of your own for the same scope instead.";
        return Err(ActionError::Conflict(message.to_owned()));
    }
    Ok(mapping.as_ref().clone())
}

fn apply(changes: &Changes<ScopeMappingFields>, mapping: &mut ScopeMapping) {
    let fields = &changes.fields;
    let take = |name: &str, value: &Option<String>| value.clone().or_else(|| changes.resets(name).then(String::new));
    if let Some(name) = take("name", &fields.name) {
        name.trim().clone_into(&mut mapping.name);
    }
    if let Some(scope) = take("scope", &fields.scope) {
        mapping.scope = scope;
    }
    if let Some(description) = take("description", &fields.description) {
        mapping.description = description;
    }
    if let Some(expression) = take("expression", &fields.expression) {
        mapping.expression = Some(expression);
    }
}

async fn validate(app: &App, mapping: &ScopeMapping) -> Result<(), ActionError> {
    let mut errors = Vec::new();
    errors.extend(FieldError::of_name(&mapping.name));
    if mapping.description.chars().count() > LONGEST_TEXT {
        let message = "A description may have at most 2000 characters.";
        errors.push(FieldError::new("description", "too_long", message));
    }
    errors.extend(check_scope(&mapping.scope));
    let expression = mapping.expression.as_deref().unwrap_or_default();
    check_beside(app, Kind::ScopeMapping, expression, errors).await
}

fn check_scope(scope: &str) -> Option<FieldError> {
    if scope.is_empty() {
        return Some(FieldError::required("scope"));
    }
    if scope.len() > LONGEST_SCOPE {
        return Some(FieldError::new(
            "scope",
            "too_long",
            "A scope may have at most 200 characters.",
        ));
    }
    if NOT_MAPPED.contains(&scope) {
        let message = "This scope belongs to the GitHub paths and can not be given another meaning.";
        return Some(FieldError::invalid("scope", message));
    }
    match parse_scope(Some(scope)) {
        Ok(Some(scopes)) if scopes == [scope] => None,
        _ => Some(FieldError::invalid(
            "scope",
            "A scope is one word of visible ASCII characters without quotes and backslashes.",
        )),
    }
}

/// What is allowed but not good about a mapping.
#[must_use]
pub fn remarks(mapping: &ScopeMapping) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let own = mapping.expression.as_deref();
    if own.is_some_and(|expression| !expression.contains("return")) {
        warnings.push(Warning {
            field: "expression".to_owned(),
            code: "no_return",
            message: "Without `return` the expression gives no claims.".to_owned(),
            suggestion: Some("return {\"claim\": value}".to_owned()),
        });
    }
    warnings
}

//! Property mappings: making, changing, deleting.

use protocol::upstream::PropertyMapping;
use script::Kind;
use serde::Deserialize;
use store::StoreError;
use utoipa::ToSchema;

use super::administrators::Authority;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::expressions::check_beside;
use super::outcome::{ActionError, FieldError};
use super::permissions::EXTERNAL_TOKENS;
use super::sources::reach::check_mapping;
use super::sources::{CHANGED, samples};
use crate::app::App;

/// The writable fields of a property mapping.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PropertyMappingFields)]
pub struct PropertyMappingFields {
    /// Unique. Required.
    #[schema(example = "user names from addresses")]
    pub name: Option<String>,
    /// The body of a Python-like function that returns a dictionary: `info` is what the source says, `properties` what is
    /// known so far. One that names `token`, what the source gave for the person, needs the permission
    /// `external-accounts:token` as well. Required.
    #[schema(example = "return {\"username\": info[\"email\"].split(\"@\")[0]}")]
    pub expression: Option<String>,
    /// Whether it runs for every source, after the source's own. Default: false.
    pub all_sources: Option<bool>,
    /// With true the change is made although saved samples of sources come to something else by it, and what comes of them then
    /// is kept. Without it such a change is refused (`samples`, `changed`). It belongs to this one change and is never shown.
    #[schema(write_only)]
    pub accept_samples: Option<bool>,
}

impl PropertyMappingFields {
    fn accepts_samples(&self) -> bool {
        self.accept_samples == Some(true)
    }
}

impl Fields for PropertyMappingFields {}

/// The property mapping of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<PropertyMapping, ActionError> {
    app.store.load_property_mapping(id).await?.ok_or(ActionError::NotFound)
}

/// Makes a property mapping.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn create(
    app: &App,
    by: Authority<'_>,
    changes: Changes<PropertyMappingFields>,
) -> Result<PropertyMapping, ActionError> {
    let now = app.now();
    let mut mapping = PropertyMapping {
        id: app.new_id("pm", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name: String::new(),
        expression: String::new(),
        all_sources: false,
    };
    apply(&changes, &mut mapping);
    check_beside(
        app,
        Kind::ScopeMapping,
        &mapping.expression,
        FieldError::of_name(&mapping.name),
    )
    .await?;
    check_tokens(by, &mapping)?;
    check_mapping(app, by, &[&mapping]).await?;
    let mut statements = samples::check_mapping(app, None, &mapping, changes.fields.accepts_samples()).await?;
    statements.extend([
        app.store.create_property_mapping(&mapping),
        by.actor
            .changed(app, now, "property_mapping_created", &mapping.id, &changes.names()),
    ]);
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    Ok(mapping)
}

/// Changes a property mapping.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn update(
    app: &App,
    by: Authority<'_>,
    id: &str,
    expected: &Expected,
    changes: Changes<PropertyMappingFields>,
) -> Result<PropertyMapping, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = load(app, id).await?;
        expected.check(before.version)?;
        let mut mapping = before.clone();
        apply(&changes, &mut mapping);
        if mapping == before {
            return Ok(before);
        }
        check_beside(
            app,
            Kind::ScopeMapping,
            &mapping.expression,
            FieldError::of_name(&mapping.name),
        )
        .await?;
        check_tokens(by, &mapping)?;
        check_mapping(app, by, &[&before, &mapping]).await?;
        let accepted = changes.fields.accepts_samples();
        let mut statements = samples::check_mapping(app, Some(&before), &mapping, accepted).await?;
        mapping.updated_at = app.now();
        mapping.version = before.version + 1;
        statements.extend([
            app.store.update_property_mapping(&mapping, before.version),
            by.actor.changed(
                app,
                mapping.updated_at,
                "property_mapping_updated",
                &mapping.id,
                &changes.names(),
            ),
        ]);
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            return Ok(mapping);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a property mapping that no source names: nobody must come in under another name by it.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`], [`ActionError::Forbidden`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, by: Authority<'_>, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let mapping = load(app, id).await?;
    expected.check(mapping.version)?;
    if let Some(key) = app.store.load_source_with_mapping(id).await? {
        let message = format!("The source `{key}` names this mapping; take it out there first.");
        return Err(ActionError::Conflict(message));
    }
    check_mapping(app, by, &[&mapping]).await?;
    samples::check_deletion(app, &mapping).await?;
    let statements = vec![
        app.store.delete_property_mapping(id, mapping.version),
        by.actor.changed(app, app.now(), "property_mapping_deleted", id, &[]),
    ];
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    Ok(())
}

/// An expression with the variable `token` gets the tokens of people, so whoever writes one needs what opens them elsewhere.
fn check_tokens(by: Authority<'_>, mapping: &PropertyMapping) -> Result<(), ActionError> {
    if mapping.names_token() && !by.permissions.covers(EXTERNAL_TOKENS) {
        return Err(ActionError::Forbidden(format!(
            "This expression names `token`, so it sees tokens that sources gave for people. Making or changing it needs the permission \
             `{EXTERNAL_TOKENS}` as well."
        )));
    }
    Ok(())
}

fn apply(changes: &Changes<PropertyMappingFields>, mapping: &mut PropertyMapping) {
    let fields = &changes.fields;
    if let Some(name) = &fields.name {
        name.trim().clone_into(&mut mapping.name);
    } else if changes.resets("name") {
        mapping.name.clear();
    }
    if let Some(expression) = &fields.expression {
        mapping.expression.clone_from(expression);
    } else if changes.resets("expression") {
        mapping.expression.clear();
    }
    if let Some(all_sources) = fields.all_sources {
        mapping.all_sources = all_sources;
    } else if changes.resets("all_sources") {
        mapping.all_sources = false;
    }
}

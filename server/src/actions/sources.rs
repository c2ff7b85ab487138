//! Sources: making, changing, deleting. Every change stands in the audit log with the names of the fields, and never with a
//! value.

mod apply;
mod check;
pub mod discovery;
pub mod fields;
pub mod people;
pub mod probe;
pub mod reach;
mod remarks;

use protocol::upstream::{Made, Source, SourceKind, vendors};
use serde_json::{Map, Value};
use store::sources::StoredSource;
use store::{Stmt, StoreError};

use self::apply::{apply, defaults};
use self::fields::SourceFields;
use super::administrators::Authority;
use super::changes::{ATTEMPTS, Changes, Expected};
use super::outcome::{ActionError, FieldError};
use crate::app::App;

pub use self::apply::MASKED;
pub use self::remarks::remarks;

/// What nodes are told when a source has changed.
pub const CHANGED: &str = "sources";

/// Finds a source by its id or key.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find(app: &App, reference: &str) -> Result<StoredSource, ActionError> {
    let found = if reference.starts_with("src_") {
        app.store.load_source(reference).await?
    } else {
        app.store.load_source_by_key(reference).await?
    };
    found.ok_or(ActionError::NotFound)
}

/// Makes a source.
///
/// # Errors
/// [`ActionError::Invalid`] with every wrong field, [`ActionError::Forbidden`], or the store's.
pub async fn create(app: &App, by: Authority<'_>, changes: Changes<SourceFields>) -> Result<StoredSource, ActionError> {
    create_in(app, by, Made::Native, Map::new(), changes).await
}

/// Makes a source in the words of a dialect. `members`: what the dialect keeps beside the fields.
///
/// # Errors
/// As [`create`].
pub async fn create_in(
    app: &App,
    by: Authority<'_>,
    made: Made,
    members: Map<String, Value>,
    changes: Changes<SourceFields>,
) -> Result<StoredSource, ActionError> {
    let now = app.now();
    let mut stored = StoredSource {
        source: Source {
            id: app.new_id("src", now),
            created_at: now,
            updated_at: now,
            version: 1,
            made,
            dialect_members: members,
            ..defaults(kind_of(&changes), changes.fields.preset.as_deref())
        },
        secrets: store::sources::SourceSecrets::default(),
        keys: None,
        keys_read_at: None,
        looked: None,
        looked_at: None,
    };
    let errors = apply(app, &changes, &mut stored).await?;
    let read = settle(app, &changes, &mut stored, None, errors).await?;
    reach::check_source(app, by, &[&stored.source]).await?;
    let mut statements = vec![app.store.create_source(&stored.source, &stored.secrets, &app.entropy)?];
    statements.extend(read);
    statements.push(
        by.actor
            .changed(app, now, "source_created", &stored.source.id, &changes.names()),
    );
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    find(app, &stored.source.id).await
}

/// The kind of a new source: the one that is given, that of the vendor, or OpenID Connect.
fn kind_of(changes: &Changes<SourceFields>) -> SourceKind {
    let fields = &changes.fields;
    let vendor = fields.preset.as_deref().and_then(vendors::find);
    fields.kind.or(vendor.map(|vendor| vendor.kind)).unwrap_or_default()
}

/// Changes a source found by its id or key.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn update(
    app: &App,
    by: Authority<'_>,
    reference: &str,
    expected: &Expected,
    changes: Changes<SourceFields>,
) -> Result<StoredSource, ActionError> {
    update_in(app, by, reference, expected, None, changes).await
}

/// Changes a source in the words of a dialect. `members`: what the dialect keeps beside the fields, in the place of what it has
/// kept.
///
/// # Errors
/// As [`update`].
pub async fn update_in(
    app: &App,
    by: Authority<'_>,
    reference: &str,
    expected: &Expected,
    members: Option<Map<String, Value>>,
    changes: Changes<SourceFields>,
) -> Result<StoredSource, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = find(app, reference).await?;
        let version = before.source.version;
        expected.check(version)?;
        let mut stored = before.clone();
        if let Some(members) = &members {
            stored.source.dialect_members.clone_from(members);
        }
        let mut errors = apply(app, &changes, &mut stored).await?;
        if stored.source.key != before.source.key {
            errors.push(FieldError::new(
                "key",
                "read_only",
                "The key stands in addresses that others have written down; it can not be changed.",
            ));
        }
        let read = settle(app, &changes, &mut stored, Some(&before), errors).await?;
        reach::check_source(app, by, &[&before.source, &stored.source]).await?;
        stored.source.updated_at = app.now();
        stored.source.version = version + 1;
        let source = &stored.source;
        let mut statements = vec![
            app.store
                .update_source(source, &stored.secrets, version, &app.entropy)?,
        ];
        statements.extend(read);
        statements.push(
            by.actor
                .changed(app, source.updated_at, "source_updated", &source.id, &changes.names()),
        );
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            return find(app, &stored.source.id).await;
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a source. The links of people to it stay, so that the log of who came stays readable; nobody signs in by them.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, by: Authority<'_>, reference: &str, expected: &Expected) -> Result<(), ActionError> {
    let source = find(app, reference).await?.source;
    expected.check(source.version)?;
    let statements = vec![
        app.store.delete_bindings_of("source", &source.id),
        app.store.delete_source(&source.id, source.version),
        by.actor.changed(app, app.now(), "source_deleted", &source.id, &[]),
    ];
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    Ok(())
}

/// Reads what the source publishes as far as this change asks for it, then says what is wrong with the whole. Answers the
/// statements that keep what was read.
async fn settle(
    app: &App,
    changes: &Changes<SourceFields>,
    stored: &mut StoredSource,
    before: Option<&StoredSource>,
    mut errors: Vec<FieldError>,
) -> Result<Vec<Stmt>, ActionError> {
    errors.extend(check::fields(app, &stored.source).await?);
    if errors.is_empty() {
        errors.extend(discovery::fill(app, changes, stored).await);
    }
    if errors.is_empty() {
        errors.extend(check::whole(stored, before, changes));
    }
    if errors.is_empty() {
        errors.extend(discovery::read_keys(app, stored, before).await);
    }
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    Ok(kept(app, stored))
}

/// The statements that keep what was read from a source.
fn kept(app: &App, stored: &StoredSource) -> Vec<Stmt> {
    let id = &stored.source.id;
    let keys_at = stored.keys_read_at.unwrap_or(stored.source.updated_at);
    let looked_at = stored.looked_at.unwrap_or(stored.source.updated_at);
    vec![
        app.store.save_source_keys(id, stored.keys.as_deref(), keys_at),
        app.store.save_source_look(id, stored.looked.as_deref(), looked_at),
    ]
}

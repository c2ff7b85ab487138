//! Sources: making, changing, deleting. Every change stands in the audit log with the names of the fields, and never with a
//! value.

mod apply;
mod check;
pub mod discovery;
mod domains;
pub mod fields;
pub mod people;
pub mod probe;
pub mod reach;
mod remarks;
pub mod samples;

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

/// What an interface decides about a change beside its fields. The default is that of the management API.
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// In which interface a new source is made.
    pub made: Made,
    /// Whether this change reads what the source publishes of itself.
    pub reads: bool,
    /// What the interface keeps beside the fields, in the place of what it has kept.
    pub members: Option<&'a Map<String, Value>>,
    /// Statements of the interface for the same commit.
    pub beside: Option<Beside<'a>>,
}

/// Looks at a source as it will be: refuses it, or adds statements to the commit.
pub type Beside<'a> = &'a (dyn Fn(&StoredSource) -> Result<Vec<Stmt>, ActionError> + Send + Sync);

impl std::fmt::Debug for Manner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manner")
            .field("made", &self.made)
            .field("reads", &self.reads)
            .finish_non_exhaustive()
    }
}

impl Default for Manner<'_> {
    fn default() -> Self {
        Self {
            made: Made::Native,
            reads: true,
            members: None,
            beside: None,
        }
    }
}

impl Manner<'_> {
    fn beside(&self, stored: &StoredSource) -> Result<Vec<Stmt>, ActionError> {
        self.beside.map_or_else(|| Ok(Vec::new()), |make| make(stored))
    }
}

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
    create_as(app, by, changes, Manner::default()).await
}

/// Makes a source in the manner of an interface.
///
/// # Errors
/// As [`create`], and the store's when a statement of the interface does not hold.
pub async fn create_as(
    app: &App,
    by: Authority<'_>,
    changes: Changes<SourceFields>,
    manner: Manner<'_>,
) -> Result<StoredSource, ActionError> {
    let now = app.now();
    let mut stored = StoredSource {
        source: Source {
            id: app.new_id("src", now),
            created_at: now,
            updated_at: now,
            version: 1,
            made: manner.made,
            dialect_members: manner.members.cloned().unwrap_or_default(),
            ..defaults(kind_of(&changes), changes.fields.preset.as_deref())
        },
        secrets: store::sources::SourceSecrets::default(),
        keys: None,
        keys_read_at: None,
        looked: None,
        looked_at: None,
    };
    let errors = apply(app, &changes, &mut stored).await?;
    let read = settle(app, &changes, &mut stored, None, errors, manner).await?;
    reach::check_source(app, by, &[&stored.source]).await?;
    let mut statements = vec![app.store.create_source(&stored.source, &stored.secrets, &app.entropy)?];
    statements.extend(read);
    statements.extend(manner.beside(&stored)?);
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
    update_as(app, by, reference, expected, changes, Manner::default()).await
}

/// Changes a source in the manner of an interface; it stays made where it was.
///
/// # Errors
/// As [`update`], and the store's when a statement of the interface does not hold.
pub async fn update_as(
    app: &App,
    by: Authority<'_>,
    reference: &str,
    expected: &Expected,
    changes: Changes<SourceFields>,
    manner: Manner<'_>,
) -> Result<StoredSource, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = find(app, reference).await?;
        let version = before.source.version;
        expected.check(version)?;
        let mut stored = before.clone();
        if let Some(members) = manner.members {
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
        let read = settle(app, &changes, &mut stored, Some(&before), errors, manner).await?;
        reach::check_source(app, by, &[&before.source, &stored.source]).await?;
        let accepted = changes.fields.accept_samples == Some(true);
        let samples = samples::check_source(app, &before.source, &stored.source, accepted).await?;
        stored.source.updated_at = app.now();
        stored.source.version = version + 1;
        let source = &stored.source;
        let mut statements = vec![
            app.store
                .update_source(source, &stored.secrets, version, &app.entropy)?,
        ];
        statements.extend(read);
        statements.extend(samples);
        statements.extend(manner.beside(&stored)?);
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
        app.store.delete_samples_of_source(&source.id),
        app.store.delete_source(&source.id, source.version),
        by.actor.changed(app, app.now(), "source_deleted", &source.id, &[]),
    ];
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    Ok(())
}

/// Deletes a source that no external account links to. Answers whether it did; false: there is such an account.
///
/// # Errors
/// As [`delete`].
pub async fn delete_unused(
    app: &App,
    by: Authority<'_>,
    reference: &str,
    expected: &Expected,
) -> Result<bool, ActionError> {
    for _ in 0..ATTEMPTS {
        let source = find(app, reference).await?.source;
        expected.check(source.version)?;
        if app.store.load_is_linked(&source.id).await? {
            return Ok(false);
        }
        let statements = vec![
            app.store.delete_bindings_of("source", &source.id),
            app.store.delete_samples_of_source(&source.id),
            app.store.delete_unused_source(&source.id, source.version),
            by.actor.changed(app, app.now(), "source_deleted", &source.id, &[]),
        ];
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            return Ok(true);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Reads what the source publishes as far as this change asks for it, then says what is wrong with the whole. Answers the
/// statements that keep what was read.
async fn settle(
    app: &App,
    changes: &Changes<SourceFields>,
    stored: &mut StoredSource,
    before: Option<&StoredSource>,
    mut errors: Vec<FieldError>,
    manner: Manner<'_>,
) -> Result<Vec<Stmt>, ActionError> {
    // Keys of another address than before are read in any case: the old ones must not count any longer.
    let keys_moved = before.is_some_and(|before| before.source.jwks_uri != stored.source.jwks_uri);
    let reads_keys = manner.reads || keys_moved;
    errors.extend(check::fields(app, &stored.source).await?);
    if errors.is_empty() && manner.reads {
        errors.extend(discovery::fill(app, changes, stored).await);
    }
    if errors.is_empty() {
        errors.extend(check::whole(stored, before, changes));
    }
    if errors.is_empty() && reads_keys {
        errors.extend(discovery::read_keys(app, stored, before).await);
    }
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    Ok(if reads_keys { kept(app, stored) } else { Vec::new() })
}

/// The statements that keep what was read from a source.
fn kept(app: &App, stored: &StoredSource) -> Vec<Stmt> {
    let id = &stored.source.id;
    let looked_at = stored.looked_at.unwrap_or(stored.source.updated_at);
    vec![
        app.store
            .save_source_keys(id, stored.keys.as_deref(), stored.keys_read_at),
        app.store.save_source_look(id, stored.looked.as_deref(), looked_at),
    ]
}

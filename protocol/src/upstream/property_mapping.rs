//! Property mappings: expressions that say what a source's words become of a user or a group.

use crate::time::Time;

/// An expression over what a source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyMapping {
    /// `pm_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// Unique.
    pub name: String,
    /// The body of a Python-like function that returns a dictionary.
    pub expression: String,
    /// Whether it runs for every source, after the source's own.
    pub all_sources: bool,
}

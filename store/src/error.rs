//! What can go wrong when reading and when committing, the same for both engines.

use crate::value::RowError;

/// Why a read gave no rows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// The database cannot be reached or cannot work now. Worth another try later; it is used again by itself when it comes back.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A row did not hold what its reader expected.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A mistake in a statement or in the schema.
    #[error("{0}")]
    Internal(String),
}

/// Why nothing of a batch was applied. (After `Unavailable` the outcome may be unknown: see there.)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// A guard was missed, or a record that the write refers to is gone. Read again and decide again.
    #[error("statement {statement} did not find what it relies on")]
    Conflict {
        /// Position in the batch, from 0.
        statement: usize,
    },
    /// A value that must be unique is taken.
    #[error("statement {statement} repeats a unique value of {constraint}")]
    Unique {
        /// Position in the batch, from 0.
        statement: usize,
        /// As the engine names it: `application.slug` (SQLite) or `application_slug_key`. Ask with [`CommitError::is_unique`].
        constraint: Box<str>,
    },
    /// The database cannot be reached or cannot work now. When the connection was lost during the commit itself, the batch may have been applied.
    #[error("the database is unavailable: {0}")]
    Unavailable(Box<str>),
    /// More batches wait than the engine will queue. Nothing was applied.
    #[error("too many writes are waiting")]
    Overloaded,
    /// A mistake in a statement or in the schema.
    #[error("{0}")]
    Internal(Box<str>),
}

impl CommitError {
    /// True when this is a unique violation of `column` of `table`. Holds for `UNIQUE` columns and for unique indexes that are named as
    /// PostgreSQL would name them: `<table>_<column>_key`.
    #[must_use]
    pub fn is_unique(&self, table: &str, column: &str) -> bool {
        let Self::Unique { constraint, .. } = self else {
            return false;
        };
        let named = constraint.strip_prefix(table).and_then(|rest| rest.strip_prefix('_'));
        let by_name = named.and_then(|rest| rest.strip_suffix("_key")) == Some(column);
        by_name
            || constraint
                .split(", ")
                .any(|part| part.split_once('.') == Some((table, column)))
    }

    pub(crate) fn unavailable(reason: impl Into<Box<str>>) -> Self {
        Self::Unavailable(reason.into())
    }
}

/// What went wrong with one statement, before its position in the batch is known.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A referenced record is missing.
    Reference,
    /// A unique value is taken.
    Unique(String),
    /// The engine asks for another try of the same transaction (SQLSTATE 40001, 40P01).
    Again(String),
    /// The engine cannot work now.
    Unavailable(String),
    /// A mistake of ours.
    Internal(String),
}

impl Failure {
    pub(crate) fn at(self, statement: usize) -> CommitError {
        match self {
            Self::Reference => CommitError::Conflict { statement },
            Self::Unique(constraint) => CommitError::Unique {
                statement,
                constraint: constraint.into(),
            },
            Self::Again(reason) | Self::Unavailable(reason) => CommitError::Unavailable(reason.into()),
            Self::Internal(reason) => CommitError::Internal(reason.into()),
        }
    }
}

impl From<Failure> for DbError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Again(reason) | Failure::Unavailable(reason) => Self::Unavailable(reason),
            Failure::Internal(reason) => Self::Internal(reason),
            Failure::Reference | Failure::Unique(_) => Self::Internal("a read broke a constraint".to_owned()),
        }
    }
}

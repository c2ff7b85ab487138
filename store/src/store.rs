//! The store as the server sees it: one handle on the database and on the keys that seal secrets.
//!
//! Each kind of record adds its own functions to [`Store`] in its own file.

use crate::db::Db;
use crate::error::{CommitError, DbError};
use crate::page::search::MOST_BY_INDEX;
use crate::page::{CursorKey, ListOf, ListQuery, Listing, PageError};
use crate::secretbox::MasterKeys;
use crate::statement::{Batch, Sql};
use crate::value::{Row, RowError, Rows, Val};
use crate::webhooks::outbox::Outbox;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can not be reached or can not work now; try later.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A condition did not hold any more: read again and decide again.
    #[error("a condition of the write no longer holds")]
    Conflict,
    /// A value that must be unique is taken.
    #[error("{column} is taken")]
    Taken {
        /// The field, under its name in the management API.
        column: &'static str,
    },
    /// A stored value can not be read; the text says which, never its content.
    #[error("a stored value can not be read: {0}")]
    Corrupt(String),
    /// A mistake of ours.
    #[error("{0}")]
    Internal(String),
}

/// Why there is no page of a list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The caller asks for something that this list has not.
    #[error(transparent)]
    Query(#[from] PageError),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DbError> for StoreError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(reason) => Self::Unavailable(reason),
            DbError::Row(error) => Self::Corrupt(error.to_string()),
            DbError::Internal(reason) => Self::Internal(reason),
        }
    }
}

impl From<RowError> for StoreError {
    fn from(error: RowError) -> Self {
        Self::Corrupt(error.to_string())
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// Columns that must be unique and the field that an API caller knows them by.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("applications", "slug", "slug"),
    ("applications", "client_id", "client_id"),
    ("users", "username_key", "username"),
    ("user_groups", "name", "name"),
    ("signing_keys", "kid", "kid"),
    ("grants", "machine_of", "application"),
    ("api_tokens", "hash", "value"),
    ("policies", "name", "name"),
    ("entitlements", "name", "name"),
    ("device_codes", "user_code", "user_code"),
    ("sources", "key", "key"),
    ("external_accounts", "identity", "provider_user_id"),
    ("property_mappings", "name", "name"),
    ("factors", "credential", "credential"),
];

impl From<CommitError> for StoreError {
    fn from(error: CommitError) -> Self {
        match &error {
            CommitError::Conflict { .. } => Self::Conflict,
            CommitError::Unique { .. } => UNIQUE
                .iter()
                .find(|(table, column, _)| error.is_unique(table, column))
                .map_or_else(
                    || Self::Internal(error.to_string()),
                    |(_, _, field)| Self::Taken { column: field },
                ),
            CommitError::Unavailable(reason) => Self::Unavailable(reason.to_string()),
            CommitError::Overloaded => Self::Unavailable(error.to_string()),
            CommitError::Internal(reason) => Self::Internal(reason.to_string()),
        }
    }
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    keys: std::sync::Arc<MasterKeys>,
    pub(crate) outbox: std::sync::Arc<Outbox>,
}

impl Store {
    /// A store over an open and migrated database.
    #[must_use]
    pub fn new(db: Db, keys: MasterKeys) -> Self {
        Self {
            db,
            keys: std::sync::Arc::new(keys),
            outbox: std::sync::Arc::default(),
        }
    }

    /// The database beneath, for readiness and invalidations.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The keys that seal secrets.
    pub(crate) fn keys(&self) -> &MasterKeys {
        &self.keys
    }

    pub(crate) async fn rows(&self, sql: &'static Sql, args: &[Val]) -> Result<Rows, StoreError> {
        // No stored text holds NUL: PostgreSQL refuses it even in a comparison.
        if args
            .iter()
            .any(|value| matches!(value, Val::Text(text) if text.contains('\0')))
        {
            return Ok(Rows::default());
        }
        Ok(self.db.read(sql, args).await?)
    }

    pub(crate) async fn first<T>(
        &self,
        sql: &'static Sql,
        args: &[Val],
        read: impl FnOnce(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.rows(sql, args).await?.first().map(read).transpose()
    }

    /// One page of a list, each row read by `read`.
    pub(crate) async fn list<T>(
        &self,
        listing: &Listing,
        query: &ListQuery<'_>,
        key: &CursorKey,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<ListOf<T>, ListError> {
        let by_index = self.is_found_by_index(listing, query).await?;
        let page = listing.build(query, key, by_index)?;
        let rows = self.db.read_dynamic(page.sql.clone()).await.map_err(StoreError::from)?;
        let listed = page.finish(rows, key).map_err(StoreError::from)?;
        let items = listed.rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(ListOf {
            items,
            next: listed.next,
            previous: listed.previous,
        })
    }

    /// Whether SQLite's index finds few enough records to be asked for them.
    async fn is_found_by_index(&self, listing: &Listing, query: &ListQuery<'_>) -> Result<bool, StoreError> {
        let Some(count) = listing
            .count_by_index(query)
            .filter(|_| matches!(self.db, Db::Sqlite(_)))
        else {
            return Ok(false);
        };
        let found = self.db.read_dynamic(count).await?;
        let found = found.first().map(|row| row.int(0)).transpose()?;
        Ok(found.is_some_and(|found| found <= MOST_BY_INDEX))
    }

    /// Commits a batch, and with it the events that it is news for webhooks. Every write of a record passes here.
    pub(crate) async fn apply(&self, mut batch: Batch) -> Result<(), StoreError> {
        let tells = self.outbox.add(&mut batch.statements);
        self.db.commit(batch).await?;
        if tells {
            self.outbox.say_written();
        }
        Ok(())
    }
}

/// A list of scopes as it is stored: names separated by single spaces.
pub(crate) fn join(list: &[String]) -> Val {
    Val::from(list.join(" "))
}

/// The inverse of [`join`].
pub(crate) fn split(text: &str) -> Vec<String> {
    text.split(' ')
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A moment as it is stored.
pub(crate) fn time(value: protocol::time::Time) -> Val {
    Val::from(value.0)
}

/// A moment that may be absent, as it is stored.
pub(crate) fn opt_time(value: Option<protocol::time::Time>) -> Val {
    value.map_or(Val::Null, |value| Val::from(value.0))
}

impl Store {
    pub(crate) fn seal_bytes(
        &self,
        purpose: &str,
        secret: &[u8],
        random: &dyn protocol::env::Entropy,
    ) -> Result<String, StoreError> {
        let mut nonce = [0u8; crate::secretbox::NONCE_LEN];
        random.fill(&mut nonce);
        self.keys
            .seal(purpose, secret, nonce)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }

    pub(crate) fn open_bytes(&self, purpose: &str, sealed: &str) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        self.keys
            .open(purpose, sealed)
            .map_err(|error| StoreError::Corrupt(format!("{purpose}: {error}")))
    }

    pub(crate) fn open_text(&self, purpose: &str, sealed: &str) -> Result<secrecy::SecretString, StoreError> {
        let bytes = self.open_bytes(purpose, sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| StoreError::Corrupt(purpose.to_owned()))?;
        Ok(secrecy::SecretString::from(text))
    }
}

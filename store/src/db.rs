//! The database as the rest of the program sees it: read, commit, and what caches must forget.
//!
//! Owns the choice of the engine. The engines know the dialects; nothing outside this crate knows which one runs.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::{
    error::{CommitError, DbError},
    migrate::{MigrateError, Migrated, Series},
    postgres::Postgres,
    sqlite::Sqlite,
    statement::{Batch, DynamicSql, Sql},
    value::{Rows, Val},
};

/// How many messages a cache may be behind before it has to forget everything (`RecvError::Lagged`).
pub(crate) const INVALIDATIONS_WAITING: usize = 1024;

/// Sizes. The defaults suit one node on a small machine.
#[derive(Debug, Clone)]
pub struct Options {
    /// Batches that may wait for a commit; one more is answered with `Overloaded`.
    pub queue: usize,
    /// Batches that share one commit.
    pub flight: usize,
    /// Connections that commit (PostgreSQL). SQLite has one writer.
    pub lanes: usize,
    /// Connections that read: kept open on SQLite, opened on PostgreSQL.
    pub readers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: 4096,
            flight: 256,
            lanes: 2,
            readers: 4,
        }
    }
}

/// What a cache has to forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invalidation {
    /// A batch with this payload was committed, here or on another node. May arrive twice.
    Changed(Arc<str>),
    /// Messages may have been missed: forget everything.
    Lost,
}

/// One of the two engines. Cheap to clone; the last clone that goes ends connections and threads.
#[derive(Debug, Clone)]
pub enum Db {
    /// The embedded engine.
    Sqlite(Arc<Sqlite>),
    /// The shared engine.
    Postgres(Arc<Postgres>),
}

impl Db {
    /// Opens `sqlite://PATH` (made when it is missing, readable by its owner only) or `postgres://...`, and fails when that is not possible now.
    /// Must be called within a tokio runtime. No statement may run before [`Db::migrate`].
    pub async fn open(url: &str, options: &Options) -> Result<Self, DbError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return Ok(Self::Sqlite(Arc::new(Sqlite::open(path, options)?)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(Arc::new(Postgres::open(url, options).await?)));
        }
        Err(DbError::Internal(
            "database.url must be sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME".to_owned(),
        ))
    }

    /// Brings the schema up to the end of `series`, or refuses a schema that this program may not open.
    pub async fn migrate(&self, series: &Series<'_>) -> Result<Migrated, MigrateError> {
        match self {
            Self::Sqlite(engine) => engine.migrate(series),
            Self::Postgres(engine) => engine.migrate(series).await,
        }
    }

    /// Runs a statement that reads, on its own and without a transaction. On SQLite by-key reads run on the calling thread (some microseconds).
    pub async fn read(&self, sql: &'static Sql, args: &[Val]) -> Result<Rows, DbError> {
        match self {
            Self::Sqlite(engine) => engine.read(sql.sqlite(), args),
            Self::Postgres(engine) => engine.read(sql.text(), args).await,
        }
    }

    /// Runs a statement that the builder of lists made. On SQLite away from the calling thread, because lists may take milliseconds.
    pub async fn read_dynamic(&self, sql: DynamicSql) -> Result<Rows, DbError> {
        match self {
            Self::Sqlite(engine) => {
                let engine = Arc::clone(engine);
                let done = tokio::task::spawn_blocking(move || engine.read(&sql.sqlite, &sql.args)).await;
                done.unwrap_or_else(|error| Err(DbError::Internal(error.to_string())))
            }
            Self::Postgres(engine) => engine.read(&sql.text, &sql.args).await,
        }
    }

    /// Applies a batch atomically and returns when it is durable. Batches of other callers share the commit; none of them disturbs this one.
    pub async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        if batch.statements.is_empty() && batch.notify.is_empty() {
            return Ok(());
        }
        match self {
            Self::Sqlite(engine) => engine.commit(batch).await,
            Self::Postgres(engine) => engine.commit(batch).await,
        }
    }

    /// What caches must forget, from now on. A receiver that lags behind must forget everything.
    #[must_use]
    pub fn invalidations(&self) -> broadcast::Receiver<Invalidation> {
        match self {
            Self::Sqlite(engine) => engine.invalidations(),
            Self::Postgres(engine) => engine.invalidations(),
        }
    }

    /// Checks a text without running it. For the test that prepares every statement on both engines.
    pub async fn prepare(&self, sql: &'static Sql) -> Result<(), DbError> {
        match self {
            Self::Sqlite(engine) => engine.prepare(sql.sqlite()),
            Self::Postgres(engine) => engine.prepare(sql.text()).await,
        }
    }

    /// Answers when the database can be read now. For the readiness probe.
    pub async fn ping(&self) -> Result<(), DbError> {
        match self {
            Self::Sqlite(engine) => engine.read("SELECT 1", &[]).map(drop),
            Self::Postgres(engine) => engine.read("SELECT 1", &[]).await.map(drop),
        }
    }
}

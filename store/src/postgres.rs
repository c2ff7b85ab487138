//! The shared engine: PostgreSQL, reached by a few connections that read, a few lanes that commit and one that listens.
//!
//! Owns how the parts are put together and how the engine's errors are read. `postgres/slot.rs` keeps connections alive,
//! `postgres/lane.rs` owns the group commit, `postgres/listener.rs` the invalidations, `postgres/connect.rs` the address and TLS.

mod connect;
mod convert;
mod flight;
mod lane;
mod listener;
mod slot;
mod tls;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Mutex, broadcast, mpsc, oneshot};
use tokio_postgres::error::SqlState;

use self::{
    connect::Target,
    lane::{Job, Lane},
    slot::Slot,
};
use crate::{
    db::{INVALIDATIONS_WAITING, Invalidation, Options},
    error::{CommitError, DbError, Failure},
    migrate::{self, MigrateError, Migrated, Series},
    statement::Batch,
    value::{Rows, Val},
};

/// How long a request waits for a connection that is being opened again.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a read may take before its connection is given up.
const READ: Duration = Duration::from_secs(30);

/// One PostgreSQL database.
#[derive(Debug)]
pub struct Postgres {
    target: Arc<Target>,
    readers: Vec<Slot>,
    next: AtomicUsize,
    queue: mpsc::Sender<Job>,
    invalidations: broadcast::Sender<Invalidation>,
}

impl Postgres {
    /// Connects everything once; what is lost later comes back by itself.
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self, DbError> {
        let target = Arc::new(Target::parse(url)?);
        let (invalidations, _) = broadcast::channel(INVALIDATIONS_WAITING);
        listener::start(Arc::clone(&target), invalidations.clone()).await?;
        let mut readers = Vec::new();
        for _ in 0..options.readers.max(1) {
            readers.push(Slot::open(Arc::clone(&target)).await?);
        }
        let mut slots = Vec::new();
        for _ in 0..options.lanes.max(1) {
            slots.push(Slot::open(Arc::clone(&target)).await?);
        }
        let (queue, jobs) = mpsc::channel(options.queue.max(1));
        let jobs = Arc::new(Mutex::new(jobs));
        for mine in 0..slots.len() {
            let lane = Lane {
                mine,
                slots: slots.clone(),
                jobs: Arc::clone(&jobs),
                invalidations: invalidations.clone(),
                flight: options.flight.max(1),
            };
            tokio::spawn(lane.run());
        }
        Ok(Self {
            target,
            readers,
            next: AtomicUsize::new(0),
            queue,
            invalidations,
        })
    }

    pub(crate) async fn migrate(&self, series: &Series<'_>) -> Result<Migrated, MigrateError> {
        let (client, connection) = self
            .target
            .connect()
            .await
            .map_err(|error| MigrateError::Db(error.into()))?;
        let driver = tokio::spawn(connection);
        let done = migrate::postgres(&client, series).await;
        // Ending the connection ends the transaction that a failed step leaves behind.
        drop(client);
        let _ = driver.await;
        done
    }

    pub(crate) async fn read(&self, text: &str, args: &[Val]) -> Result<Rows, DbError> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let mut lost = None;
        // A connection that was lost while nobody used it is noticed by its next read; a read may simply be made again.
        for attempt in 0..2 {
            let Some(slot) = self.readers.get((turn + attempt) % self.readers.len()) else {
                break;
            };
            let Some(connection) = slot.get(PATIENCE).await else {
                continue;
            };
            match tokio::time::timeout(READ, connection.query(text, args)).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) if is_lost(&error) => {
                    connection.give_up();
                    lost = Some(error.to_string());
                }
                Ok(Err(error)) => return Err(failure(&error).into()),
                Err(_) => {
                    connection.give_up();
                    return Err(DbError::Unavailable("a read took too long".to_owned()));
                }
            }
        }
        Err(DbError::Unavailable(lost.unwrap_or_else(|| "no connection".to_owned())))
    }

    pub(crate) async fn prepare(&self, text: &str) -> Result<(), DbError> {
        let slot = self
            .readers
            .first()
            .ok_or_else(|| DbError::Unavailable("no connection".to_owned()))?;
        let connection = slot.get(PATIENCE).await;
        let connection = connection.ok_or_else(|| DbError::Unavailable("no connection".to_owned()))?;
        connection
            .prepare(text)
            .await
            .map(drop)
            .map_err(|error| failure(&error).into())
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        self.queue
            .try_send(Job { batch, answer })
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => CommitError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => CommitError::unavailable("the lanes have ended"),
            })?;
        answered
            .await
            .unwrap_or_else(|_| Err(CommitError::unavailable("the lanes have ended")))
    }

    pub(crate) fn invalidations(&self) -> broadcast::Receiver<Invalidation> {
        self.invalidations.subscribe()
    }
}

/// True when the connection is gone, or the server has said that it is about to go.
fn is_lost(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        // Errors without a code that are not about the connection are about values that do not fit their statement.
        let io = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
        return error.is_closed() || io.is_some_and(|error| error.kind() != std::io::ErrorKind::InvalidInput);
    };
    let code = code.code();
    code.starts_with("08") || code.starts_with("57P")
}

/// What an error means to a caller. The server's detail is left out: it repeats values.
pub(crate) fn failure(error: &tokio_postgres::Error) -> Failure {
    if is_lost(error) {
        return Failure::Unavailable(error.to_string());
    }
    let Some(details) = error.as_db_error() else {
        return Failure::Internal(error.to_string());
    };
    let code = details.code();
    let text = format!("{} (SQLSTATE {})", details.message(), code.code());
    if *code == SqlState::UNIQUE_VIOLATION {
        Failure::Unique(details.constraint().unwrap_or_default().to_owned())
    } else if *code == SqlState::FOREIGN_KEY_VIOLATION {
        Failure::Reference
    } else if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        Failure::Again(text)
    } else if ["53", "57", "58", "55P03", "25006", "25P03"]
        .iter()
        .any(|prefix| code.code().starts_with(prefix))
    {
        // Out of resources, cancelled or timed out, failing disk, lock not available, read-only standby.
        Failure::Unavailable(text)
    } else {
        Failure::Internal(text)
    }
}

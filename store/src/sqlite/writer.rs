//! The group commit of SQLite: one thread takes what waits, applies it in one transaction and answers when that is durable.
//!
//! There is no timer: the commit before is the timer. A savepoint for each batch keeps a missed guard from touching its neighbours.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use super::{bind, failure, is_broken, open_writer};
use crate::{
    db::Invalidation,
    error::CommitError,
    statement::{Batch, Expect, Stmt},
};

/// How long the writer waits for work before it looks after the file.
const IDLE: Duration = Duration::from_secs(1);

/// A batch and where its answer goes.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<Result<(), CommitError>>,
}

pub(super) struct Writer {
    path: PathBuf,
    connection: Option<Connection>,
    invalidations: broadcast::Sender<Invalidation>,
    flight: usize,
    /// Changes when another process has committed.
    data_version: Option<i64>,
    /// True when there may be something to move from the log into the file.
    dirty: bool,
}

/// A batch was not applied, or the whole transaction is gone.
enum Miss {
    Batch(CommitError),
    Transaction(rusqlite::Error),
}

impl Writer {
    pub(super) fn new(
        path: PathBuf,
        connection: Connection,
        invalidations: broadcast::Sender<Invalidation>,
        flight: usize,
    ) -> Self {
        let data_version = read_data_version(&connection);
        let flight = flight.max(1);
        Self {
            path,
            connection: Some(connection),
            invalidations,
            flight,
            data_version,
            dirty: true,
        }
    }

    /// Works until the last sender is gone.
    pub(super) fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        let mut flight = Vec::with_capacity(self.flight);
        loop {
            match jobs.recv_timeout(IDLE) {
                Ok(job) => flight.push(job),
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    self.idle();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return,
            }
            flight.extend(jobs.try_iter().take(self.flight - 1));
            self.fly(&mut flight);
            // A busy writer is never idle, and its caches are the ones that matter most.
            self.notice_others();
        }
    }

    /// Notices writes of other processes (the command line beside a running server): `data_version` stays the same for what this
    /// connection itself commits.
    fn notice_others(&mut self) {
        let Some(connection) = &self.connection else { return };
        let seen = read_data_version(connection);
        if seen.is_some() && seen != self.data_version {
            self.data_version = seen;
            // Nobody listening is no error.
            let _ = self.invalidations.send(Invalidation::Lost);
        }
    }

    /// Looks after the file while nobody waits: other processes, and moving the log into the file.
    fn idle(&mut self) {
        self.notice_others();
        let Some(connection) = &self.connection else { return };
        if self.dirty {
            // A checkpoint that cannot run now is tried again after the next writes, and by SQLite itself.
            self.dirty = false;
            let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        }
    }

    fn fly(&mut self, flight: &mut Vec<Job>) {
        // A caller that has gone away before its batch began gets nothing written.
        flight.retain(|job| !job.answer.is_closed());
        if flight.is_empty() {
            return;
        }
        match self.apply(flight) {
            Ok(results) => {
                self.dirty = true;
                for (job, result) in flight.drain(..).zip(results) {
                    if result.is_ok() {
                        for payload in job.batch.notify {
                            let _ = self.invalidations.send(Invalidation::Changed(Arc::from(payload)));
                        }
                    }
                    let _ = job.answer.send(result);
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, batches = flight.len(), "a group of writes failed");
                if is_broken(&error) {
                    self.connection = None;
                }
                let error = match failure(error).at(0) {
                    CommitError::Internal(reason) => CommitError::Internal(reason),
                    other => CommitError::Unavailable(other.to_string().into()),
                };
                for job in flight.drain(..) {
                    let _ = job.answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// One result for each job, after the commit; an error when nothing at all was applied.
    fn apply(&mut self, flight: &[Job]) -> rusqlite::Result<Vec<Result<(), CommitError>>> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                // The count of a new connection says nothing of what was missed: the next look finds it different.
                self.data_version = None;
                open_writer(&self.path)?
            }
        };
        let connection = self.connection.insert(connection);
        if !connection.is_autocommit() {
            // Left behind by a rollback that failed; a second try either works or shows that the connection is of no use.
            run(connection, "ROLLBACK")?;
        }
        run(connection, "BEGIN IMMEDIATE")?;
        let mut results = Vec::with_capacity(flight.len());
        for job in flight {
            results.push(match apply_batch(connection, &job.batch) {
                Ok(()) => Ok(()),
                Err(Miss::Batch(error)) => Err(error),
                Err(Miss::Transaction(error)) => return Err(abandon(connection, error)),
            });
        }
        let end = if results.iter().any(Result::is_ok) {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        match run(connection, end) {
            Ok(()) => Ok(results),
            Err(error) => Err(abandon(connection, error)),
        }
    }
}

fn abandon(connection: &Connection, error: rusqlite::Error) -> rusqlite::Error {
    if !connection.is_autocommit() {
        let _ = run(connection, "ROLLBACK");
    }
    error
}

fn run(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.raw_execute().map(drop)
}

fn read_data_version(connection: &Connection) -> Option<i64> {
    connection
        .prepare_cached("PRAGMA data_version")
        .and_then(|mut found| found.query_row([], |row| row.get(0)))
        .ok()
}

fn apply_batch(connection: &Connection, batch: &Batch) -> Result<(), Miss> {
    // A statement alone is atomic. It needs a way back only when it may touch another number of rows than its guard says.
    if let [
        Stmt {
            expect: Expect::Any, ..
        },
    ] = batch.statements.as_slice()
    {
        return apply_statements(connection, batch);
    }
    run(connection, "SAVEPOINT batch").map_err(Miss::Transaction)?;
    match apply_statements(connection, batch) {
        Ok(()) => run(connection, "RELEASE batch").map_err(Miss::Transaction),
        Err(Miss::Batch(error)) => {
            run(connection, "ROLLBACK TO batch").map_err(Miss::Transaction)?;
            run(connection, "RELEASE batch").map_err(Miss::Transaction)?;
            Err(Miss::Batch(error))
        }
        Err(gone) => Err(gone),
    }
}

fn apply_statements(connection: &Connection, batch: &Batch) -> Result<(), Miss> {
    for (position, statement) in batch.statements.iter().enumerate() {
        match apply_statement(connection, statement) {
            Ok(touched) if statement.expect.is_met_by(touched) => {}
            Ok(_) => return Err(Miss::Batch(CommitError::Conflict { statement: position })),
            // A full disk and a failing one end the transaction itself, and SQLite says so by leaving it.
            Err(error) if connection.is_autocommit() || is_broken(&error) => return Err(Miss::Transaction(error)),
            Err(error) => return Err(Miss::Batch(failure(error).at(position))),
        }
    }
    Ok(())
}

fn apply_statement(connection: &Connection, statement: &Stmt) -> rusqlite::Result<u64> {
    let mut prepared = connection.prepare_cached(statement.sql.sqlite())?;
    bind(&mut prepared, &statement.args)?;
    let reads = prepared.readonly();
    let mut returned = 0;
    let mut rows = prepared.raw_query();
    while rows.next()?.is_some() {
        returned += 1;
    }
    Ok(if reads { returned } else { connection.changes() })
}

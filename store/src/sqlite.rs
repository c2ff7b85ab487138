//! The embedded engine: SQLite with a write-ahead log, one writer thread and a few read connections.
//!
//! Owns how connections are opened and how the engine's errors are read. `sqlite/writer.rs` owns the group commit, `sqlite/readers.rs` the reads.

mod readers;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, types::ValueRef};
use tokio::sync::{broadcast, oneshot};

use self::{
    readers::Readers,
    writer::{Job, Writer},
};
use crate::{
    db::{INVALIDATIONS_WAITING, Invalidation, Options},
    error::{CommitError, DbError, Failure},
    migrate::{self, MigrateError, Migrated, Series},
    statement::Batch,
    value::{Row, Rows, Val},
};

/// How long a connection waits for another process (the command line beside a running server) to finish its write.
const BUSY: Duration = Duration::from_secs(5);

/// Statements that one connection keeps prepared.
const STATEMENTS: usize = 512;

/// One SQLite database. Dropping it writes what waits and moves the log into the file, so that the file alone is whole.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    readers: Readers,
    /// The writer and the way to it; none only while this is being dropped.
    writer: Option<(mpsc::SyncSender<Job>, JoinHandle<()>)>,
    invalidations: broadcast::Sender<Invalidation>,
}

impl Sqlite {
    /// Opens or makes the file and starts the writer thread.
    pub(crate) fn open(path: &str, options: &Options) -> Result<Self, DbError> {
        if path.is_empty() {
            return Err(DbError::Internal(
                "database.url names no file: write sqlite://PATH".to_owned(),
            ));
        }
        let path = PathBuf::from(path);
        create_private(&path).map_err(|error| DbError::Unavailable(format!("{}: {error}", path.display())))?;
        // The writer goes first: it sets the journal mode, which readers cannot.
        let connection = open_writer(&path).map_err(failure)?;
        let readers = Readers::open(&path, options.readers)?;
        let (invalidations, _) = broadcast::channel(INVALIDATIONS_WAITING);
        let (queue, jobs) = mpsc::sync_channel(options.queue.max(1));
        let writer = Writer::new(path.clone(), connection, invalidations.clone(), options.flight);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.run(&jobs))
            .map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self {
            path,
            readers,
            writer: Some((queue, thread)),
            invalidations,
        })
    }

    pub(crate) fn migrate(&self, series: &Series<'_>) -> Result<Migrated, MigrateError> {
        let mut connection = open_writer(&self.path).map_err(|error| MigrateError::Db(failure(error).into()))?;
        migrate::sqlite(&mut connection, series)
    }

    pub(crate) fn read(&self, text: &str, args: &[Val]) -> Result<Rows, DbError> {
        self.readers.read(text, args)
    }

    pub(crate) fn prepare(&self, text: &str) -> Result<(), DbError> {
        self.readers.with(|connection| connection.prepare(text).map(drop))
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        let (answer, answered) = oneshot::channel();
        let Some((queue, _)) = &self.writer else {
            return Err(CommitError::unavailable("the writer has ended"));
        };
        queue.try_send(Job { batch, answer }).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => CommitError::Overloaded,
            mpsc::TrySendError::Disconnected(_) => CommitError::unavailable("the writer has ended"),
        })?;
        answered
            .await
            .unwrap_or_else(|_| Err(CommitError::unavailable("the writer has ended")))
    }

    pub(crate) fn invalidations(&self) -> broadcast::Receiver<Invalidation> {
        self.invalidations.subscribe()
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // SQLite moves the log into the file when its last connection closes, and only a connection that writes can.
        self.readers.close();
        if let Some((queue, thread)) = self.writer.take() {
            drop(queue);
            if thread.join().is_err() {
                tracing::warn!("the thread that writes to the database ended by a panic");
            }
        }
    }
}

/// Makes the file so that only its owner can read it; SQLite gives its log and index files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Opens the connection that writes. `synchronous=FULL` makes a commit survive a power cut.
fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    keep_plans(&connection)?;
    let mode: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        let reason = "the file system does not allow a write-ahead log".to_owned();
        return Err(rusqlite::Error::SqliteFailure(code, Some(reason)));
    }
    connection.execute_batch(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=4000; \
         PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;",
    )?;
    Ok(connection)
}

/// Opens a connection that only reads. Mapped pages spare a copy for each read.
fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    keep_plans(&connection)?;
    connection.execute_batch("PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA query_only=ON;")?;
    Ok(connection)
}

/// A prepared statement keeps its plan whatever is bound to it; otherwise some statements are parsed anew at each use.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

fn bind(statement: &mut rusqlite::Statement<'_>, args: &[Val]) -> rusqlite::Result<()> {
    if statement.parameter_count() != args.len() {
        return Err(rusqlite::Error::InvalidParameterCount(
            args.len(),
            statement.parameter_count(),
        ));
    }
    for (position, value) in args.iter().enumerate() {
        statement.raw_bind_parameter(position + 1, value)?;
    }
    Ok(())
}

impl rusqlite::ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(blob) => ValueRef::Blob(blob),
        }))
    }
}

fn row(row: &rusqlite::Row<'_>, width: usize) -> rusqlite::Result<Row> {
    let mut values = Vec::with_capacity(width);
    for column in 0..width {
        values.push(match row.get_ref(column)? {
            ValueRef::Null => Val::Null,
            ValueRef::Integer(value) => Val::Int(value),
            ValueRef::Text(text) => Val::Text(String::from_utf8_lossy(text).into()),
            ValueRef::Blob(blob) => Val::Blob(blob.into()),
            ValueRef::Real(_) => {
                let name = row.as_ref().column_name(column)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(
                    column,
                    name,
                    rusqlite::types::Type::Real,
                ));
            }
        });
    }
    Ok(Row::new(values))
}

/// True when the connection itself is of no further use and a new one has to be opened.
fn is_broken(error: &rusqlite::Error) -> bool {
    use ErrorCode as E;
    let code = error.sqlite_error_code();
    matches!(
        code,
        Some(E::SystemIoFailure | E::DatabaseCorrupt | E::NotADatabase | E::CannotOpen | E::ReadOnly)
    )
}

fn failure(error: rusqlite::Error) -> Failure {
    use ErrorCode as E;
    let text = error.to_string();
    let rusqlite::Error::SqliteFailure(code, message) = error else {
        return Failure::Internal(text);
    };
    match (code.code, code.extended_code) {
        (E::ConstraintViolation, rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Failure::Reference,
        (
            E::ConstraintViolation,
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
        ) => {
            let message = message.unwrap_or_default();
            let named = message.rsplit_once(": ").map_or(message.as_str(), |(_, names)| names);
            let index = named.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\''));
            Failure::Unique(index.unwrap_or(named).to_owned())
        }
        (
            E::DatabaseBusy
            | E::DatabaseLocked
            | E::DiskFull
            | E::SystemIoFailure
            | E::CannotOpen
            | E::ReadOnly
            | E::OutOfMemory
            | E::FileLockingProtocolFailed
            | E::OperationInterrupted
            | E::DatabaseCorrupt
            | E::NotADatabase
            | E::PermissionDenied,
            _,
        ) => Failure::Unavailable(text),
        _ => Failure::Internal(text),
    }
}

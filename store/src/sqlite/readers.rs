//! Reads on SQLite: connections that are kept open and used on the calling thread.
//!
//! A read never waits inside, so no more connections are in use than threads run; those beyond the kept number are closed after use.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::Connection;

use super::{bind, failure, is_broken, open_reader, row};
use crate::{
    error::DbError,
    value::{Rows, Val},
};

#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    keep: usize,
}

impl Readers {
    /// Opens one connection, so that a file that cannot be read is noticed at start; the others follow when they are needed.
    pub(super) fn open(path: &Path, keep: usize) -> Result<Self, DbError> {
        let first = open_reader(path).map_err(failure)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(vec![first]),
            keep: keep.max(1),
        })
    }

    /// Closes the connections that nobody uses, which are all when the caller owns this.
    pub(super) fn close(&mut self) {
        self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn read(&self, text: &str, args: &[Val]) -> Result<Rows, DbError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(text)?;
            bind(&mut statement, args)?;
            let width = statement.column_count();
            let mut found = statement.raw_query();
            let mut rows = Vec::new();
            while let Some(next) = found.next()? {
                rows.push(row(next, width)?);
            }
            Ok(Rows::new(rows))
        })
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, DbError> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open_reader(&self.path).map_err(failure)?,
        };
        let done = work(&connection);
        if !done.as_ref().is_err_and(is_broken) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < self.keep {
                idle.push(connection);
            }
        }
        done.map_err(|error| failure(error).into())
    }
}

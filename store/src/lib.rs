//! The only place with SQL: one text for each statement, two engines beneath (SQLite embedded, PostgreSQL shared), group commit on both.
//!
//! A caller reads without a transaction, decides, and hands over a [`Batch`](statement::Batch) of writes that carry their own guards.
//! The engine room is `db`, `sqlite`, `postgres`, `migrate`, `page` and `secretbox`; each kind of record has a module of its own.

pub mod db;
pub mod error;
pub mod migrate;
pub mod page;
mod postgres;
pub mod secretbox;
mod sqlite;
pub mod statement;
pub mod value;

pub use crate::{
    db::{Db, Invalidation, Options},
    error::{CommitError, DbError},
    statement::{Batch, DynamicSql, Expect, Sql, Stmt},
    value::{Row, RowError, Rows, Val},
};

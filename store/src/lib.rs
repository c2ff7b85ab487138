//! The only place with SQL: one text for each statement, two engines beneath (SQLite embedded, PostgreSQL shared), group commit on both.
//!
//! A caller reads without a transaction, decides, and hands over a [`Batch`](statement::Batch) of writes that carry their own guards.
//! The engine room is `db`, `sqlite`, `postgres`, `migrate`, `page` and `secretbox`; each kind of record has a module of its own.

pub mod activity;
pub mod api_tokens;
pub mod app_passwords;
pub mod applications;
pub mod challenges;
pub mod consents;
pub mod db;
pub mod device_codes;
pub mod entitlements;
pub mod error;
pub mod events;
pub mod external_accounts;
pub mod factors;
pub mod failures;
pub mod grants;
pub mod groups;
pub mod idempotent_answers;
pub mod installation;
pub mod invitations;
pub mod mail_links;
pub mod mails;
pub mod migrate;
pub mod page;
pub mod parties;
pub mod pending;
pub mod policies;
pub mod policy_bindings;
mod postgres;
pub mod property_mappings;
pub mod samples;
pub mod schema;
pub mod scope_mappings;
pub mod secretbox;
pub mod sessions;
pub mod setup_links;
pub mod signing_keys;
pub mod source_subjects;
pub mod source_visits;
pub mod sources;
mod sqlite;
pub mod statement;
pub mod store;
pub mod sweep;
pub mod transactions;
pub mod users;
pub mod value;
pub mod webhooks;
mod writes;

pub use crate::{
    db::{Db, Invalidation, Options},
    error::{CommitError, DbError},
    statement::{Batch, DynamicSql, Expect, Sql, Stmt},
    store::{ListError, Store, StoreError},
    value::{Row, RowError, Rows, Val},
};

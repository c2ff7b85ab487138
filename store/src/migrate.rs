//! The schema: one numbered series of migrations for both engines, applied once under a lock.
//!
//! Migrations only add, so nodes of two versions work side by side. The table `meta` records the schema's version and the oldest program
//! that may open it; a program that is older than that refuses, and any other opens a schema that is newer than it knows.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use crate::error::DbError;

/// One step. Its text is plain SQL that both engines read, several statements separated by semicolons.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// For people: `0001_accounts`.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
    /// The oldest program that may open a database after this step, as `MAJOR.MINOR.PATCH`.
    pub oldest_program: &'static str,
    /// What each engine reads beside it: indexes of a kind that only it has. No statement that
    /// both engines read may need them.
    pub by_engine: Option<ByEngine>,
}

/// Statements of one step that differ between the engines.
#[derive(Debug, Clone, Copy)]
pub struct ByEngine {
    /// For SQLite.
    pub sqlite: &'static str,
    /// For PostgreSQL.
    pub postgres: &'static str,
}

/// The steps that a program knows, in order: the first makes schema version 1. Released steps are never changed or removed.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The program's own version, `MAJOR.MINOR.PATCH`.
    pub program: &'a str,
    /// The steps.
    pub migrations: &'a [Migration],
}

/// What was found and done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Schema version before; 0 for an empty database.
    pub from: i64,
    /// Schema version now.
    pub to: i64,
}

/// Why the database was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program has changed the schema in a way that this one cannot work with.
    #[error(
        "the database has schema {schema} and needs version {oldest_program} or newer of this program; this is {program}"
    )]
    TooOld {
        /// Schema version found.
        schema: i64,
        /// What the database asks for.
        oldest_program: String,
        /// What we are.
        program: String,
    },
    /// The table `meta` or a version cannot be understood.
    #[error("the schema's record is damaged: {0}")]
    Damaged(String),
    /// A step failed.
    #[error("migration {name} failed: {reason}")]
    Step {
        /// Name of the step.
        name: &'static str,
        /// What the engine said.
        reason: String,
    },
    /// The database could not be asked.
    #[error(transparent)]
    Db(#[from] DbError),
}

const META: &str = "CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)";
const GET: &str = "SELECT value FROM meta WHERE key = $1";
const PUT: &str =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const SCHEMA_VERSION: &str = "schema_version";
const OLDEST_PROGRAM: &str = "oldest_program";

/// The key of PostgreSQL's advisory lock: "vestibul" in ASCII. Such locks belong to one database of a server.
const LOCK: i64 = 0x7665_7374_6962_756c;

fn parse_version(text: &str) -> Result<[u64; 3], MigrateError> {
    // What follows the three numbers ("-rc.1", "+build") does not decide about a schema.
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let parsed: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
    let parsed = parsed.ok().and_then(|numbers| <[u64; 3]>::try_from(numbers).ok());
    parsed.ok_or_else(|| MigrateError::Damaged(format!("\"{text}\" is no version MAJOR.MINOR.PATCH")))
}

/// Which steps are to be applied to what was found.
fn decide_steps<'a>(
    series: &Series<'a>,
    schema: Option<&str>,
    oldest: Option<&str>,
) -> Result<(i64, &'a [Migration]), MigrateError> {
    let Some(schema) = schema else {
        return Ok((0, series.migrations));
    };
    let damaged = || MigrateError::Damaged(format!("\"{schema}\" is no schema version"));
    let found: i64 = schema.parse().map_err(|_| damaged())?;
    let done = usize::try_from(found).map_err(|_| damaged())?;
    let oldest = oldest.ok_or_else(|| MigrateError::Damaged("the oldest program is not recorded".to_owned()))?;
    if parse_version(oldest)? > parse_version(series.program)? {
        let (oldest_program, program) = (oldest.to_owned(), series.program.to_owned());
        return Err(MigrateError::TooOld {
            schema: found,
            oldest_program,
            program,
        });
    }
    Ok((found, series.migrations.get(done..).unwrap_or_default()))
}

/// What `meta` says after `steps`: the schema version and, if it rose, the oldest program.
fn decide_record(from: i64, oldest: Option<&str>, steps: &[Migration]) -> Result<(i64, String), MigrateError> {
    let mut newest = oldest.unwrap_or("0.0.0").to_owned();
    for step in steps {
        if parse_version(step.oldest_program)? > parse_version(&newest)? {
            newest = step.oldest_program.to_owned();
        }
    }
    let count = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    Ok((from.saturating_add(count), newest))
}

/// Applies the series on SQLite in one transaction that excludes other writers.
pub(crate) fn sqlite(connection: &mut Connection, series: &Series<'_>) -> Result<Migrated, MigrateError> {
    let asked = |error: rusqlite::Error| MigrateError::Db(DbError::Unavailable(error.to_string()));
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(asked)?;
    transaction.execute_batch(META).map_err(asked)?;
    let get = |key: &str| {
        transaction
            .query_row(GET, [key], |row| row.get::<_, String>(0))
            .optional()
            .map_err(asked)
    };
    let (schema, oldest) = (get(SCHEMA_VERSION)?, get(OLDEST_PROGRAM)?);
    let (from, steps) = decide_steps(series, schema.as_deref(), oldest.as_deref())?;
    if steps.is_empty() {
        return Ok(Migrated { from, to: from });
    }
    for step in steps {
        let failed = |error: rusqlite::Error| MigrateError::Step {
            name: step.name,
            reason: error.to_string(),
        };
        transaction.execute_batch(step.sql).map_err(failed)?;
        let own = step.by_engine.map_or("", |by_engine| by_engine.sqlite);
        transaction.execute_batch(own).map_err(failed)?;
    }
    let (to, oldest) = decide_record(from, oldest.as_deref(), steps)?;
    transaction
        .execute(PUT, params![SCHEMA_VERSION, to.to_string()])
        .map_err(asked)?;
    transaction
        .execute(PUT, params![OLDEST_PROGRAM, oldest])
        .map_err(asked)?;
    transaction.commit().map_err(asked)?;
    Ok(Migrated { from, to })
}

/// Applies the series on PostgreSQL in one transaction under an advisory lock, so that nodes that start together do it once.
/// When it fails, the caller drops the connection and with it the transaction.
pub(crate) async fn postgres(client: &tokio_postgres::Client, series: &Series<'_>) -> Result<Migrated, MigrateError> {
    let asked = |error: tokio_postgres::Error| MigrateError::Db(crate::postgres::failure(&error).into());
    // The time limits of ordinary statements do not fit a migration, nor the wait for another node that makes it.
    client
        .batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")
        .await
        .map_err(asked)?;
    client
        .batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))
        .await
        .map_err(asked)?;
    client.batch_execute(META).await.map_err(asked)?;
    let (schema, oldest) = (get(client, SCHEMA_VERSION).await?, get(client, OLDEST_PROGRAM).await?);
    let (from, steps) = decide_steps(series, schema.as_deref(), oldest.as_deref())?;
    for step in steps {
        let failed = |error: tokio_postgres::Error| MigrateError::Step {
            name: step.name,
            reason: describe(&error),
        };
        client.batch_execute(step.sql).await.map_err(failed)?;
        let own = step.by_engine.map_or("", |by_engine| by_engine.postgres);
        client.batch_execute(own).await.map_err(failed)?;
    }
    let (to, oldest) = decide_record(from, oldest.as_deref(), steps)?;
    client
        .execute(PUT, &[&SCHEMA_VERSION, &to.to_string()])
        .await
        .map_err(asked)?;
    client.execute(PUT, &[&OLDEST_PROGRAM, &oldest]).await.map_err(asked)?;
    client.batch_execute("COMMIT").await.map_err(asked)?;
    Ok(Migrated { from, to })
}

async fn get(client: &tokio_postgres::Client, key: &str) -> Result<Option<String>, MigrateError> {
    let found = client.query_opt(GET, &[&key]).await;
    let found = found.map_err(|error| MigrateError::Db(crate::postgres::failure(&error).into()))?;
    Ok(found.map(|row| row.get(0)))
}

fn describe(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

//! What the recorder keeps: a row for each transaction, and a row of steps for each request that belonged to it, so that
//! several nodes add to one transaction without reading it first. Bounded in age and in number by [`Store::sweep_transactions`].

use protocol::time::Time;
use protocol::transaction::{Step, TransactionKind, TransactionState};

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::{Batch, Stmt};
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

macro_rules! transaction_columns {
    () => {
        "t.id, t.case_number, t.kind, t.state, t.code, t.application_id, t.user_id, t.source, t.client_address, \
         t.started_at, t.updated_at"
    };
}

const TRANSACTIONS: Listing = Listing {
    name: "transactions",
    fields: transaction_columns!(),
    from: "transactions t",
    condition: None,
    search_index: None,
    id: "t.id",
    columns: &[
        Column {
            name: "started_at",
            sql: "t.started_at",
            kind: Kind::Int,
            filter: false,
            sort: true,
            search: false,
        },
        Column {
            search: true,
            ..Column::filtered("case_number", "t.case_number", Kind::Text)
        },
        Column::filtered("code", "t.code", Kind::Text),
        Column::filtered("state", "t.state", Kind::Text),
        Column::filtered("kind", "t.kind", Kind::Text),
        Column::filtered("application", "t.application_id", Kind::Text),
        Column::filtered("user", "t.user_id", Kind::Text),
        Column::filtered("source", "t.source", Kind::Text),
    ],
    default_sort: ("started_at", Direction::Descending),
};

crate::statements! {
    // What is known stays known; a request that only looked leaves the state as it was.
    SAVE = "INSERT INTO transactions (id, case_number, kind, state, code, application_id, user_id, source, client_address, \
        started_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT (id) DO UPDATE SET \
        state = CASE WHEN excluded.state = 'open' THEN transactions.state ELSE excluded.state END, \
        code = COALESCE(excluded.code, transactions.code), \
        application_id = COALESCE(transactions.application_id, excluded.application_id), \
        user_id = COALESCE(excluded.user_id, transactions.user_id), \
        source = COALESCE(excluded.source, transactions.source), \
        updated_at = excluded.updated_at";
    SAVE_STEPS = "INSERT INTO transaction_steps (id, transaction_id, place, body) VALUES ($1, $2, $3, $4)";
    LOAD = concat!("SELECT ", transaction_columns!(), " FROM transactions t WHERE t.id = $1");
    LOAD_CASE = concat!("SELECT ", transaction_columns!(), " FROM transactions t WHERE t.case_number = $1 \
        ORDER BY t.started_at DESC LIMIT 1");
    LOAD_STEPS = "SELECT body FROM transaction_steps WHERE transaction_id = $1 ORDER BY place, id LIMIT 200";
    REFUSALS = "SELECT t.code, COUNT(*) FROM transactions t WHERE t.code IS NOT NULL AND t.state = 'refused' \
        AND t.started_at >= $1 GROUP BY t.code ORDER BY COUNT(*) DESC, t.code LIMIT $2";
    OF_SOURCES = "SELECT t.source, t.started_at / 3600000000, SUM(CASE WHEN t.state = 'done' THEN 1 ELSE 0 END), \
        SUM(CASE WHEN t.state = 'refused' THEN 1 ELSE 0 END) FROM transactions t \
        WHERE t.source IS NOT NULL AND t.state <> 'open' AND t.started_at >= $1 \
        GROUP BY t.source, t.started_at / 3600000000 ORDER BY t.source, t.started_at / 3600000000 LIMIT $2";
    // The oldest one that may stay when so many do.
    CUT = "SELECT started_at FROM transactions ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET $1";
    COUNT_OLD = "SELECT COUNT(*) FROM (SELECT 1 FROM transactions WHERE started_at < $1 LIMIT $2) AS old";
    SWEEP_STEPS = "DELETE FROM transaction_steps WHERE transaction_id IN (SELECT id FROM transactions \
        WHERE started_at < $1 ORDER BY started_at, id LIMIT $2)";
    SWEEP = "DELETE FROM transactions WHERE id IN (SELECT id FROM transactions \
        WHERE started_at < $1 ORDER BY started_at, id LIMIT $2)";
}

/// What is known of a transaction as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transaction {
    /// `txn_` and a ULID; the ULID of the request for what belongs to no transaction.
    pub id: String,
    /// See [`protocol::transaction::case_number`].
    pub case_number: String,
    /// What it is about.
    pub kind: TransactionKind,
    /// How far it has come.
    pub state: TransactionState,
    /// The code of the last refusal.
    pub code: Option<String>,
    /// The application.
    pub application_id: Option<String>,
    /// The person.
    pub user_id: Option<String>,
    /// The key of the source.
    pub source: Option<String>,
    /// From where it began.
    pub client_address: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// When something was added last.
    pub updated_at: Time,
}

/// The sign-ins through one source that began in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceHour {
    /// The key of the source.
    pub source: String,
    /// Hours since 1970.
    pub hour: i64,
    /// How many came to their end.
    pub done: i64,
    /// How many were refused.
    pub refused: i64,
}

/// What one request adds to a transaction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Segment {
    /// The transaction as this request knows it.
    pub transaction: Transaction,
    /// `stp_` and a ULID.
    pub id: String,
    /// Its place among the others; larger ones come later.
    pub place: i64,
    /// The steps, in their order.
    pub steps: Vec<Step>,
}

impl Segment {
    /// Takes over what another request added later, so that both are written as one: the transaction is then what it would be if this
    /// one had been written first (the statement `SAVE`).
    pub fn absorb(&mut self, later: Self) {
        let (earlier, later, steps) = (&mut self.transaction, later.transaction, later.steps);
        if later.state != TransactionState::Open {
            earlier.state = later.state;
        }
        earlier.code = later.code.or_else(|| earlier.code.take());
        earlier.application_id = earlier.application_id.take().or(later.application_id);
        earlier.user_id = later.user_id.or_else(|| earlier.user_id.take());
        earlier.source = later.source.or_else(|| earlier.source.take());
        earlier.updated_at = later.updated_at;
        self.steps.extend(steps);
    }
}

fn text(value: Option<&String>) -> Val {
    Val::from(value.cloned())
}

/// The statements that add a segment.
///
/// # Errors
/// When the steps can not be written as JSON.
pub fn save(segment: &Segment) -> Result<[Stmt; 2], StoreError> {
    let transaction = &segment.transaction;
    Ok([
        SAVE.with(vec![
            Val::from(transaction.id.as_str()),
            Val::from(transaction.case_number.as_str()),
            Val::from(transaction.kind.as_str()),
            Val::from(transaction.state.as_str()),
            text(transaction.code.as_ref()),
            text(transaction.application_id.as_ref()),
            text(transaction.user_id.as_ref()),
            text(transaction.source.as_ref()),
            text(transaction.client_address.as_ref()),
            time(transaction.started_at),
            time(transaction.updated_at),
        ]),
        SAVE_STEPS.with(vec![
            Val::from(segment.id.as_str()),
            Val::from(transaction.id.as_str()),
            Val::from(segment.place),
            Val::from(serde_json::to_string(&segment.steps)?),
        ]),
    ])
}

fn read(row: &Row) -> Result<Transaction, StoreError> {
    let optional = |at: usize| -> Result<Option<String>, StoreError> { Ok(row.opt_text(at)?.map(str::to_owned)) };
    Ok(Transaction {
        id: row.text(0)?.to_owned(),
        case_number: row.text(1)?.to_owned(),
        // Words of a later version are read as the most general ones.
        kind: TransactionKind::parse(row.text(2)?).unwrap_or_default(),
        state: TransactionState::parse(row.text(3)?).unwrap_or_default(),
        code: optional(4)?,
        application_id: optional(5)?,
        user_id: optional(6)?,
        source: optional(7)?,
        client_address: optional(8)?,
        started_at: Time(row.int(9)?),
        updated_at: Time(row.int(10)?),
    })
}

impl Store {
    /// Adds segments, all of them or none.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn save_segments(&self, segments: &[Segment]) -> Result<(), StoreError> {
        let mut statements = Vec::with_capacity(2 * segments.len());
        for segment in segments {
            statements.extend(save(segment)?);
        }
        self.apply(Batch::new(statements)).await
    }

    /// One page of transactions, the newest first. Filters: `case_number`, `code`, `state`, `kind`, `application`, `user`,
    /// `source`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_transactions(
        &self,
        query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<Transaction>, ListError> {
        self.list(&TRANSACTIONS, &query, key, read).await
    }

    /// The transaction of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_transaction(&self, id: &str) -> Result<Option<Transaction>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read).await
    }

    /// The newest transaction of a case number.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_transaction_of_case(&self, case_number: &str) -> Result<Option<Transaction>, StoreError> {
        self.first(&LOAD_CASE, &[Val::from(case_number)], read).await
    }

    /// The steps of a transaction, in their order.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_transaction_steps(&self, id: &str) -> Result<Vec<Step>, StoreError> {
        let rows = self.rows(&LOAD_STEPS, &[Val::from(id)]).await?;
        let mut steps = Vec::new();
        for row in rows.iter() {
            let segment: Vec<Step> = serde_json::from_str(row.text(0)?)?;
            steps.extend(segment);
        }
        Ok(steps)
    }

    /// How often each code refused something that began since a moment: the most frequent ones first, at most `most`.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn count_refusals(&self, since: Time, most: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.rows(&REFUSALS, &[time(since), Val::from(most)]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
            .collect()
    }

    /// How many sign-ins through each source came to their end in each hour since a moment, and how many were refused; at most `most`
    /// rows, by source and hour.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn count_source_sign_ins(&self, since: Time, most: i64) -> Result<Vec<SourceHour>, StoreError> {
        let rows = self.rows(&OF_SOURCES, &[time(since), Val::from(most)]).await?;
        rows.iter()
            .map(|row| {
                Ok(SourceHour {
                    source: row.text(0)?.to_owned(),
                    hour: row.int(1)?,
                    done: row.int(2)?,
                    refused: row.int(3)?,
                })
            })
            .collect()
    }

    /// Deletes at most `limit` transactions that began before `keep` microseconds ago, and at most as many of those beyond
    /// the newest `most`. Answers how many went; zero: nothing is left to do.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn sweep_transactions(&self, now: Time, keep: i64, most: i64, limit: i64) -> Result<i64, StoreError> {
        let mut before = now.plus(-keep);
        let cut = self
            .first(&CUT, &[Val::from(most)], |row| Ok(Time(row.int(0)?)))
            .await?;
        if let Some(cut) = cut {
            // What began at the same moment as the first one too many goes with it.
            before = before.max(cut.plus(1));
        }
        let rows = self.rows(&COUNT_OLD, &[time(before), Val::from(limit)]).await?;
        let old = rows.first().map(|row| row.int(0)).transpose()?.unwrap_or_default();
        if old > 0 {
            let args = vec![time(before), Val::from(limit)];
            let statements = vec![SWEEP_STEPS.with(args.clone()), SWEEP.with(args)];
            self.apply(Batch::new(statements)).await?;
        }
        Ok(old)
    }
}

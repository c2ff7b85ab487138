//! Who is away at a source, and who has come from one and still has to say something. Both are found by the hash of a secret
//! that only the browser holds, live for a short time, and are taken once.

use protocol::env::Entropy;
use protocol::id::SecretHash;
use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};

/// What sealed visits and arrivals are bound to.
const VISIT: &str = "source_visit";
const ARRIVAL: &str = "source_arrival";

crate::statements! {
    INSERT = "INSERT INTO source_visits (hash, browser, source_id, body, sealed, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LOAD = "SELECT browser, source_id, body, sealed, created_at, expires_at FROM source_visits WHERE hash = $1";
    TAKE = "DELETE FROM source_visits WHERE hash = $1";
    INSERT_ARRIVAL = "INSERT INTO source_arrivals (hash, browser, source_id, body, sealed, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LOAD_ARRIVAL = "SELECT browser, source_id, body, sealed, created_at, expires_at FROM source_arrivals WHERE hash = $1";
    TAKE_ARRIVAL = "DELETE FROM source_arrivals WHERE hash = $1";
}

/// A visit or an arrival.
pub struct SourceVisit {
    /// The hash of the secret that the browser holds.
    pub hash: SecretHash,
    /// The browser that it belongs to.
    pub browser: SecretHash,
    /// The source.
    pub source_id: String,
    /// What it is for, as JSON without secrets.
    pub body: String,
    /// What only we may know of it, as JSON.
    pub secrets: zeroize::Zeroizing<Vec<u8>>,
    /// When it began.
    pub created_at: Time,
    /// When it is over.
    pub expires_at: Time,
}

impl std::fmt::Debug for SourceVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceVisit")
            .field("source_id", &self.source_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Store {
    fn read_visit(&self, hash: SecretHash, purpose: &str, row: &Row) -> Result<SourceVisit, StoreError> {
        Ok(SourceVisit {
            hash,
            browser: row.array(0)?,
            source_id: row.text(1)?.to_owned(),
            body: row.text(2)?.to_owned(),
            secrets: self.open_bytes(purpose, row.text(3)?)?,
            created_at: Time(row.int(4)?),
            expires_at: Time(row.int(5)?),
        })
    }

    fn values_of(&self, visit: SourceVisit, purpose: &str, random: &dyn Entropy) -> Result<Vec<Val>, StoreError> {
        let sealed = self.seal_bytes(purpose, &visit.secrets, random)?;
        Ok(vec![
            Val::from(visit.hash),
            Val::from(visit.browser),
            Val::from(visit.source_id),
            Val::from(visit.body),
            Val::from(sealed),
            time(visit.created_at),
            time(visit.expires_at),
        ])
    }

    /// The statement with which somebody leaves for a source.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn begin_source_visit(&self, visit: SourceVisit, random: &dyn Entropy) -> Result<Stmt, StoreError> {
        Ok(INSERT.with(self.values_of(visit, VISIT, random)?))
    }

    /// The visit of a state, whether it is over or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source_visit(&self, hash: SecretHash) -> Result<Option<SourceVisit>, StoreError> {
        self.first(&LOAD, &[Val::from(hash)], |row| self.read_visit(hash, VISIT, row))
            .await
    }

    /// The statement with which a visit ends. Holds only while it has not ended, so that a state counts once.
    #[must_use]
    pub fn end_source_visit(&self, hash: SecretHash) -> Stmt {
        TAKE.guarded(vec![Val::from(hash)], 1)
    }

    /// The statement with which somebody who came from a source begins to wait for what they have to say.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn begin_source_arrival(&self, visit: SourceVisit, random: &dyn Entropy) -> Result<Stmt, StoreError> {
        Ok(INSERT_ARRIVAL.with(self.values_of(visit, ARRIVAL, random)?))
    }

    /// The arrival of a secret, whether it is over or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source_arrival(&self, hash: SecretHash) -> Result<Option<SourceVisit>, StoreError> {
        self.first(&LOAD_ARRIVAL, &[Val::from(hash)], |row| {
            self.read_visit(hash, ARRIVAL, row)
        })
        .await
    }

    /// The statement with which an arrival ends. Holds only while it has not ended.
    #[must_use]
    pub fn end_source_arrival(&self, hash: SecretHash) -> Stmt {
        TAKE_ARRIVAL.guarded(vec![Val::from(hash)], 1)
    }
}

//! Answers that are given again when a caller repeats a request under the same `Idempotency-Key`, because it does not know
//! whether the first one arrived. Found by a hash of caller, call and key; an answer never holds a secret.

use protocol::id::SecretHash;
use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    LOAD = "SELECT request, status, body FROM idempotent_answers WHERE hash = $1 AND expires_at > $2";
    // One that is over gives its place up, swept or not.
    REMEMBER = "INSERT INTO idempotent_answers (hash, request, status, body, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO UPDATE SET request = excluded.request, \
        status = excluded.status, body = excluded.body, created_at = excluded.created_at, \
        expires_at = excluded.expires_at WHERE idempotent_answers.expires_at <= excluded.created_at";
}

/// An answer that is given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentAnswer {
    /// Authenticates what was asked.
    pub request: SecretHash,
    /// The HTTP status.
    pub status: u16,
    /// The body, JSON.
    pub body: String,
}

impl Store {
    /// The answer under a hash, as long as it is remembered.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_idempotent_answer(
        &self,
        hash: SecretHash,
        now: Time,
    ) -> Result<Option<IdempotentAnswer>, StoreError> {
        self.first(&LOAD, &[Val::from(hash), time(now)], |row| {
            Ok(IdempotentAnswer {
                request: row.array(0)?,
                status: u16::try_from(row.int(1)?)
                    .map_err(|_| StoreError::Corrupt("status of an idempotent answer".to_owned()))?,
                body: row.text(2)?.to_owned(),
            })
        })
        .await
    }

    /// The statement that remembers an answer from `now` until `expires_at`. Holds only while none is remembered under this
    /// hash, so that of two equal requests at once one alone counts.
    #[must_use]
    pub fn remember_answer(&self, hash: SecretHash, answer: &IdempotentAnswer, now: Time, expires_at: Time) -> Stmt {
        REMEMBER.guarded(
            vec![
                Val::from(hash),
                Val::from(answer.request),
                Val::from(i64::from(answer.status)),
                Val::from(answer.body.as_str()),
                time(now),
                time(expires_at),
            ],
            1,
        )
    }
}

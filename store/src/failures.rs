//! What is counted for an account or an address in a running window, the same for all nodes: failed sign-ins, wrong user
//! codes, requests for device codes.

use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    COUNT = "INSERT INTO sign_in_failures (subject, failures, expires_at) VALUES ($1, 1, $2) \
        ON CONFLICT (subject) DO UPDATE SET \
        failures = CASE WHEN sign_in_failures.expires_at <= $3 THEN 1 ELSE sign_in_failures.failures + 1 END, \
        expires_at = CASE WHEN sign_in_failures.expires_at <= $3 THEN excluded.expires_at \
        ELSE sign_in_failures.expires_at END";
    // A count that may not pass $4: at the limit no row is touched, and the batch is undone.
    COUNT_WITHIN = "INSERT INTO sign_in_failures (subject, failures, expires_at) VALUES ($1, 1, $2) \
        ON CONFLICT (subject) DO UPDATE SET \
        failures = CASE WHEN sign_in_failures.expires_at <= $3 THEN 1 ELSE sign_in_failures.failures + 1 END, \
        expires_at = CASE WHEN sign_in_failures.expires_at <= $3 THEN excluded.expires_at \
        ELSE sign_in_failures.expires_at END \
        WHERE sign_in_failures.expires_at <= $3 OR sign_in_failures.failures < $4";
    TAKE_BACK = "UPDATE sign_in_failures SET failures = failures - 1 WHERE subject = $1 AND failures > 0";
    CLEAR = "DELETE FROM sign_in_failures WHERE subject = $1";
    LOAD = "SELECT failures, expires_at FROM sign_in_failures WHERE subject = $1";
}

/// Failures in the running window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the window ends.
    pub until: Time,
}

impl Store {
    /// The failures of a subject (`account:<key>`, `address:<ip>`) in the running window; `None` when there are none.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_failures(&self, subject: &str, now: Time) -> Result<Option<Failures>, StoreError> {
        let found = self
            .first(&LOAD, &[Val::from(subject)], |row| {
                Ok(Failures {
                    count: row.int(0)?,
                    until: Time(row.int(1)?),
                })
            })
            .await?;
        Ok(found.filter(|failures| now < failures.until))
    }

    /// The statement that counts one failure; the first one opens a window that ends at `until`.
    #[must_use]
    pub fn count_failure(&self, subject: &str, now: Time, until: Time) -> Stmt {
        COUNT.with(vec![Val::from(subject), time(until), time(now)])
    }

    /// The statement that counts one more, at most `most` in a window that ends at `until` when this is the first. At the
    /// limit its batch is answered with a conflict, so that of many at the same moment no more get through.
    #[must_use]
    pub fn count_within(&self, subject: &str, most: u32, now: Time, until: Time) -> Stmt {
        let args = vec![Val::from(subject), time(until), time(now), Val::from(i64::from(most))];
        COUNT_WITHIN.guarded(args, 1)
    }

    /// The statement that takes one back: it was no failure.
    #[must_use]
    pub fn take_back(&self, subject: &str) -> Stmt {
        TAKE_BACK.with(vec![Val::from(subject)])
    }

    /// The statement that forgets the failures of a subject.
    #[must_use]
    pub fn clear_failures(&self, subject: &str) -> Stmt {
        CLEAR.with(vec![Val::from(subject)])
    }
}

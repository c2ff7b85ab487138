//! Sweeping: what has expired is deleted in small batches by the same writer, so that nobody waits for it.
//!
//! A session that expired is ended first, so that its applications hear of it. A code stays for a day after it expired, so
//! that a late second use, or a late poll of a device, gets the right answer; an app password for a month, so that whoever
//! wonders sees that it has expired.

use protocol::id::new_id;
use protocol::time::{DAY, Time};
use protocol::webhook::EventType;

use crate::statement::{Batch, Sql};
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    ACCESS_TOKENS = "DELETE FROM access_tokens WHERE hash IN (SELECT hash FROM access_tokens \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    CODES = "DELETE FROM codes WHERE hash IN (SELECT hash FROM codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    REFRESH_TOKENS = "DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    GRANTS = "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    // A session whose applications have not heard of its end stays until `end_expired` has told them.
    SESSIONS = "DELETE FROM browser_sessions WHERE id IN (SELECT s.id FROM browser_sessions s WHERE s.expires_at < $1 \
        AND (s.ended_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM session_parties p WHERE p.session_id = s.id)) \
        ORDER BY s.expires_at LIMIT $2)";
    ENDED_SESSIONS = "DELETE FROM browser_sessions WHERE id IN (SELECT s.id FROM browser_sessions s \
        WHERE s.expires_at < $1 AND s.ended_at IS NOT NULL ORDER BY s.expires_at LIMIT $2)";
    PENDING = "DELETE FROM pending_requests WHERE id IN (SELECT id FROM pending_requests \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    FAILURES = "DELETE FROM sign_in_failures WHERE subject IN (SELECT subject FROM sign_in_failures \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    CONSENTS = "DELETE FROM consents WHERE id IN (SELECT id FROM consents WHERE expires_at < $1 \
        ORDER BY expires_at LIMIT $2)";
    DEVICE_CODES = "DELETE FROM device_codes WHERE hash IN (SELECT hash FROM device_codes \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    APP_PASSWORDS = "DELETE FROM app_passwords WHERE id IN (SELECT id FROM app_passwords WHERE expires_at < $1 \
        ORDER BY expires_at LIMIT $2)";
    SOURCE_VISITS = "DELETE FROM source_visits WHERE hash IN (SELECT hash FROM source_visits \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    SOURCE_ARRIVALS = "DELETE FROM source_arrivals WHERE hash IN (SELECT hash FROM source_arrivals \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    IDEMPOTENT_ANSWERS = "DELETE FROM idempotent_answers WHERE hash IN (SELECT hash FROM idempotent_answers \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    MAIL_LINKS = "DELETE FROM mail_links WHERE hash IN (SELECT hash FROM mail_links WHERE expires_at < $1 \
        ORDER BY expires_at LIMIT $2)";
    CHALLENGES = "DELETE FROM challenges WHERE id IN (SELECT id FROM challenges \
        WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    DELIVERIES = "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries WHERE id < $1 \
        ORDER BY id LIMIT $2)";
    EVENTS = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < $1 ORDER BY id LIMIT $2)";
    COUNT_ACCESS_TOKENS = "SELECT COUNT(*) FROM (SELECT 1 FROM access_tokens WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_CODES = "SELECT COUNT(*) FROM (SELECT 1 FROM codes WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_REFRESH_TOKENS = "SELECT COUNT(*) FROM (SELECT 1 FROM refresh_tokens WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_GRANTS = "SELECT COUNT(*) FROM (SELECT 1 FROM grants WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_SESSIONS = "SELECT COUNT(*) FROM (SELECT 1 FROM browser_sessions s WHERE s.expires_at < $1 \
        AND (s.ended_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM session_parties p WHERE p.session_id = s.id)) \
        LIMIT $2) AS expired";
    COUNT_ENDED_SESSIONS = "SELECT COUNT(*) FROM (SELECT 1 FROM browser_sessions s WHERE s.expires_at < $1 \
        AND s.ended_at IS NOT NULL LIMIT $2) AS expired";
    COUNT_PENDING = "SELECT COUNT(*) FROM (SELECT 1 FROM pending_requests WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_FAILURES = "SELECT COUNT(*) FROM (SELECT 1 FROM sign_in_failures WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_CONSENTS = "SELECT COUNT(*) FROM (SELECT 1 FROM consents WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_DEVICE_CODES = "SELECT COUNT(*) FROM (SELECT 1 FROM device_codes WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_APP_PASSWORDS = "SELECT COUNT(*) FROM (SELECT 1 FROM app_passwords WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_SOURCE_VISITS = "SELECT COUNT(*) FROM (SELECT 1 FROM source_visits WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_SOURCE_ARRIVALS = "SELECT COUNT(*) FROM (SELECT 1 FROM source_arrivals WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_IDEMPOTENT_ANSWERS = "SELECT COUNT(*) FROM (SELECT 1 FROM idempotent_answers WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_MAIL_LINKS = "SELECT COUNT(*) FROM (SELECT 1 FROM mail_links WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_CHALLENGES = "SELECT COUNT(*) FROM (SELECT 1 FROM challenges WHERE expires_at < $1 LIMIT $2) AS expired";
    COUNT_DELIVERIES = "SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries WHERE id < $1 LIMIT $2) AS expired";
    COUNT_EVENTS = "SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE id < $1 LIMIT $2) AS expired";
}

/// How long a code is kept after it expired, so that a late second use is still recognised as one.
const CODE_MEMORY: i64 = DAY;

/// How long an app password is shown after it expired.
const APP_PASSWORD_MEMORY: i64 = 30 * DAY;

/// How long a delivery is shown: longer than all its attempts take.
const DELIVERY_MEMORY: i64 = 14 * DAY;

/// What is swept by its `expires_at`: how it is counted and how it is deleted.
const BY_TIME: &[(&Sql, &Sql)] = &[
    (&COUNT_ACCESS_TOKENS, &ACCESS_TOKENS),
    (&COUNT_REFRESH_TOKENS, &REFRESH_TOKENS),
    (&COUNT_GRANTS, &GRANTS),
    (&COUNT_PENDING, &PENDING),
    (&COUNT_FAILURES, &FAILURES),
    (&COUNT_CONSENTS, &CONSENTS),
    (&COUNT_SOURCE_VISITS, &SOURCE_VISITS),
    (&COUNT_SOURCE_ARRIVALS, &SOURCE_ARRIVALS),
    (&COUNT_IDEMPOTENT_ANSWERS, &IDEMPOTENT_ANSWERS),
    (&COUNT_MAIL_LINKS, &MAIL_LINKS),
    (&COUNT_CHALLENGES, &CHALLENGES),
];

/// The smallest id of an event of this moment: all smaller ones are older.
struct Lowest;

impl protocol::env::Entropy for Lowest {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

impl Store {
    /// Deletes at most `limit` expired rows of each kind, each kind in a commit of its own. `retention`: how long events
    /// are kept, in microseconds. Answers how many rows went; zero: nothing is left to do.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn sweep(&self, now: Time, retention: i64, limit: i64) -> Result<i64, StoreError> {
        let mut swept = self.end_expired(now, limit).await?;
        // A webhook hears of the end of each session before the session goes.
        let (count, delete) = if self.outbox.wants(EventType::SessionEnded) {
            (&COUNT_ENDED_SESSIONS, &ENDED_SESSIONS)
        } else {
            (&COUNT_SESSIONS, &SESSIONS)
        };
        swept += self.sweep_one(count, delete, time(now), limit).await?;
        for (count, delete) in BY_TIME {
            swept += self.sweep_one(count, delete, time(now), limit).await?;
        }
        let forgotten = time(now.plus(-CODE_MEMORY));
        swept += self.sweep_one(&COUNT_CODES, &CODES, forgotten.clone(), limit).await?;
        swept += self
            .sweep_one(&COUNT_DEVICE_CODES, &DEVICE_CODES, forgotten, limit)
            .await?;
        let forgotten = time(now.plus(-APP_PASSWORD_MEMORY));
        swept += self
            .sweep_one(&COUNT_APP_PASSWORDS, &APP_PASSWORDS, forgotten, limit)
            .await?;
        let oldest = Val::from(new_id("whd", now.plus(-DELIVERY_MEMORY), &Lowest));
        swept += self.sweep_one(&COUNT_DELIVERIES, &DELIVERIES, oldest, limit).await?;
        let oldest = Val::from(new_id("evt", now.plus(-retention), &Lowest));
        swept += self.sweep_one(&COUNT_EVENTS, &EVENTS, oldest, limit).await?;
        Ok(swept)
    }

    async fn sweep_one(
        &self,
        count: &'static Sql,
        delete: &'static Sql,
        before: Val,
        limit: i64,
    ) -> Result<i64, StoreError> {
        let rows = self.rows(count, &[before.clone(), Val::from(limit)]).await?;
        let expired = rows.first().map(|row| row.int(0)).transpose()?.unwrap_or_default();
        if expired > 0 {
            self.apply(Batch::from(delete.with(vec![before, Val::from(limit)])))
                .await?;
        }
        Ok(expired)
    }
}

//! What happened in each hour: counted from the audit log in the background, so that a chart costs one short read however long
//! the log is.

use protocol::env::Entropy;
use protocol::id::new_id;
use protocol::time::{DAY, HOUR, SECOND, Time};

use crate::statement::Batch;
use crate::store::{Store, StoreError};
use crate::value::{Row, Val};

/// How far behind the present counting stays, so that an event of a node whose clock is a little behind is not missed.
const LAG: i64 = 10 * SECOND;
/// How far back the first count begins.
const FIRST: i64 = 8 * DAY;
/// How long numbers are kept.
const MEMORY: i64 = 90 * DAY;

crate::statements! {
    PROGRESS = "SELECT counted_to FROM activity_progress WHERE id = 1";
    BEGIN = "INSERT INTO activity_progress (id, counted_to) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
    UP_TO = "SELECT MAX(n.id) FROM (SELECT id FROM events WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3) AS n";
    ADVANCE = "UPDATE activity_progress SET counted_to = $1 WHERE id = 1 AND counted_to = $2";
    COUNT = "INSERT INTO activity (hour, action, number) SELECT e.at / 3600000000, e.action, COUNT(*) FROM events e \
        WHERE e.id > $1 AND e.id <= $2 GROUP BY e.at / 3600000000, e.action \
        ON CONFLICT (hour, action) DO UPDATE SET number = activity.number + excluded.number";
    FORGET = "DELETE FROM activity WHERE hour < $1";
    SINCE = "SELECT hour, action, number FROM activity WHERE hour >= $1 ORDER BY hour";
}

/// How often something happened in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Hours since 1970.
    pub hour: i64,
    /// The action of the events.
    pub action: String,
    /// How many.
    pub number: i64,
}

/// The smallest id of an event of a moment.
struct Lowest;

impl Entropy for Lowest {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

impl Store {
    /// Counts at most `limit` events that were not counted yet. Answers whether there may be more. Of several nodes that count
    /// at once, one does.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn count_activity(&self, now: Time, limit: i64) -> Result<bool, StoreError> {
        let found = self.first(&PROGRESS, &[], |row| Ok(row.text(0)?.to_owned())).await?;
        let Some(from) = found else {
            let first = new_id("evt", now.plus(-FIRST), &Lowest);
            self.apply(Batch::from(BEGIN.with(vec![Val::from(first)]))).await?;
            return Ok(true);
        };
        let end = new_id("evt", now.plus(-LAG), &Lowest);
        let args = [Val::from(from.as_str()), Val::from(end), Val::from(limit)];
        let to = self
            .first(&UP_TO, &args, |row| Ok(row.opt_text(0)?.map(str::to_owned)))
            .await?;
        let Some(to) = to.flatten() else {
            return Ok(false);
        };
        let batch = Batch::new(vec![
            ADVANCE.guarded(vec![Val::from(to.as_str()), Val::from(from.as_str())], 1),
            COUNT.with(vec![Val::from(from), Val::from(to)]),
            FORGET.with(vec![Val::from(now.plus(-MEMORY).0 / HOUR)]),
        ]);
        match self.apply(batch).await {
            Ok(()) => Ok(true),
            // Another node was faster.
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What happened since the hour `since`, by hour.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_activity(&self, since: i64) -> Result<Vec<Activity>, StoreError> {
        let rows = self.rows(&SINCE, &[Val::from(since)]).await?;
        let read = |row: &Row| {
            Ok(Activity {
                hour: row.int(0)?,
                action: row.text(1)?.to_owned(),
                number: row.int(2)?,
            })
        };
        rows.iter().map(read).collect()
    }
}

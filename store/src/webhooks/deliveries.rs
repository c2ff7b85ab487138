//! What each webhook has to hear: one row for each event and webhook, claimed by one node for one attempt, and kept for some
//! days after it is over, so that administrators see what became of it.

use protocol::time::Time;
use protocol::webhook::EventType;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::{Batch, Stmt};
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

macro_rules! delivery_columns {
    () => {
        "d.id, d.webhook_id, d.event_id, d.type, d.created_at, d.state, d.due_at, d.attempts, d.last_attempt_at, \
         d.last_status, d.last_error"
    };
}

crate::statements! {
    QUEUE = "INSERT INTO webhook_deliveries (id, event_id, type, body, created_at, state, due_at, attempts, webhook_id) \
        SELECT $1, $2, $3, $4, $5, 'waiting', $5, 0, w.id FROM webhooks w WHERE w.id = $6";
    WITH_DUE = "SELECT w.id FROM webhooks w WHERE w.enabled = 1 \
        AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.due_at <= $1) ORDER BY w.id";
    DUE = concat!(
        "SELECT ", delivery_columns!(), ", d.body FROM webhook_deliveries d WHERE d.webhook_id = $1 AND d.due_at <= $2 \
         ORDER BY d.due_at, d.id LIMIT $3"
    );
    CLAIM = "UPDATE webhook_deliveries SET due_at = $3, attempts = attempts + 1, last_attempt_at = $4 \
        WHERE id = $1 AND due_at = $2";
    POSTPONE = "UPDATE webhook_deliveries SET due_at = $3, last_status = $4, last_error = $5 WHERE id = $1 AND due_at = $2";
    FINISH = "UPDATE webhook_deliveries SET due_at = NULL, state = $3, last_status = $4, last_error = $5 \
        WHERE id = $1 AND due_at = $2";
    HURRY = "UPDATE webhook_deliveries SET due_at = $3, state = 'waiting' WHERE id = $1 AND webhook_id = $2";
    LOAD = concat!(
        "SELECT ", delivery_columns!(), " FROM webhook_deliveries d WHERE d.id = $1 AND d.webhook_id = $2"
    );
}

const LISTING: Listing = Listing {
    name: "webhook_deliveries",
    fields: delivery_columns!(),
    from: "webhook_deliveries d",
    condition: None,
    search_index: None,
    id: "d.id",
    columns: &[
        Column::id("d.id"),
        Column::filtered("webhook", "d.webhook_id", Kind::Text),
        Column::filtered("state", "d.state", Kind::Text),
        Column::filtered("type", "d.type", Kind::Text),
        Column::filtered("event", "d.event_id", Kind::Text),
    ],
    default_sort: ("id", Direction::Descending),
};

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It will be tried, or tried again.
    Waiting,
    /// The receiver has taken it.
    Delivered,
    /// It was given up.
    Failed,
}

impl DeliveryState {
    /// The name in the column and in the management API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn read(name: &str) -> Result<Self, StoreError> {
        [Self::Waiting, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or_else(|| StoreError::Corrupt("the state of a delivery".to_owned()))
    }
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `whd_` and a ULID: the header `webhook-id`, the same in every attempt.
    pub id: String,
    /// The webhook.
    pub webhook_id: String,
    /// The event.
    pub event_id: String,
    /// Its type.
    pub kind: String,
    /// When it was queued.
    pub created_at: Time,
    /// How far it is.
    pub state: DeliveryState,
    /// When it is tried next; while it is being tried, when another node may; `None`: it is over.
    pub due_at: Option<Time>,
    /// How often it was tried.
    pub attempts: i64,
    /// When it was tried last.
    pub last_attempt_at: Option<Time>,
    /// What the receiver answered last; `None`: nothing.
    pub last_status: Option<i64>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// A delivery with its body, claimed for one attempt.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The delivery.
    pub delivery: Delivery,
    /// What is signed and sent.
    pub body: String,
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// What the receiver answered.
    pub status: Option<i64>,
    /// Why it does not count; `None`: it does.
    pub error: Option<&'a str>,
}

fn read_delivery(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: row.text(0)?.to_owned(),
        webhook_id: row.text(1)?.to_owned(),
        event_id: row.text(2)?.to_owned(),
        kind: row.text(3)?.to_owned(),
        created_at: Time(row.int(4)?),
        state: DeliveryState::read(row.text(5)?)?,
        due_at: row.opt_int(6)?.map(Time),
        attempts: row.int(7)?,
        last_attempt_at: row.opt_int(8)?.map(Time),
        last_status: row.opt_int(9)?,
        last_error: row.opt_text(10)?.map(str::to_owned),
    })
}

impl Delivery {
    /// Names the row as long as it is due at the moment that this delivery says: nobody else has claimed it since.
    fn key(&self) -> Vec<Val> {
        vec![Val::from(self.id.as_str()), Val::from(self.due_at.map(|due| due.0))]
    }
}

impl Store {
    /// The statement that queues an event for a webhook, due at once; nothing happens when the webhook is gone.
    #[must_use]
    pub fn queue_delivery(&self, id: &str, webhook_id: &str, event: (&str, EventType), body: &str, now: Time) -> Stmt {
        QUEUE.with(vec![
            Val::from(id),
            Val::from(event.0),
            Val::from(event.1.as_str()),
            Val::from(body),
            time(now),
            Val::from(webhook_id),
        ])
    }

    /// Ids of the webhooks that are switched on and have something to hear now.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_due_webhooks(&self, now: Time) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&WITH_DUE, &[time(now)]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// At most `limit` deliveries of a webhook that are due, the longest waiting first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_due_deliveries(
        &self,
        webhook_id: &str,
        now: Time,
        limit: i64,
    ) -> Result<Vec<Claimed>, StoreError> {
        let args = [Val::from(webhook_id), time(now), Val::from(limit)];
        let rows = self.rows(&DUE, &args).await?;
        let read = |row: &Row| {
            Ok(Claimed {
                delivery: read_delivery(row)?,
                body: row.text(11)?.to_owned(),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Claims a delivery for one attempt until `until`; then another node may try. `None`: somebody else has it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn claim_delivery(&self, found: Claimed, now: Time, until: Time) -> Result<Option<Claimed>, StoreError> {
        let mut args = found.delivery.key();
        args.extend([time(until), time(now)]);
        match self.apply(Batch::from(CLAIM.guarded(args, 1))).await {
            Ok(()) => Ok(Some(Claimed {
                delivery: Delivery {
                    due_at: Some(until),
                    attempts: found.delivery.attempts + 1,
                    last_attempt_at: Some(now),
                    ..found.delivery
                },
                body: found.body,
            })),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The statement that lets a claimed delivery wait until `due_at`. Nothing happens when the claim ran out meanwhile.
    #[must_use]
    pub fn postpone_delivery(&self, delivery: &Delivery, due_at: Time, outcome: &Outcome<'_>) -> Stmt {
        let mut args = delivery.key();
        args.extend([time(due_at), Val::from(outcome.status), Val::from(outcome.error)]);
        POSTPONE.with(args)
    }

    /// The statement that ends a claimed delivery: taken, or given up. Nothing happens when the claim ran out meanwhile.
    #[must_use]
    pub fn finish_delivery(&self, delivery: &Delivery, state: DeliveryState, outcome: &Outcome<'_>) -> Stmt {
        let mut args = delivery.key();
        args.extend([
            Val::from(state.as_str()),
            Val::from(outcome.status),
            Val::from(outcome.error),
        ]);
        FINISH.with(args)
    }

    /// The statement that makes a delivery due at `now`, whatever became of it.
    #[must_use]
    pub fn hurry_delivery(&self, delivery: &Delivery, now: Time) -> Stmt {
        let names = [delivery.id.as_str(), delivery.webhook_id.as_str()];
        HURRY.guarded(vec![Val::from(names[0]), Val::from(names[1]), time(now)], 1)
    }

    /// A delivery of a webhook.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_delivery(&self, webhook_id: &str, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.first(&LOAD, &[Val::from(id), Val::from(webhook_id)], read_delivery)
            .await
    }

    /// One page of the deliveries of a webhook, the newest first. Filters: `state`, `type`, `event`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_deliveries(
        &self,
        webhook_id: &str,
        mut query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<Delivery>, ListError> {
        query.filters.push(("webhook", Val::from(webhook_id)));
        self.list(&LISTING, &query, key, read_delivery).await
    }
}

//! The audit log: append only.

use protocol::records::Event;
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

macro_rules! event_columns {
    () => {
        "e.id, e.action, e.actor, e.target, e.client_address, e.body, e.at"
    };
}

const EVENTS: Listing = Listing {
    name: "events",
    fields: event_columns!(),
    from: "events e",
    condition: None,
    search_index: None,
    id: "e.id",
    columns: &[
        Column::id("e.id"),
        Column::filtered("action", "e.action", Kind::Text),
        Column::filtered("actor", "e.actor", Kind::Text),
        Column::filtered("target", "e.target", Kind::Text),
    ],
    default_sort: ("id", Direction::Descending),
};

crate::statements! {
    LOAD = concat!("SELECT ", event_columns!(), " FROM events e WHERE e.id = $1");
    // Both halves have an index for just these rows.
    OF_PERSON = concat!(
        "SELECT * FROM (SELECT ", event_columns!(), " FROM events e WHERE e.actor = $1 AND e.action <> 'token_issued' \
         AND e.id < $2 ORDER BY e.id DESC LIMIT $3) acted UNION SELECT * FROM (SELECT ", event_columns!(),
        " FROM events e WHERE e.target = $1 AND e.action <> 'token_issued' AND e.id < $2 ORDER BY e.id DESC LIMIT $3) \
         suffered ORDER BY id DESC LIMIT $3"
    );
    SIGNED_IN = "SELECT 1 FROM events e WHERE e.target = $1 AND e.action <> 'token_issued' \
        AND e.action IN ('login', 'source_login') LIMIT 1";
    INSERT = "INSERT INTO events (id, action, actor, target, client_address, body, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
}

/// The statement that appends an event.
#[must_use]
pub fn insert(event: Event) -> Stmt {
    INSERT.with(vec![
        Val::from(event.id),
        Val::from(event.action),
        Val::from(event.actor),
        Val::from(event.target),
        Val::from(event.client_address),
        Val::from(event.detail.to_string()),
        time(event.at),
    ])
}

/// An event from the columns `id, action, actor, target, client_address, body, at`.
pub(crate) fn read_event(row: &Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.text(0)?.to_owned(),
        action: row.text(1)?.to_owned(),
        actor: row.opt_text(2)?.map(str::to_owned),
        target: row.opt_text(3)?.map(str::to_owned),
        client_address: row.opt_text(4)?.map(str::to_owned),
        detail: serde_json::from_str(row.text(5)?)?,
        at: Time(row.int(6)?),
    })
}

impl Store {
    /// One page of events, the newest first. Filters: `action`, `actor`, `target`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_events(&self, query: ListQuery<'_>, key: &CursorKey) -> Result<ListOf<Event>, ListError> {
        self.list(&EVENTS, &query, key, read_event).await
    }

    /// At most `limit` events that a user did or that were done to it, the newest first, older than the event `before`.
    /// Tokens that its programs got are left out.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_events_of_person(
        &self,
        user_id: &str,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Event>, StoreError> {
        // Every id begins with a letter, and this comes after them all.
        let args = [Val::from(user_id), Val::from(before.unwrap_or("~")), Val::from(limit)];
        self.rows(&OF_PERSON, &args).await?.iter().map(read_event).collect()
    }

    /// Whether the log knows of a sign-in of a user, here or through a source.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_has_signed_in(&self, user_id: &str) -> Result<bool, StoreError> {
        let found = self.first(&SIGNED_IN, &[Val::from(user_id)], |_| Ok(())).await?;
        Ok(found.is_some())
    }

    /// The event of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_event(&self, id: &str) -> Result<Option<Event>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_event).await
    }
}

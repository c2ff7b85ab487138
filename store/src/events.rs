//! The audit log: append only.

use protocol::records::Event;
use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
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

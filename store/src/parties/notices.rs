//! The queue as administrators see it: what waits, why, and what they do about it.

use protocol::time::Time;

use super::{Notice, notice_columns, read_notice};
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    LOAD = concat!(
        "SELECT ",
        notice_columns!(),
        " FROM logout_notices WHERE application_id = $1 AND sid = $2"
    );
    HURRY = "UPDATE logout_notices SET due_at = $3 WHERE application_id = $1 AND sid = $2";
    DROP = "DELETE FROM logout_notices WHERE application_id = $1 AND sid = $2";
}

const NOTICES: Listing = Listing {
    name: "logout_notices",
    fields: notice_columns!(),
    from: "logout_notices",
    condition: None,
    search_index: None,
    id: "application_id || ' ' || sid",
    columns: &[
        Column {
            name: "next_attempt_at",
            sql: "due_at",
            kind: Kind::Int,
            filter: false,
            sort: true,
            search: false,
        },
        Column::filtered("application", "application_id", Kind::Text),
        Column::filtered("user", "user_id", Kind::Text),
        Column::filtered("session", "session_id", Kind::Text),
    ],
    default_sort: ("next_attempt_at", Direction::Ascending),
};

fn key(application_id: &str, sid: &str) -> Vec<Val> {
    vec![Val::from(application_id), Val::from(sid)]
}

/// Whether a statement makes a notice due.
pub(super) fn hurries(statement: &Stmt) -> bool {
    std::ptr::eq(statement.sql, &HURRY)
}

impl Store {
    /// One page of what waits, the next due first. Filters: `application`, `user`, `session`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_notices(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<Notice>, ListError> {
        self.list(&NOTICES, query, key, read_notice).await
    }

    /// What `application_id` has still to hear of the session that it knows as `sid`.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_notice(&self, application_id: &str, sid: &str) -> Result<Option<Notice>, StoreError> {
        self.first(&LOAD, &key(application_id, sid), read_notice).await
    }

    /// The statement that makes a notice due at `now`. One that is just being tried is tried once more.
    #[must_use]
    pub fn hurry_notice(&self, notice: &Notice, now: Time) -> Stmt {
        let mut args = key(&notice.application_id, &notice.sid);
        args.push(time(now));
        HURRY.guarded(args, 1)
    }

    /// The statement that takes a notice off the queue, tried or not.
    #[must_use]
    pub fn drop_notice(&self, notice: &Notice) -> Stmt {
        DROP.guarded(key(&notice.application_id, &notice.sid), 1)
    }
}

//! Grants as they are listed: one row for each authorization, whatever hangs under it.

use protocol::records::Grant;
use protocol::time::Time;

use super::{read_grant, revoke};
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::Val;

macro_rules! grant_columns {
    () => {
        "g.id, g.user_id, g.application_id, g.session_id, g.transaction_id, g.kind, g.scopes, g.body, g.issued_at, \
         g.expires_at, g.revoked_at"
    };
}

crate::statements! {
    LOAD = concat!("SELECT ", grant_columns!(), " FROM grants g WHERE g.id = $1");
}

const GRANTS: Listing = Listing {
    name: "grants",
    fields: grant_columns!(),
    from: "grants g",
    condition: None,
    search_index: None,
    id: "g.id",
    columns: &[
        Column::id("g.id"),
        Column::filtered("user", "g.user_id", Kind::Text),
        Column::filtered("application", "g.application_id", Kind::Text),
        Column::filtered("kind", "g.kind", Kind::Text),
    ],
    default_sort: ("id", Direction::Descending),
};

/// Whether a grant is still good for anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// Its tokens work, as far as they have not expired themselves.
    Active,
    /// The last of its tokens has expired.
    Expired,
    /// It was revoked, and with it all its tokens.
    Revoked,
}

impl GrantState {
    /// The names in the management API.
    pub const NAMES: [(&'static str, Self); 3] = [
        ("active", Self::Active),
        ("expired", Self::Expired),
        ("revoked", Self::Revoked),
    ];

    /// The state of `grant` at the moment `now`.
    #[must_use]
    pub fn of(grant: &Grant, now: Time) -> Self {
        if grant.revoked_at.is_some() {
            Self::Revoked
        } else if grant.expires_at <= now {
            Self::Expired
        } else {
            Self::Active
        }
    }

    /// The name in the management API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The same decision as a condition on the time now.
    const fn condition(self) -> &'static str {
        match self {
            Self::Active => "g.revoked_at IS NULL AND g.expires_at > $$",
            Self::Expired => "g.revoked_at IS NULL AND g.expires_at <= $$",
            Self::Revoked => "g.revoked_at IS NOT NULL AND CAST($$ AS BIGINT) > 0",
        }
    }
}

impl Store {
    /// One page of grants, the newest first. Filters: `user`, `application`, `kind`, and the state at the moment `now`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_grants(
        &self,
        mut query: ListQuery<'_>,
        state: Option<GrantState>,
        now: Time,
        key: &CursorKey,
    ) -> Result<ListOf<Grant>, ListError> {
        if let Some(state) = state {
            query.conditions.push((state.condition(), time(now)));
        }
        self.list(&GRANTS, &query, key, |row| read_grant(row, 0)).await
    }

    /// The grant of an id, in any state.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_grant(&self, id: &str) -> Result<Option<Grant>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], |row| read_grant(row, 0)).await
    }

    /// The statement that revokes a grant with all its tokens; nothing happens when it is revoked already.
    #[must_use]
    pub fn revoke_grant(&self, id: &str, at: Time) -> Stmt {
        revoke(id.to_owned(), at)
    }
}

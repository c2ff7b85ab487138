//! Users as they are listed: with the ids of their groups, read by the same statement.

use protocol::user::User;

use super::{fold, read_user, user_columns};
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::store::{ListError, Store, StoreError, split};
use crate::value::{Row, Val};

macro_rules! listed_columns {
    () => {
        concat!(
            user_columns!(),
            ", COALESCE((SELECT string_agg(m.group_id, ' ' ORDER BY m.group_id) FROM group_members m ",
            "WHERE m.user_id = u.id), '')"
        )
    };
}

crate::statements! {
    LOAD = concat!("SELECT ", listed_columns!(), " FROM users u WHERE u.id = $1");
    LOAD_BY_USERNAME = concat!("SELECT ", listed_columns!(), " FROM users u WHERE u.username_key = $1");
}

const USERS: Listing = Listing {
    name: "users",
    fields: listed_columns!(),
    from: "users u",
    condition: None,
    id: "u.id",
    columns: &[
        Column::id("u.id"),
        Column::filtered("username", "u.username_key", Kind::Text),
        Column::filtered("email", "u.email_key", Kind::Text),
        Column::filtered("is_active", "u.is_active", Kind::Int),
        Column::filtered("is_admin", "u.is_admin", Kind::Int),
        Column::filtered("type", "u.kind", Kind::Text),
        Column::searched("username", "u.username"),
        Column::searched("name", "u.name"),
        Column::searched("email", "u.email"),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// A user and the ids of the groups that it belongs to directly, sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserWithGroups {
    /// The user.
    pub user: User,
    /// Ids of its groups.
    pub groups: Vec<String>,
}

fn read_listed(row: &Row) -> Result<UserWithGroups, StoreError> {
    Ok(UserWithGroups {
        user: read_user(row, 0)?,
        groups: split(row.text(15)?),
    })
}

impl Store {
    /// One page of users, in the order of their making. Filters: `username` and `email` (without regard to case),
    /// `is_active`, `is_admin`, `type`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_users(
        &self,
        mut query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<UserWithGroups>, ListError> {
        for (name, value) in &mut query.filters {
            if let ("username" | "email", Val::Text(text)) = (*name, &*value) {
                *value = Val::from(fold(text));
            }
        }
        self.list(&USERS, &query, key, read_listed).await
    }

    /// The user of an id, or else of a user name, with its groups.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_with_groups(&self, id_or_username: &str) -> Result<Option<UserWithGroups>, StoreError> {
        if let Some(found) = self.first(&LOAD, &[Val::from(id_or_username)], read_listed).await? {
            return Ok(Some(found));
        }
        self.first(&LOAD_BY_USERNAME, &[Val::from(fold(id_or_username))], read_listed)
            .await
    }
}

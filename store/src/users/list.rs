//! Users as they are listed: with the ids of their groups, read by the same statement.

use protocol::user::{User, email_key};

use super::emails::UserEmail;
use super::{fold, read_user, user_columns};
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::store::{ListError, Store, StoreError, split};
use crate::value::{Row, Val};

/// Between the entries of a list that is read as one text: a character that is in none of them.
const SEPARATOR: char = '\u{1f}';

macro_rules! listed_columns {
    () => {
        concat!(
            user_columns!(),
            ", COALESCE((SELECT string_agg(m.group_id, ' ' ORDER BY m.group_id) FROM group_members m ",
            "WHERE m.user_id = u.id), ''), ",
            "COALESCE((SELECT string_agg(CAST(f.verified AS TEXT) || f.address, '\u{1f}' ORDER BY f.email_key) ",
            "FROM user_emails f WHERE f.user_id = u.id), ''), ",
            "COALESCE((SELECT string_agg(x.id || ' ' || x.source_key || ' ' || x.email_address, '\u{1f}' ORDER BY x.id) ",
            "FROM external_accounts x WHERE x.user_id = u.id AND x.verified = 1 AND x.email_address IS NOT NULL), '')"
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
    search_index: Some("users_search"),
    id: "u.id",
    columns: &[
        Column::id("u.id"),
        Column::filtered("username", "u.username_key", Kind::Text),
        Column::filtered(
            "email",
            "u.id IN (SELECT p.id FROM users p WHERE p.email_key = $$ UNION SELECT f.user_id FROM user_emails f WHERE f.email_key = $$)",
            Kind::Text,
        ),
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
    /// Its further addresses. One that is the primary address as well does not count.
    pub emails: Vec<UserEmail>,
    /// The verified addresses of its external accounts.
    pub linked: Vec<LinkedAddress>,
}

/// An address that a source verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAddress {
    /// Id of the external account.
    pub account_id: String,
    /// Key of its source.
    pub source_key: String,
    /// The address as the source writes it.
    pub address: String,
}

fn read_emails(text: &str) -> Vec<UserEmail> {
    let entries = text.split(SEPARATOR).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (verified, address) = entry.split_at_checked(1).unwrap_or(("0", entry));
            UserEmail {
                address: address.to_owned(),
                verified: verified == "1",
            }
        })
        .collect()
}

fn read_linked(text: &str) -> Vec<LinkedAddress> {
    let entries = text.split(SEPARATOR);
    entries
        .filter_map(|entry| {
            let (account_id, rest) = entry.split_once(' ')?;
            let (source_key, address) = rest.split_once(' ')?;
            Some(LinkedAddress {
                account_id: account_id.to_owned(),
                source_key: source_key.to_owned(),
                address: address.to_owned(),
            })
        })
        .collect()
}

fn read_listed(row: &Row) -> Result<UserWithGroups, StoreError> {
    Ok(UserWithGroups {
        user: read_user(row, 0)?,
        groups: split(row.text(15)?),
        emails: read_emails(row.text(16)?),
        linked: read_linked(row.text(17)?),
    })
}

impl Store {
    /// One page of users, in the order of their making. Filters: `username` and `email`, any address of the person (both without regard to case),
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
            match (*name, &*value) {
                ("username", Val::Text(text)) => *value = Val::from(fold(text)),
                ("email", Val::Text(text)) => *value = Val::from(email_key(text)),
                _ => {}
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

//! API tokens: who may call the management API. Only the hash of a value is kept.

use protocol::id::SecretHash;
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, join, opt_time, split, time};
use crate::value::{Row, Val};

const FIELDS: &str = "id, created_at, updated_at, version, name, user_id, permissions, expires_at, last_used_at";

crate::statements! {
    INSERT = "INSERT INTO api_tokens (id, hash, created_at, updated_at, version, name, user_id, permissions, \
        expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LOAD = "SELECT id, created_at, updated_at, version, name, user_id, permissions, expires_at, last_used_at \
        FROM api_tokens WHERE id = $1";
    LOAD_BY_HASH = "SELECT id, created_at, updated_at, version, name, user_id, permissions, expires_at, last_used_at \
        FROM api_tokens WHERE hash = $1";
    TOUCH = "UPDATE api_tokens SET last_used_at = $2 WHERE id = $1";
    DELETE = "DELETE FROM api_tokens WHERE id = $1 AND version = $2";
    ANY_RECORD = "SELECT id FROM api_tokens UNION ALL SELECT id FROM users UNION ALL SELECT id FROM applications LIMIT 1";
}

/// What callers may name in a list of API tokens.
static LISTING: Listing = Listing {
    name: "api_tokens",
    fields: FIELDS,
    from: "api_tokens",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        Column {
            name: "id",
            sql: "id",
            kind: Kind::Text,
            filter: false,
            sort: true,
            search: false,
        },
        Column {
            name: "name",
            sql: "name",
            kind: Kind::Text,
            filter: true,
            sort: true,
            search: true,
        },
        Column {
            name: "user",
            sql: "user_id",
            kind: Kind::Text,
            filter: true,
            sort: false,
            search: false,
        },
    ],
    default_sort: ("id", Direction::Ascending),
};

/// An API token without its value, which nobody has but its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// `tok_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// For administrators.
    pub name: String,
    /// As whom it acts; `None`: as itself.
    pub user: Option<String>,
    /// `*`, `<resource>:read`, `<resource>:write`.
    pub permissions: Vec<String>,
    /// When it dies by itself.
    pub expires_at: Option<Time>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Time>,
}

fn read_token(row: &Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        name: row.text(4)?.to_owned(),
        user: row.opt_text(5)?.map(str::to_owned),
        permissions: split(row.text(6)?),
        expires_at: row.opt_int(7)?.map(Time),
        last_used_at: row.opt_int(8)?.map(Time),
    })
}

impl Store {
    /// The token of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_api_token(&self, id: &str) -> Result<Option<ApiToken>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_token).await
    }

    /// The token whose value has this hash.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_api_token_by_hash(&self, hash: &SecretHash) -> Result<Option<ApiToken>, StoreError> {
        self.first(&LOAD_BY_HASH, &[Val::from(hash)], read_token).await
    }

    /// One page of API tokens.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_api_tokens(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<ApiToken>, ListError> {
        self.list(&LISTING, query, key, read_token).await
    }

    /// Whether there is no API token, no user and no application: a database that nobody has used.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_unused(&self) -> Result<bool, StoreError> {
        Ok(self.rows(&ANY_RECORD, &[]).await?.is_empty())
    }

    /// The statement that makes an API token.
    #[must_use]
    pub fn create_api_token(&self, token: &ApiToken, hash: &SecretHash) -> Stmt {
        INSERT.with(vec![
            Val::from(token.id.as_str()),
            Val::from(hash),
            time(token.created_at),
            time(token.updated_at),
            Val::from(token.version),
            Val::from(token.name.as_str()),
            Val::from(token.user.as_deref()),
            join(&token.permissions),
            opt_time(token.expires_at),
        ])
    }

    /// The statement that notes the use of a token.
    #[must_use]
    pub fn touch_api_token(&self, id: &str, at: Time) -> Stmt {
        TOUCH.with(vec![Val::from(id), time(at)])
    }

    /// The statement that deletes a token. Holds only while it has `version`.
    #[must_use]
    pub fn delete_api_token(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }
}

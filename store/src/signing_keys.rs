//! Keys: the public half in the clear, the private half sealed.

use protocol::time::Time;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, opt_time, time};
use crate::value::{Row, Val};

/// What sealed private keys are bound to.
const PURPOSE: &str = "private_key";

crate::statements! {
    INSERT = "INSERT INTO signing_keys (id, created_at, updated_at, version, name, key_use, alg, kid, state, sealed, \
        public_jwk, retired_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UPDATE = "UPDATE signing_keys SET name = $3, state = $4, updated_at = $5, retired_at = $6, \
        version = version + 1 WHERE id = $1 AND version = $2";
    HOLD = "UPDATE signing_keys SET state = state WHERE id = $1 AND state = 'active'";
    HOLD_UNUSED = "UPDATE signing_keys SET state = state WHERE id = $1 \
        AND NOT EXISTS (SELECT 1 FROM applications WHERE signing_key = $1)";
    DELETE = "DELETE FROM signing_keys WHERE id = $1 AND version = $2 AND state <> 'active'";
    DELETE_RETIRED = "DELETE FROM signing_keys WHERE state = 'retired' AND retired_at < $1";
    LOAD_RECORD = "SELECT id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, \
        retired_at FROM signing_keys WHERE id = $1";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, key_use, alg, kid, state, sealed, public_jwk, \
        retired_at FROM signing_keys ORDER BY id";
}

const fn column(name: &'static str, sql: &'static str, sort: bool, search: bool) -> Column {
    Column {
        name,
        sql,
        kind: Kind::Text,
        filter: true,
        sort,
        search,
    }
}

/// What callers may name in a list of keys.
static LISTING: Listing = Listing {
    name: "keys",
    fields: "id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, retired_at",
    from: "signing_keys",
    condition: None,
    id: "id",
    columns: &[
        column("id", "id", true, false),
        column("name", "name", true, true),
        column("use", "key_use", false, false),
        column("alg", "alg", true, false),
        column("kid", "kid", false, true),
        column("state", "state", false, false),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// Where a key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, so that everyone knows it before it signs.
    Next,
    /// Signs.
    Active,
    /// Signs no more; published until the last token it signed has expired.
    Retired,
}

impl KeyState {
    /// The name in the management API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "next" => Ok(Self::Next),
            "active" => Ok(Self::Active),
            "retired" => Ok(Self::Retired),
            other => Err(StoreError::Corrupt(format!("key state {other}"))),
        }
    }
}

/// The record of a key, without its private half.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRecord {
    /// `key_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// For administrators.
    pub name: String,
    /// `sig`.
    pub key_use: String,
    /// `RS256`, `ES256`, ...
    pub alg: String,
    /// The id in the header of tokens and in the JWKS.
    pub kid: String,
    /// Where it stands.
    pub state: KeyState,
    /// The public half as a JWK.
    pub public_jwk: serde_json::Value,
    /// When it was retired.
    pub retired_at: Option<Time>,
}

/// A key with its private half as PKCS#8.
#[derive(Clone)]
pub struct StoredKey {
    /// The record.
    pub record: KeyRecord,
    /// PKCS#8.
    pub private: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// The record from ten columns in the order of the table without `sealed`; `public_jwk` stands at `jwk` and
/// `retired_at` behind it.
fn read_record(row: &Row, jwk: usize) -> Result<KeyRecord, StoreError> {
    Ok(KeyRecord {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        name: row.text(4)?.to_owned(),
        key_use: row.text(5)?.to_owned(),
        alg: row.text(6)?.to_owned(),
        kid: row.text(7)?.to_owned(),
        state: KeyState::parse(row.text(8)?)?,
        public_jwk: serde_json::from_str(row.text(jwk)?)?,
        retired_at: row.opt_int(jwk + 1)?.map(Time),
    })
}

impl Store {
    /// All keys, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let rows = self.rows(&LOAD_ALL, &[]).await?;
        rows.iter().map(|row| self.read_key(row)).collect()
    }

    fn read_key(&self, row: &Row) -> Result<StoredKey, StoreError> {
        let record = read_record(row, 10)?;
        let private = self.open_bytes(PURPOSE, row.text(9)?)?;
        Ok(StoredKey { record, private })
    }

    /// One page of keys, without their private halves.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_keys(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<KeyRecord>, ListError> {
        self.list(&LISTING, query, key, |row| read_record(row, 9)).await
    }

    /// The record of a key, without its private half.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_key_record(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.first(&LOAD_RECORD, &[Val::from(id)], |row| read_record(row, 9))
            .await
    }

    /// The statement that holds a key until the commit and misses its guard when the key is not active.
    #[must_use]
    pub fn hold_active_key(&self, id: &str) -> Stmt {
        HOLD.guarded(vec![Val::from(id)], 1)
    }

    /// The statement that misses its guard while an application signs with the key. It comes after one that has locked
    /// the key, so that no application can take it meanwhile.
    #[must_use]
    pub fn hold_unused_key(&self, id: &str) -> Stmt {
        HOLD_UNUSED.guarded(vec![Val::from(id)], 1)
    }

    /// The statement that makes a key.
    ///
    /// # Errors
    /// When the private half can not be sealed.
    pub fn create_key(&self, key: &StoredKey, random: &dyn protocol::env::Entropy) -> Result<Stmt, StoreError> {
        let record = &key.record;
        Ok(INSERT.with(vec![
            Val::from(record.id.as_str()),
            time(record.created_at),
            time(record.updated_at),
            Val::from(record.version),
            Val::from(record.name.as_str()),
            Val::from(record.key_use.as_str()),
            Val::from(record.alg.as_str()),
            Val::from(record.kid.as_str()),
            Val::from(record.state.as_str()),
            Val::from(self.seal_bytes(PURPOSE, &key.private, random)?),
            Val::from(record.public_jwk.to_string()),
            opt_time(record.retired_at),
        ]))
    }

    /// The statement that changes name and state of a key. Holds only while it has `version`.
    #[must_use]
    pub fn update_key(&self, record: &KeyRecord, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(record.id.as_str()),
                Val::from(version),
                Val::from(record.name.as_str()),
                Val::from(record.state.as_str()),
                time(record.updated_at),
                opt_time(record.retired_at),
            ],
            1,
        )
    }

    /// The statement that deletes a key which is not active. Holds only while it has `version`.
    #[must_use]
    pub fn delete_key(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that deletes keys retired before `before`.
    #[must_use]
    pub fn delete_retired_keys(&self, before: Time) -> Stmt {
        DELETE_RETIRED.with(vec![time(before)])
    }
}

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
/// How long after a rotation another node may still have signed with the old key, in microseconds.
const LATE: i64 = 10 * 60 * 1_000_000;

crate::statements! {
    INSERT = "INSERT INTO signing_keys (id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, \
        retired_at, enc, certificate, origin, activated_at, successor, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    UPDATE = "UPDATE signing_keys SET name = $3, state = $4, updated_at = $5, retired_at = $6, activated_at = $7, \
        successor = $8, version = version + 1 WHERE id = $1 AND version = $2";
    HOLD = "UPDATE signing_keys SET state = state WHERE id = $1 AND state = 'active'";
    HOLD_UNUSED = "UPDATE signing_keys SET state = state WHERE id = $1 \
        AND NOT EXISTS (SELECT 1 FROM applications WHERE signing_key = $1 OR encryption_key = $1)";
    DELETE = "DELETE FROM signing_keys WHERE id = $1 AND version = $2 AND (state <> 'active' OR key_use = 'enc')";
    DELETE_RETIRED = "DELETE FROM signing_keys WHERE state = 'retired' AND retired_at < $1 AND NOT EXISTS \
        (SELECT 1 FROM access_tokens WHERE access_tokens.expires_at > $2 \
        AND access_tokens.issued_at <= signing_keys.retired_at + $3)";
    LOAD_RECORD = "SELECT id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, \
        retired_at, enc, certificate, origin, activated_at, successor FROM signing_keys WHERE id = $1";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, retired_at, \
        enc, certificate, origin, activated_at, successor, sealed FROM signing_keys ORDER BY id";
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
    fields: "id, created_at, updated_at, version, name, key_use, alg, kid, state, public_jwk, retired_at, enc, \
        certificate, origin, activated_at, successor",
    from: "signing_keys",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        column("id", "id", true, false),
        column("name", "name", true, true),
        column("use", "key_use", false, false),
        column("alg", "alg", true, false),
        column("kid", "kid", false, true),
        column("state", "state", false, false),
        column("origin", "origin", false, false),
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

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOrigin {
    /// Made here.
    Generated,
    /// Brought with its private half.
    Imported,
    /// Somebody else's: the public half alone.
    Public,
}

impl KeyOrigin {
    /// The name in the management API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Imported => "imported",
            Self::Public => "public",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "generated" => Ok(Self::Generated),
            "imported" => Ok(Self::Imported),
            "public" => Ok(Self::Public),
            other => Err(StoreError::Corrupt(format!("key origin {other}"))),
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
    /// `sig` or `enc`.
    pub key_use: String,
    /// `RS256`, `ES256`, `RSA-OAEP-256`, ...
    pub alg: String,
    /// The id in the header of tokens and in the JWKS.
    pub kid: String,
    /// Where it stands.
    pub state: KeyState,
    /// The public half as a JWK.
    pub public_jwk: serde_json::Value,
    /// When it was retired.
    pub retired_at: Option<Time>,
    /// How messages for it are encrypted.
    pub enc: Option<String>,
    /// Its certificate and the chain of that, in PEM.
    pub certificate: Option<String>,
    /// Where it comes from.
    pub origin: KeyOrigin,
    /// When it began to be used; unknown for keys of the first version, whose making was the beginning.
    pub activated_at: Option<Time>,
    /// The key that is published already and takes its place.
    pub successor: Option<String>,
}

impl KeyRecord {
    /// When it began to be used.
    #[must_use]
    pub fn active_since(&self) -> Time {
        self.activated_at.unwrap_or(self.created_at)
    }

    /// Whether it signs, as opposed to encrypts.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.key_use == "sig"
    }
}

/// A key with its private half as PKCS#8.
#[derive(Clone)]
pub struct StoredKey {
    /// The record.
    pub record: KeyRecord,
    /// PKCS#8; none when we have the public half only.
    pub private: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredKey")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// The record from its columns, in the order of every statement here.
fn read_record(row: &Row) -> Result<KeyRecord, StoreError> {
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
        public_jwk: serde_json::from_str(row.text(9)?)?,
        retired_at: row.opt_int(10)?.map(Time),
        enc: row.opt_text(11)?.map(str::to_owned),
        certificate: row.opt_text(12)?.map(str::to_owned),
        origin: KeyOrigin::parse(row.text(13)?)?,
        activated_at: row.opt_int(14)?.map(Time),
        successor: row.opt_text(15)?.map(str::to_owned),
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
        let record = read_record(row)?;
        let private = match row.text(16)? {
            "" => None,
            sealed => Some(self.open_bytes(PURPOSE, sealed)?),
        };
        Ok(StoredKey { record, private })
    }

    /// One page of keys, without their private halves.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_keys(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<KeyRecord>, ListError> {
        self.list(&LISTING, query, key, read_record).await
    }

    /// The record of a key, without its private half.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_key_record(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.first(&LOAD_RECORD, &[Val::from(id)], read_record).await
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
        let sealed = match &key.private {
            Some(private) => self.seal_bytes(PURPOSE, private, random)?,
            None => String::new(),
        };
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
            Val::from(record.public_jwk.to_string()),
            opt_time(record.retired_at),
            Val::from(record.enc.as_deref()),
            Val::from(record.certificate.as_deref()),
            Val::from(record.origin.as_str()),
            opt_time(record.activated_at),
            Val::from(record.successor.as_deref()),
            Val::from(sealed),
        ]))
    }

    /// The statement that changes name, state, times and successor of a key. Holds only while it has `version`.
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
                opt_time(record.activated_at),
                Val::from(record.successor.as_deref()),
            ],
            1,
        )
    }

    /// The statement that deletes a key which does not sign now. Holds only while it has `version`.
    #[must_use]
    pub fn delete_key(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that deletes keys retired before `before`, unless a token lives that was issued before the key
    /// retired, or so shortly after that another node had not heard of it.
    #[must_use]
    pub fn delete_retired_keys(&self, before: Time, now: Time) -> Stmt {
        DELETE_RETIRED.with(vec![time(before), time(now), Val::from(LATE)])
    }
}

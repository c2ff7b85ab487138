//! Sources. Their client secrets and the values of their header fields are sealed; everything else is JSON beside the columns
//! that are searched. What was read from a source, its keys above all, changes without a new version.

use std::collections::BTreeMap;

use protocol::env::Entropy;
use protocol::time::Time;
use protocol::upstream::{Made, Source, SourceKind};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, opt_time, time};
use crate::value::{Row, Val};

pub mod groups;

/// What the sealed column is bound to.
const PURPOSE: &str = "source";

crate::statements! {
    pub(crate) INSERT = "INSERT INTO sources (id, created_at, updated_at, version, key, name, kind, made, enabled, sealed, body) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    pub(crate) UPDATE = "UPDATE sources SET updated_at = $3, version = version + 1, name = $4, kind = $5, enabled = $6, sealed = $7, \
        body = $8 WHERE id = $1 AND version = $2";
    pub(crate) DELETE = "DELETE FROM sources WHERE id = $1 AND version = $2";
    pub(crate) DELETE_UNUSED = "DELETE FROM sources WHERE id = $1 AND version = $2 AND NOT EXISTS (SELECT 1 FROM external_accounts e \
        WHERE e.source_id = sources.id)";
    IS_LINKED = "SELECT 1 FROM external_accounts WHERE source_id = $1 LIMIT 1";
    HOLD = "UPDATE sources SET version = version WHERE id = $1 AND version = $2";
    SAVE_KEYS = "UPDATE sources SET keys = $2, keys_read_at = $3 WHERE id = $1";
    REREAD_KEYS = "UPDATE sources SET keys = $2, keys_read_at = $3 WHERE id = $1 AND version = $4";
    NOTE_KEYS_LOOK = "UPDATE sources SET keys_read_at = $2 WHERE id = $1";
    SAVE_LOOK = "UPDATE sources SET looked = $2, looked_at = $3 WHERE id = $1";
    LOAD = "SELECT version, updated_at, sealed, body, keys, keys_read_at, looked, looked_at FROM sources WHERE id = $1";
    LOAD_ENDING = "SELECT version, updated_at, sealed, body, keys, keys_read_at, looked, looked_at FROM sources \
        WHERE id LIKE $1 ORDER BY id LIMIT 2";
    LOAD_BY_KEY = "SELECT version, updated_at, sealed, body, keys, keys_read_at, looked, looked_at FROM sources WHERE key = $1";
    LOAD_ALL = "SELECT version, updated_at, sealed, body, keys, keys_read_at, looked, looked_at FROM sources ORDER BY name, id";
    WITH_MAPPING = "SELECT key FROM sources WHERE body LIKE $1 LIMIT 1";
}

const fn column(name: &'static str, kind: Kind, sort: bool, search: bool) -> Column {
    Column {
        name,
        sql: name,
        kind,
        filter: true,
        sort,
        search,
    }
}

/// What callers may name in a list of sources.
static LISTING: Listing = Listing {
    name: "sources",
    fields: "version, updated_at, sealed, body, keys, keys_read_at, looked, looked_at",
    from: "sources",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        column("id", Kind::Text, true, false),
        column("key", Kind::Text, true, true),
        column("name", Kind::Text, true, true),
        column("kind", Kind::Text, false, false),
        column("made", Kind::Text, false, false),
        column("enabled", Kind::Int, false, false),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// What is kept sealed of a source.
#[derive(Clone, Debug, Default)]
pub struct SourceSecrets {
    /// The client secret.
    pub client_secret: Option<SecretString>,
    /// Further header fields of the token request.
    pub token_request_headers: Vec<(String, SecretString)>,
}

/// The sealed column before it is sealed.
#[derive(Default, Serialize, Deserialize)]
struct Opened {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    token_request_headers: BTreeMap<String, String>,
}

impl Drop for Opened {
    fn drop(&mut self) {
        use zeroize::Zeroize as _;
        self.client_secret.zeroize();
        self.token_request_headers
            .values_mut()
            .for_each(|value| value.zeroize());
    }
}

/// A source as it is stored.
#[derive(Clone, Debug)]
pub struct StoredSource {
    /// The record.
    pub source: Source,
    /// What is sealed of it.
    pub secrets: SourceSecrets,
    /// Its keys as they were read last, a JWK set as text (RFC 7517, section 5).
    pub keys: Option<String>,
    /// When they were read.
    pub keys_read_at: Option<Time>,
    /// Its discovery document as it was seen last.
    pub looked: Option<String>,
    /// When that was.
    pub looked_at: Option<Time>,
}

/// The name of a kind in its column.
#[must_use]
pub const fn kind_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Oidc => "oidc",
        SourceKind::Oauth2 => "oauth2",
        SourceKind::Oauth1 => "oauth1",
    }
}

/// The name of the place of making in its column.
#[must_use]
pub const fn made_name(made: Made) -> &'static str {
    match made {
        Made::Native => "native",
        Made::AuthnSh => "authn_sh",
        Made::Auth0 => "auth0",
    }
}

impl Store {
    pub(crate) fn read_source(&self, row: &Row) -> Result<StoredSource, StoreError> {
        let mut source: Source = serde_json::from_str(row.text(3)?)?;
        source.version = row.int(0)?;
        source.updated_at = Time(row.int(1)?);
        let secrets = self.open_source(row.opt_text(2)?)?;
        source.has_client_secret = secrets.client_secret.is_some();
        let names = secrets.token_request_headers.iter().map(|(name, _)| name.clone());
        source.token_request_headers = names.collect();
        Ok(StoredSource {
            source,
            secrets,
            keys: row.opt_text(4)?.map(str::to_owned),
            keys_read_at: row.opt_int(5)?.map(Time),
            looked: row.opt_text(6)?.map(str::to_owned),
            looked_at: row.opt_int(7)?.map(Time),
        })
    }

    fn open_source(&self, sealed: Option<&str>) -> Result<SourceSecrets, StoreError> {
        let Some(sealed) = sealed else {
            return Ok(SourceSecrets::default());
        };
        let opened: Opened = serde_json::from_slice(&self.open_bytes(PURPOSE, sealed)?)?;
        Ok(SourceSecrets {
            client_secret: opened.client_secret.as_deref().map(SecretString::from),
            token_request_headers: opened
                .token_request_headers
                .iter()
                .map(|(name, value)| (name.clone(), SecretString::from(value.as_str())))
                .collect(),
        })
    }

    fn seal_source(&self, secrets: &SourceSecrets, random: &dyn Entropy) -> Result<Val, StoreError> {
        if secrets.client_secret.is_none() && secrets.token_request_headers.is_empty() {
            return Ok(Val::Null);
        }
        let expose = |secret: &SecretString| secret.expose_secret().to_owned();
        let opened = Opened {
            client_secret: secrets.client_secret.as_ref().map(expose),
            token_request_headers: secrets
                .token_request_headers
                .iter()
                .map(|(name, value)| (name.clone(), expose(value)))
                .collect(),
        };
        let text = zeroize::Zeroizing::new(serde_json::to_vec(&opened)?);
        Ok(Val::from(self.seal_bytes(PURPOSE, &text, random)?))
    }

    /// The source of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source(&self, id: &str) -> Result<Option<StoredSource>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], |row| self.read_source(row)).await
    }

    /// The source of a key.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source_by_key(&self, key: &str) -> Result<Option<StoredSource>, StoreError> {
        self.first(&LOAD_BY_KEY, &[Val::from(key)], |row| self.read_source(row))
            .await
    }

    /// The one source whose id ends in `end`, letters and digits; `None` also when there are several.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source_ending(&self, end: &str) -> Result<Option<StoredSource>, StoreError> {
        let rows = self.rows(&LOAD_ENDING, &[Val::from(format!("%{end}"))]).await?;
        let found: Result<Vec<StoredSource>, StoreError> = rows.iter().map(|row| self.read_source(row)).collect();
        // One engine does not tell capital letters from small ones here.
        let mut found = found?.into_iter().filter(|found| found.source.id.ends_with(end));
        Ok(found.next().filter(|_| found.next().is_none()))
    }

    /// All sources, by name.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        let rows = self.rows(&LOAD_ALL, &[]).await?;
        rows.iter().map(|row| self.read_source(row)).collect()
    }

    /// One page of sources. Filters: `key`, `name`, `kind`, `made`, `enabled`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_sources(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<StoredSource>, ListError> {
        self.list(&LISTING, query, key, |row| self.read_source(row)).await
    }

    /// The key of a source that names a property mapping.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_source_with_mapping(&self, mapping_id: &str) -> Result<Option<String>, StoreError> {
        let pattern = Val::from(format!("%\"{mapping_id}\"%"));
        self.first(&WITH_MAPPING, &[pattern], |row| Ok(row.text(0)?.to_owned()))
            .await
    }

    /// The statement that makes a source.
    ///
    /// # Errors
    /// When a secret can not be sealed.
    pub fn create_source(
        &self,
        source: &Source,
        secrets: &SourceSecrets,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        Ok(INSERT.with(vec![
            Val::from(source.id.as_str()),
            time(source.created_at),
            time(source.updated_at),
            Val::from(source.version),
            Val::from(source.key.as_str()),
            Val::from(source.name.as_str()),
            Val::from(kind_name(source.kind)),
            Val::from(made_name(source.made)),
            Val::from(source.enabled),
            self.seal_source(secrets, random)?,
            Val::from(serde_json::to_string(source)?),
        ]))
    }

    /// The statement that changes a source and what is sealed of it. Holds only while it has `version`.
    ///
    /// # Errors
    /// When a secret can not be sealed.
    pub fn update_source(
        &self,
        source: &Source,
        secrets: &SourceSecrets,
        version: i64,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        Ok(UPDATE.guarded(
            vec![
                Val::from(source.id.as_str()),
                Val::from(version),
                time(source.updated_at),
                Val::from(source.name.as_str()),
                Val::from(kind_name(source.kind)),
                Val::from(source.enabled),
                self.seal_source(secrets, random)?,
                Val::from(serde_json::to_string(source)?),
            ],
            1,
        ))
    }

    /// The statement that deletes a source; the links of people to it stay. Holds only while it has `version`.
    #[must_use]
    pub fn delete_source(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that deletes a source. Holds only while it has `version` and no external account links to it.
    #[must_use]
    pub fn delete_unused_source(&self, id: &str, version: i64) -> Stmt {
        DELETE_UNUSED.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// Whether an external account links to a source.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_linked(&self, id: &str) -> Result<bool, StoreError> {
        Ok(!self.rows(&IS_LINKED, &[Val::from(id)]).await?.is_empty())
    }

    /// The statement that changes nothing, and holds only while a source has `version`: for what is kept beside it.
    #[must_use]
    pub fn hold_source(&self, id: &str, version: i64) -> Stmt {
        HOLD.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that keeps the keys of a source as they were read; `None` forgets them.
    #[must_use]
    pub fn save_source_keys(&self, id: &str, keys: Option<&str>, at: Option<Time>) -> Stmt {
        SAVE_KEYS.with(vec![Val::from(id), Val::from(keys), opt_time(at)])
    }

    /// The statement that keeps the keys of a source that were read again. Holds only while the source has `version`: keys of an
    /// address that it had before must not come back.
    #[must_use]
    pub fn reread_source_keys(&self, id: &str, version: i64, keys: &str, at: Time) -> Stmt {
        let values = vec![Val::from(id), Val::from(keys), time(at), Val::from(version)];
        REREAD_KEYS.guarded(values, 1)
    }

    /// The statement that notes that somebody has looked for the keys of a source.
    #[must_use]
    pub fn note_keys_look(&self, id: &str, at: Time) -> Stmt {
        NOTE_KEYS_LOOK.with(vec![Val::from(id), time(at)])
    }

    /// The statement that keeps how the discovery document of a source looked.
    #[must_use]
    pub fn save_source_look(&self, id: &str, document: Option<&str>, at: Time) -> Stmt {
        SAVE_LOOK.with(vec![Val::from(id), Val::from(document), time(at)])
    }
}

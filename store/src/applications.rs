//! Applications. Their client secrets are sealed (`secrets.rs`); everything else is JSON beside the columns that are
//! searched.

use protocol::client::Application;
use protocol::time::Time;
use secrecy::SecretString;

use self::secrets::ClientSecret;
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

pub mod secrets;
pub mod tiles;

crate::statements! {
    INSERT = "INSERT INTO applications (id, created_at, updated_at, version, slug, name, client_id, enabled, \
        signing_key, secrets, body, encryption_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    UPDATE = "UPDATE applications SET updated_at = $3, version = version + 1, slug = $4, name = $5, client_id = $6, \
        enabled = $7, signing_key = $8, body = $9, encryption_key = $10 WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM applications WHERE id = $1 AND version = $2";
    REPLACE_ENCRYPTION_KEY = "UPDATE applications SET encryption_key = $2, updated_at = $3, version = version + 1 \
        WHERE encryption_key = $1";
    REPLACE_KEY = "UPDATE applications SET signing_key = $2, updated_at = $3, version = version + 1 \
        WHERE signing_key = $1";
    LOAD = "SELECT version, updated_at, signing_key, encryption_key, secrets, body FROM applications WHERE id = $1";
    LOAD_BY_SLUG = "SELECT version, updated_at, signing_key, encryption_key, secrets, body FROM applications WHERE slug = $1";
    LOAD_BY_CLIENT_ID = "SELECT version, updated_at, signing_key, encryption_key, secrets, body FROM applications \
        WHERE client_id = $1";
    COUNT_BY_KEY = "SELECT COUNT(*) FROM applications WHERE signing_key = $1 OR encryption_key = $1";
    WITH_MAPPING = "SELECT slug FROM applications WHERE body LIKE $1 LIMIT 1";
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

/// What callers may name in a list of applications.
static LISTING: Listing = Listing {
    name: "applications",
    fields: "version, updated_at, signing_key, encryption_key, secrets, body",
    from: "applications",
    condition: None,
    search_index: Some("applications_search"),
    id: "id",
    columns: &[
        column("id", Kind::Text, true, false),
        column("slug", Kind::Text, true, true),
        column("name", Kind::Text, true, true),
        column("client_id", Kind::Text, false, true),
        column("enabled", Kind::Int, false, false),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// The record from the columns `version, updated_at, signing_key, encryption_key, secrets, body`. The columns are the
/// truth: a key rotation changes them without touching the JSON.
fn read_record(row: &Row) -> Result<Application, StoreError> {
    let mut application: Application = serde_json::from_str(row.text(5)?)?;
    application.version = row.int(0)?;
    application.updated_at = Time(row.int(1)?);
    application.signing_key = row.opt_text(2)?.map(str::to_owned);
    application.encryption_key = row.opt_text(3)?.map(str::to_owned);
    application.client_secrets = secrets::facts(row.text(4)?)?;
    Ok(application)
}

/// An application and its opened client secrets, the oldest first.
#[derive(Debug)]
pub struct StoredApplication {
    /// The record.
    pub application: Application,
    /// Client secrets: those that live, and those that are remembered.
    pub secrets: Vec<ClientSecret>,
}

impl StoredApplication {
    /// The client secrets that let somebody in at `now`.
    pub fn live_secrets(&self, now: Time) -> impl Iterator<Item = &ClientSecret> {
        self.secrets.iter().filter(move |secret| secret.lives(now))
    }
}

impl Store {
    fn read_application(&self, row: &Row) -> Result<StoredApplication, StoreError> {
        Ok(StoredApplication {
            application: read_record(row)?,
            secrets: self.open_secrets(row.text(4)?)?,
        })
    }

    /// The application of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_application(&self, id: &str) -> Result<Option<StoredApplication>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], |row| self.read_application(row))
            .await
    }

    /// The slug of an application that has the scope mapping of an id.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_application_with_mapping(&self, mapping_id: &str) -> Result<Option<String>, StoreError> {
        self.first(&WITH_MAPPING, &[Val::from(format!("%\"{mapping_id}\"%"))], |row| {
            Ok(row.text(0)?.to_owned())
        })
        .await
    }

    /// The application of a slug.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_application_by_slug(&self, slug: &str) -> Result<Option<StoredApplication>, StoreError> {
        self.first(&LOAD_BY_SLUG, &[Val::from(slug)], |row| self.read_application(row))
            .await
    }

    /// The application of a `client_id`.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_application_by_client_id(
        &self,
        client_id: &str,
    ) -> Result<Option<StoredApplication>, StoreError> {
        self.first(&LOAD_BY_CLIENT_ID, &[Val::from(client_id)], |row| {
            self.read_application(row)
        })
        .await
    }

    /// One page of applications, without their secrets.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_applications(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<Application>, ListError> {
        self.list(&LISTING, query, key, read_record).await
    }

    /// How many applications sign with a key or have their tokens encrypted with it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn count_applications_of_key(&self, key_id: &str) -> Result<i64, StoreError> {
        let rows = self.rows(&COUNT_BY_KEY, &[Val::from(key_id)]).await?;
        Ok(rows.first().map(|row| row.int(0)).transpose()?.unwrap_or_default())
    }

    /// The statement that makes an application. `random`: 12 fresh random bytes for each secret.
    ///
    /// # Errors
    /// When a secret can not be sealed.
    pub fn create_application(
        &self,
        application: &Application,
        secrets: &[SecretString],
        random: &dyn protocol::env::Entropy,
    ) -> Result<Stmt, StoreError> {
        let made: Vec<_> = secrets
            .iter()
            .map(|secret| ClientSecret::new(secret.clone(), application.updated_at))
            .collect();
        Ok(INSERT.with(vec![
            Val::from(application.id.as_str()),
            time(application.created_at),
            time(application.updated_at),
            Val::from(application.version),
            Val::from(application.slug.as_str()),
            Val::from(application.name.as_str()),
            Val::from(application.client_id.as_str()),
            Val::from(application.enabled),
            Val::from(application.signing_key.as_deref()),
            self.seal_secrets(&made, random)?,
            Val::from(serde_json::to_string(application)?),
            Val::from(application.encryption_key.as_deref()),
        ]))
    }

    /// The statement that changes an application. Holds only while it has `version`.
    ///
    /// # Errors
    /// When it can not be written as JSON.
    pub fn update_application(&self, application: &Application, version: i64) -> Result<Stmt, StoreError> {
        Ok(UPDATE.guarded(
            vec![
                Val::from(application.id.as_str()),
                Val::from(version),
                time(application.updated_at),
                Val::from(application.slug.as_str()),
                Val::from(application.name.as_str()),
                Val::from(application.client_id.as_str()),
                Val::from(application.enabled),
                Val::from(application.signing_key.as_deref()),
                Val::from(serde_json::to_string(application)?),
                Val::from(application.encryption_key.as_deref()),
            ],
            1,
        ))
    }

    /// The statement that deletes an application. Its tokens die with it, because every use looks for it. Holds only
    /// while the application has `version`.
    #[must_use]
    pub fn delete_application(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that puts one signing key in the place of another in every application.
    #[must_use]
    pub fn replace_signing_key(&self, old: &str, new: &str, at: Time) -> Stmt {
        REPLACE_KEY.with(vec![Val::from(old), Val::from(new), time(at)])
    }

    /// The statement that puts one encryption key, or none, in the place of another in every application.
    #[must_use]
    pub fn replace_encryption_key(&self, old: &str, new: Option<&str>, at: Time) -> Stmt {
        REPLACE_ENCRYPTION_KEY.with(vec![Val::from(old), Val::from(new), time(at)])
    }
}

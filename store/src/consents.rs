//! What people agreed to: one record for a person and an application.

use protocol::records::Consent;
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, join, opt_time, split, time};
use crate::value::{Row, Val};

const CONSENTS: Listing = Listing {
    name: "consents",
    fields: "c.id, c.user_id, c.application_id, c.scopes, c.claims, c.granted_at, c.expires_at",
    from: "consents c",
    condition: None,
    search_index: None,
    id: "c.id",
    columns: &[
        Column::id("c.id"),
        Column::filtered("user", "c.user_id", Kind::Text),
        Column::filtered("application", "c.application_id", Kind::Text),
    ],
    default_sort: ("id", Direction::Descending),
};

crate::statements! {
    SAVE = "INSERT INTO consents (id, user_id, application_id, scopes, claims, granted_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, application_id) DO UPDATE SET \
        scopes = excluded.scopes, claims = excluded.claims, granted_at = excluded.granted_at, \
        expires_at = excluded.expires_at";
    DELETE = "DELETE FROM consents WHERE id = $1";
    LOAD = "SELECT id, user_id, application_id, scopes, claims, granted_at, expires_at FROM consents \
        WHERE user_id = $1 AND application_id = $2";
    LOAD_BY_ID = "SELECT id, user_id, application_id, scopes, claims, granted_at, expires_at FROM consents \
        WHERE id = $1";
}

pub(crate) fn save(consent: Consent) -> Stmt {
    SAVE.with(vec![
        Val::from(consent.id),
        Val::from(consent.user_id),
        Val::from(consent.application_id),
        join(&consent.scopes),
        join(&consent.claims),
        time(consent.granted_at),
        opt_time(consent.expires_at),
    ])
}

/// A consent from seven columns.
pub(crate) fn read_consent(row: &Row) -> Result<Consent, StoreError> {
    Ok(Consent {
        id: row.text(0)?.to_owned(),
        user_id: row.text(1)?.to_owned(),
        application_id: row.text(2)?.to_owned(),
        scopes: split(row.text(3)?),
        claims: split(row.text(4)?),
        granted_at: Time(row.int(5)?),
        expires_at: row.opt_int(6)?.map(Time),
    })
}

impl Store {
    /// What this person agreed to with this application, expired or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_consent(&self, user_id: &str, application_id: &str) -> Result<Option<Consent>, StoreError> {
        self.first(&LOAD, &[Val::from(user_id), Val::from(application_id)], read_consent)
            .await
    }

    /// The consent of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_consent_by_id(&self, id: &str) -> Result<Option<Consent>, StoreError> {
        self.first(&LOAD_BY_ID, &[Val::from(id)], read_consent).await
    }

    /// One page of consents, the newest first. Filters: `user`, `application`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_consents(&self, query: ListQuery<'_>, key: &CursorKey) -> Result<ListOf<Consent>, ListError> {
        self.list(&CONSENTS, &query, key, read_consent).await
    }

    /// The statement that forgets a consent.
    #[must_use]
    pub fn delete_consent(&self, id: &str) -> Stmt {
        DELETE.guarded(vec![Val::from(id)], 1)
    }
}

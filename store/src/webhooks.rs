//! Webhooks: the record. Its secrets are sealed, because we sign with them.
//!
//! `webhooks/outbox.rs` owns what has happened and is not handed out yet, `webhooks/deliveries.rs` what each webhook has still
//! to hear.

use protocol::env::Entropy;
use protocol::time::Time;
use protocol::webhook::{EventTypes, Webhook};
use secrecy::{ExposeSecret, SecretString};

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, join, opt_time, split, time};
use crate::value::{Row, Val};

pub mod deliveries;
pub mod outbox;

/// What sealed secrets are bound to.
const PURPOSE: &str = "webhook";

macro_rules! webhook_columns {
    () => {
        "w.id, w.created_at, w.updated_at, w.version, w.url, w.events, w.enabled, w.disabled_reason, \
         w.previous_secret_until"
    };
}

crate::statements! {
    INSERT = "INSERT INTO webhooks (id, created_at, updated_at, version, url, events, enabled, secret) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE webhooks SET updated_at = $3, version = version + 1, url = $4, events = $5, enabled = $6, \
        disabled_reason = $7 WHERE id = $1 AND version = $2";
    ROTATE = "UPDATE webhooks SET updated_at = $3, version = version + 1, previous_secret = secret, secret = $4, \
        previous_secret_until = $5 WHERE id = $1 AND version = $2";
    DISABLE = "UPDATE webhooks SET updated_at = $2, version = version + 1, enabled = 0, disabled_reason = $3 \
        WHERE id = $1 AND enabled = 1";
    DELETE = "DELETE FROM webhooks WHERE id = $1 AND version = $2";
    LOAD = concat!("SELECT ", webhook_columns!(), " FROM webhooks w WHERE w.id = $1");
    LOAD_SIGNING = concat!(
        "SELECT ", webhook_columns!(), ", w.secret, w.previous_secret FROM webhooks w WHERE w.id = $1"
    );
    LOAD_ALL = concat!("SELECT ", webhook_columns!(), " FROM webhooks w ORDER BY w.id");
}

const LISTING: Listing = Listing {
    name: "webhooks",
    fields: webhook_columns!(),
    from: "webhooks w",
    condition: None,
    search_index: None,
    id: "w.id",
    columns: &[
        Column::id("w.id"),
        Column::filtered("enabled", "w.enabled", Kind::Int),
        Column::searched("url", "w.url"),
    ],
    default_sort: ("id", Direction::Ascending),
};

fn read_webhook(row: &Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        url: row.text(4)?.to_owned(),
        events: split(row.text(5)?),
        enabled: row.bool(6)?,
        disabled_reason: row.opt_text(7)?.map(str::to_owned),
        previous_secret_until: row.opt_int(8)?.map(Time),
    })
}

/// A webhook with what signs its events.
#[derive(Clone, Debug)]
pub struct SigningWebhook {
    /// The record.
    pub webhook: Webhook,
    /// The secret.
    pub secret: SecretString,
    /// The secret before it.
    pub previous_secret: Option<SecretString>,
}

impl SigningWebhook {
    /// The secrets that sign at `now`, the newest first.
    pub fn secrets(&self, now: Time) -> impl Iterator<Item = &SecretString> {
        let overlaps = self.webhook.previous_secret_until.is_some_and(|until| now < until);
        let previous = self.previous_secret.as_ref().filter(|_| overlaps);
        std::iter::once(&self.secret).chain(previous)
    }
}

impl Store {
    /// The webhook of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_webhook(&self, id: &str) -> Result<Option<Webhook>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_webhook).await
    }

    /// The webhook of an id with its secrets, opened.
    ///
    /// # Errors
    /// When the database is unavailable or a secret can not be opened.
    pub async fn load_signing_webhook(&self, id: &str) -> Result<Option<SigningWebhook>, StoreError> {
        self.first(&LOAD_SIGNING, &[Val::from(id)], |row| {
            let previous = row.opt_text(10)?;
            Ok(SigningWebhook {
                webhook: read_webhook(row)?,
                secret: self.open_text(PURPOSE, row.text(9)?)?,
                previous_secret: previous.map(|sealed| self.open_text(PURPOSE, sealed)).transpose()?,
            })
        })
        .await
    }

    /// All webhooks, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_webhooks(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = self.rows(&LOAD_ALL, &[]).await?;
        rows.iter().map(read_webhook).collect()
    }

    /// Which events any webhook that is switched on wants.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_wanted_events(&self) -> Result<EventTypes, StoreError> {
        let webhooks = self.load_webhooks().await?;
        let enabled = webhooks.iter().filter(|webhook| webhook.enabled);
        let wanted = enabled.map(|webhook| EventTypes::of(&webhook.events));
        Ok(wanted.fold(EventTypes::NONE, EventTypes::and))
    }

    /// One page of webhooks, the oldest first. Filter: `enabled`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_webhooks(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<Webhook>, ListError> {
        self.list(&LISTING, query, key, read_webhook).await
    }

    /// The statement that makes a webhook.
    ///
    /// # Errors
    /// When the secret can not be sealed.
    pub fn create_webhook(
        &self,
        webhook: &Webhook,
        secret: &SecretString,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        Ok(INSERT.with(vec![
            Val::from(webhook.id.as_str()),
            time(webhook.created_at),
            time(webhook.updated_at),
            Val::from(webhook.version),
            Val::from(webhook.url.as_str()),
            join(&webhook.events),
            Val::from(webhook.enabled),
            Val::from(self.seal_bytes(PURPOSE, secret.expose_secret().as_bytes(), random)?),
        ]))
    }

    /// The statement that changes a webhook. Holds only while it has `version`.
    #[must_use]
    pub fn update_webhook(&self, webhook: &Webhook, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(webhook.id.as_str()),
                Val::from(version),
                time(webhook.updated_at),
                Val::from(webhook.url.as_str()),
                join(&webhook.events),
                Val::from(webhook.enabled),
                Val::from(webhook.disabled_reason.as_deref()),
            ],
            1,
        )
    }

    /// The statement that gives a webhook another secret; the one before it signs as well until
    /// `webhook.previous_secret_until`. Holds only while the webhook has `version`.
    ///
    /// # Errors
    /// When the secret can not be sealed.
    pub fn rotate_webhook_secret(
        &self,
        webhook: &Webhook,
        secret: &SecretString,
        version: i64,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        Ok(ROTATE.guarded(
            vec![
                Val::from(webhook.id.as_str()),
                Val::from(version),
                time(webhook.updated_at),
                Val::from(self.seal_bytes(PURPOSE, secret.expose_secret().as_bytes(), random)?),
                opt_time(webhook.previous_secret_until),
            ],
            1,
        ))
    }

    /// The statement that switches a webhook off because of `reason`. Holds only while it is switched on.
    #[must_use]
    pub fn disable_webhook(&self, id: &str, reason: &str, at: Time) -> Stmt {
        DISABLE.guarded(vec![Val::from(id), time(at), Val::from(reason)], 1)
    }

    /// The statement that deletes a webhook with its deliveries. Holds only while it has `version`.
    #[must_use]
    pub fn delete_webhook(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }
}

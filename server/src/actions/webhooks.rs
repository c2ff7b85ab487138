//! Webhooks: making, changing, deleting, another secret, an event to try the way, and a delivery once more.

mod check;
pub mod objects;

use protocol::time::{DAY, Time};
use protocol::webhook::{EventType, Webhook, new_secret};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, json};
use store::StoreError;
use store::webhooks::deliveries::{Delivery, DeliveryState};
use utoipa::ToSchema;

use super::administrators::Authority;
use super::changes::{ATTEMPTS, Changes, Expected, Fields};
use super::outcome::ActionError;
use crate::app::App;

/// What nodes are told when a webhook has changed.
pub const CHANGED: &str = "webhooks";

/// Names every event, also those of later versions.
const EVERY: &str = "*";
/// How many webhooks there may be: each event makes a row for every one that wants it.
const MOST: usize = 100;
/// How long the secret before a new one signs as well.
const OVERLAP: i64 = DAY;

/// The writable fields of a webhook.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = WebhookFields)]
pub struct WebhookFields {
    /// Where events are sent, by https unless `outgoing.allow` opens the address. Required.
    #[schema(example = "https://shop.example.com/events", required)]
    pub url: Option<String>,
    /// Names of events: `oauthProvider.created`, `.updated`, `.deleted`, `externalAccount.connected`, `.unlinked`,
    /// `user.created`, `.updated`, `.deleted`, `session.created`, `.ended`; or `*` for all, also those of later versions.
    /// Default: `["*"]`.
    #[schema(example = json!(["user.created", "user.deleted"]))]
    pub events: Option<Vec<String>>,
    /// Switched off, it is told nothing: what happens meanwhile is not kept for it, and what it had still to hear waits.
    /// Default: true.
    pub enabled: Option<bool>,
}

impl Fields for WebhookFields {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "secret",
        "previous_secret_until",
        "disabled_reason",
    ];
}

/// A webhook and its secret, which is shown this once.
#[derive(Debug)]
pub struct WithSecret {
    /// The record.
    pub webhook: Webhook,
    /// `whsec_` and 44 characters.
    pub secret: SecretString,
}

/// The webhook of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<Webhook, ActionError> {
    app.store.load_webhook(id).await?.ok_or(ActionError::NotFound)
}

/// Makes a webhook.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] for events about records that the caller may not read,
/// [`ActionError::Conflict`] when there are too many, or the store's.
pub async fn create(app: &App, by: Authority<'_>, changes: Changes<WebhookFields>) -> Result<WithSecret, ActionError> {
    let now = app.now();
    let mut webhook = Webhook {
        id: app.new_id("whk", now),
        created_at: now,
        updated_at: now,
        version: 1,
        url: String::new(),
        events: vec![EVERY.to_owned()],
        enabled: true,
        disabled_reason: None,
        previous_secret_until: None,
    };
    apply(&changes, &mut webhook);
    check::fields(app, &mut webhook)?;
    check::reads(by, &webhook)?;
    if app.store.load_webhooks().await?.len() >= MOST {
        let message = format!("There are {MOST} webhooks, and there can not be more; delete one first.");
        return Err(ActionError::Conflict(message));
    }
    let secret = new_secret(&app.entropy);
    let statements = vec![
        app.store.create_webhook(&webhook, &secret, &app.entropy)?,
        by.actor
            .changed(app, now, "webhook_created", &webhook.id, &changes.names()),
    ];
    app.commit_changes(statements, vec![CHANGED.to_owned()]).await?;
    Ok(WithSecret { webhook, secret })
}

/// Changes a webhook. Switching it on again makes it due at once for what it had still to hear.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn update(
    app: &App,
    by: Authority<'_>,
    id: &str,
    expected: &Expected,
    changes: Changes<WebhookFields>,
) -> Result<Webhook, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = load(app, id).await?;
        expected.check(before.version)?;
        let mut webhook = before.clone();
        apply(&changes, &mut webhook);
        check::fields(app, &mut webhook)?;
        let switched_on = webhook.enabled && !before.enabled;
        if switched_on {
            webhook.disabled_reason = None;
        }
        // Whoever only switches it off tells nobody anything.
        if switched_on || webhook.url != before.url || webhook.events != before.events {
            check::reads(by, &webhook)?;
        }
        if webhook == before {
            return Ok(before);
        }
        webhook.updated_at = app.now();
        webhook.version = before.version + 1;
        let (now, names) = (webhook.updated_at, changes.names());
        let statements = vec![
            app.store.update_webhook(&webhook, before.version),
            by.actor.changed(app, now, "webhook_updated", &webhook.id, &names),
        ];
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            app.store.events_written().notify_one();
            return Ok(webhook);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Gives a webhook another secret. The one before it signs as well for a day, so that the receiver can change over.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when somebody else changes it at the same moment, or the store's.
pub async fn rotate_secret(app: &App, by: Authority<'_>, id: &str) -> Result<WithSecret, ActionError> {
    let before = load(app, id).await?;
    let (now, secret) = (app.now(), new_secret(&app.entropy));
    let webhook = Webhook {
        updated_at: now,
        version: before.version + 1,
        previous_secret_until: Some(now.plus(OVERLAP)),
        ..before.clone()
    };
    let statements = vec![
        app.store
            .rotate_webhook_secret(&webhook, &secret, before.version, &app.entropy)?,
        by.actor.changed(app, now, "webhook_updated", id, &["secret"]),
    ];
    app.commit_changes(statements, Vec::new()).await?;
    Ok(WithSecret { webhook, secret })
}

/// Deletes a webhook and what it had still to hear.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, by: Authority<'_>, id: &str, expected: &Expected) -> Result<(), ActionError> {
    for _ in 0..ATTEMPTS {
        let webhook = load(app, id).await?;
        expected.check(webhook.version)?;
        let statements = vec![
            app.store.delete_webhook(id, webhook.version),
            by.actor.changed(app, app.now(), "webhook_deleted", id, &[]),
        ];
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            return Ok(());
        }
    }
    Err(StoreError::Conflict.into())
}

/// Queues an event that tells of nothing, whatever events the webhook wants.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when it is switched off, or the store's.
pub async fn test(app: &App, by: Authority<'_>, id: &str) -> Result<Delivery, ActionError> {
    let webhook = load_enabled(app, id).await?;
    let (now, kind) = (app.now(), EventType::WebhookTest);
    let data = json!({"id": webhook.id, "object": "webhook", "url": webhook.url});
    let (event_id, body) = objects::event(app, kind, now, &data);
    let delivery = app.new_id("whd", now);
    let mut detail = Map::new();
    detail.insert("delivery".to_owned(), delivery.as_str().into());
    let statements = vec![
        app.store
            .queue_delivery(&delivery, &webhook.id, (&event_id, kind), &body, now),
        by.actor.event(app, now, "webhook_tested", id, detail),
    ];
    app.commit_changes(statements, Vec::new()).await?;
    app.store.events_written().notify_one();
    load_delivery(app, id, &delivery).await
}

/// A delivery of a webhook.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load_delivery(app: &App, webhook_id: &str, id: &str) -> Result<Delivery, ActionError> {
    let found = app.store.load_delivery(webhook_id, id).await?;
    found.ok_or(ActionError::NotFound)
}

/// Has a delivery tried now, whether it waits, was given up, or was taken before.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when the webhook is switched off, or the store's.
pub async fn retry(app: &App, by: Authority<'_>, webhook_id: &str, id: &str) -> Result<Delivery, ActionError> {
    load_enabled(app, webhook_id).await?;
    let delivery = load_delivery(app, webhook_id, id).await?;
    let now: Time = app.now();
    let mut detail = Map::new();
    detail.insert("delivery".to_owned(), id.into());
    let statements = vec![
        app.store.hurry_delivery(&delivery, now),
        by.actor.event(app, now, "webhook_delivery_retried", webhook_id, detail),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        // It was swept, or its webhook was deleted.
        Err(StoreError::Conflict) => return Err(ActionError::NotFound),
        other => other?,
    }
    app.store.events_written().notify_one();
    Ok(Delivery {
        state: DeliveryState::Waiting,
        due_at: Some(now),
        ..delivery
    })
}

async fn load_enabled(app: &App, id: &str) -> Result<Webhook, ActionError> {
    let webhook = load(app, id).await?;
    if webhook.enabled {
        return Ok(webhook);
    }
    let message = "The webhook is switched off; set `enabled` first.";
    Err(ActionError::Conflict(message.to_owned()))
}

fn apply(changes: &Changes<WebhookFields>, webhook: &mut Webhook) {
    let fields = &changes.fields;
    if let Some(url) = &fields.url {
        url.trim().clone_into(&mut webhook.url);
    } else if changes.resets("url") {
        webhook.url.clear();
    }
    if let Some(events) = &fields.events {
        webhook.events.clone_from(events);
    } else if changes.resets("events") {
        webhook.events = vec![EVERY.to_owned()];
    }
    if let Some(enabled) = fields.enabled {
        webhook.enabled = enabled;
    } else if changes.resets("enabled") {
        webhook.enabled = true;
    }
}

//! `/api/v1/webhooks`: make, list, read, change, delete; another secret, and an event to try the way.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::webhook::Webhook;
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::{Input, NoInput};
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use super::webhook_deliveries::DeliveryView;
use crate::actions::times::rfc3339;
use crate::actions::webhooks::{self, WebhookFields, WithSecret};
use crate::app::AppState;

/// An address that is told of events.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(super) struct WebhookView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Where events are sent.
    url: String,
    /// Names of events, or `*`.
    events: Vec<String>,
    enabled: bool,
    /// Why it was switched off, when nobody did it: its receiver answered 410.
    disabled_reason: Option<String>,
    /// Until when the secret before this one signs as well.
    #[schema(format = DateTime)]
    previous_secret_until: Option<String>,
    /// `whsec_` and the secret in base64, in the answer of the call that makes it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            created_at: rfc3339(webhook.created_at),
            updated_at: rfc3339(webhook.updated_at),
            url: webhook.url,
            events: webhook.events,
            enabled: webhook.enabled,
            disabled_reason: webhook.disabled_reason,
            previous_secret_until: webhook.previous_secret_until.map(rfc3339),
            secret: None,
        }
    }
}

impl From<WithSecret> for WebhookView {
    fn from(made: WithSecret) -> Self {
        Self {
            secret: Some(made.secret.expose_secret().to_owned()),
            ..Self::from(made.webhook)
        }
    }
}

impl Record for Webhook {
    type View = WebhookView;
    const PATH: &'static str = "/webhooks";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_webhooks, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(test))
}

/// List webhooks
///
/// `q` looks into `url`.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    params(PageParams, ("enabled" = Option<bool>, Query)),
    responses((status = 200, description = "One page.", body = Page<WebhookView>)))]
async fn list_webhooks(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Bool("enabled")])?;
    let found = app.store.list_webhooks(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, WebhookView::from))
}

/// Make a webhook
///
/// The answer holds the secret that signs its events, this once. The caller needs the permission to read what the events tell
/// of: `sources:read`, `external-accounts:read`, `users:read`, `sessions:read`. 409: there are 100 webhooks already.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", operation_id = "create_webhook",
    request_body = WebhookFields,
    responses((status = 201, description = "Made.", body = WebhookView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<WebhookFields>) -> Result<Response, Problem> {
    let made = webhooks::create(&app, caller.authority(), changes).await?;
    let (version, location) = (made.webhook.version, format!("/webhooks/{}", made.webhook.id));
    Ok(object::created(&WebhookView::from(made), version, &location))
}

/// Read a webhook
#[utoipa::path(get, path = "/webhooks/{id}", tag = "webhooks", operation_id = "read_webhook",
    params(("id" = String, Path)),
    responses((status = 200, description = "The webhook, without its secret.", body = WebhookView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(webhooks::load(&app, &id).await?))
}

/// Change a webhook
///
/// Switched on again, it hears what it had still to hear. The caller needs the permission to read what the events tell of.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "webhooks", operation_id = "update_webhook",
    params(("id" = String, Path)),
    request_body = WebhookFields,
    responses((status = 200, description = "Changed.", body = WebhookView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<WebhookFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        webhooks::update(&app, caller.authority(), &id, &expected, changes).await?,
    ))
}

/// Delete a webhook
///
/// With what it had still to hear.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", operation_id = "delete_webhook",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    webhooks::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

/// Give a webhook another secret
///
/// The answer holds the new secret, this once. For a day each event carries two signatures, one by each secret. 409: somebody
/// else changes it at the same moment.
#[utoipa::path(post, path = "/webhooks/{id}/rotate-secret", tag = "webhooks", operation_id = "rotate_webhook_secret",
    params(("id" = String, Path)),
    responses((status = 200, description = "The webhook with its new secret.", body = WebhookView)))]
async fn rotate_secret(Call { app, caller }: Call, Path(id): Path<String>, _: NoInput) -> Result<Response, Problem> {
    let rotated = webhooks::rotate_secret(&app, caller.authority(), &id).await?;
    let version = rotated.webhook.version;
    Ok(object::found(&WebhookView::from(rotated), version))
}

/// Send a webhook a test event
///
/// An event `webhook.test` with `was_test` true, whatever `events` names; the answer does not wait for the attempt. 409: the
/// webhook is switched off.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "webhooks", operation_id = "test_webhook",
    params(("id" = String, Path)),
    responses((status = 200, description = "It is due.", body = DeliveryView)))]
async fn test(Call { app, caller }: Call, Path(id): Path<String>, _: NoInput) -> Result<Response, Problem> {
    let delivery = webhooks::test(&app, caller.authority(), &id).await?;
    Ok(object::untagged(&DeliveryView::from(delivery)))
}

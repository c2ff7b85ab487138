//! `/api/v1/webhooks/{id}/deliveries`: what a webhook has heard or is still to hear; list, and try once more.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use store::webhooks::deliveries::Delivery;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::input::NoInput;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::times::rfc3339;
use crate::actions::webhooks;
use crate::app::AppState;

/// One event on its way to one webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDelivery)]
pub(super) struct DeliveryView {
    /// The header `webhook-id`, the same in every attempt.
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Id of the webhook.
    webhook: String,
    /// `id` inside the event.
    event: String,
    /// Its type.
    #[schema(example = "user.created")]
    r#type: String,
    /// `waiting`, `delivered`, or `failed`: given up.
    state: &'static str,
    /// How often it was tried; after ten attempts it is given up.
    attempts: i64,
    /// When it is tried next; null when it is over.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// When it was tried last.
    #[schema(format = DateTime)]
    last_attempt_at: Option<String>,
    /// The status that the receiver answered last; null when there was no answer.
    last_status: Option<i64>,
    /// Why the last attempt failed.
    last_error: Option<String>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            created_at: rfc3339(delivery.created_at),
            webhook: delivery.webhook_id,
            event: delivery.event_id,
            r#type: delivery.kind,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: delivery.due_at.map(rfc3339),
            last_attempt_at: delivery.last_attempt_at.map(rfc3339),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(retry))
}

/// List the deliveries of a webhook
///
/// The newest first, for two weeks; without what the events say.
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_webhook_deliveries",
    params(("id" = String, Path), PageParams, ("state" = Option<String>, Query), ("type" = Option<String>, Query),
        ("event" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<DeliveryView>)))]
async fn list_deliveries(
    State(app): State<AppState>,
    Path(id): Path<String>,
    params: ListParams,
) -> Result<Response, Problem> {
    let webhook = webhooks::load(&app, &id).await?;
    let query = params.query(&[Filter::Text("state"), Filter::Text("type"), Filter::Text("event")])?;
    let found = app
        .store
        .list_deliveries(&webhook.id, query, &list::cursor_key(&app)?)
        .await?;
    Ok(list::page(found, DeliveryView::from))
}

/// Try a delivery now
///
/// Whether it waits, was given up, or was taken before; the answer does not wait for the attempt. 409: the webhook is switched
/// off.
#[utoipa::path(post, path = "/webhooks/{id}/deliveries/{delivery}/retry", tag = "webhooks",
    operation_id = "retry_webhook_delivery",
    params(("id" = String, Path), ("delivery" = String, Path)),
    responses((status = 200, description = "It is due.", body = DeliveryView)))]
async fn retry(
    Call { app, caller }: Call,
    Path((id, delivery)): Path<(String, String)>,
    _: NoInput,
) -> Result<Response, Problem> {
    let delivery = webhooks::retry(&app, caller.authority(), &id, &delivery).await?;
    Ok(object::untagged(&DeliveryView::from(delivery)))
}

//! `/api/v1/events`: the audit log; append only, so it can only be read.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::records::Event;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub(super) struct EventView {
    id: String,
    /// What happened: `login`, `user_created`, `token_issued`, ...
    action: String,
    /// Who did it: the id of a user, an API token or an application, or `system`.
    actor: Option<String>,
    /// To what it was done: an id.
    target: Option<String>,
    /// From where.
    client_address: Option<String>,
    /// More, without secrets: `fields` names what was changed.
    #[schema(value_type = Object)]
    detail: Value,
    #[schema(format = DateTime)]
    at: String,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            action: event.action,
            actor: event.actor,
            target: event.target,
            client_address: event.client_address,
            detail: event.detail,
            at: rfc3339(event.at),
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_events)).routes(routes!(read))
}

/// List events
///
/// The newest first.
#[utoipa::path(get, path = "/events", tag = "events", operation_id = "list_events",
    params(PageParams, ("action" = Option<String>, Query), ("actor" = Option<String>, Query),
        ("target" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<EventView>)))]
async fn list_events(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("action"), Filter::Text("actor"), Filter::Text("target")])?;
    let found = app.store.list_events(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, EventView::from))
}

/// Read an event
#[utoipa::path(get, path = "/events/{id}", tag = "events", operation_id = "read_event",
    params(("id" = String, Path)),
    responses((status = 200, description = "The event.", body = EventView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let event = app.store.load_event(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(object::untagged(&EventView::from(event)))
}

//! `/api/v1/sessions`: who is signed in in which browser; read and end.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::time::Time;
use serde::Serialize;
use store::sessions::ListedSession;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::sessions;
use crate::actions::times::rfc3339;
use crate::app::{App, AppState};
use crate::web::browser::micros;

/// A browser session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionView {
    id: String,
    /// Id of the user who is signed in.
    user: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// To the minute.
    #[schema(format = DateTime)]
    last_seen_at: String,
    /// When it ends at the latest.
    #[schema(format = DateTime)]
    expires_at: String,
    /// From where it began.
    client_address: Option<String>,
    /// With what it began.
    user_agent: Option<String>,
    /// How the person proved who they are (RFC 8176).
    amr: Vec<String>,
    /// When the person proved who they are.
    #[schema(format = DateTime)]
    auth_time: String,
    /// Key of the source that the person came from; null: they signed in here.
    source: Option<String>,
}

impl From<ListedSession> for SessionView {
    fn from(ListedSession { session, source }: ListedSession) -> Self {
        Self {
            id: session.id,
            user: session.user_id,
            created_at: rfc3339(session.created_at),
            last_seen_at: rfc3339(session.last_seen_at),
            expires_at: rfc3339(session.expires_at),
            client_address: session.client_address,
            user_agent: session.user_agent,
            amr: session.amr,
            auth_time: rfc3339(session.auth_time),
            source,
        }
    }
}

/// Sessions that were seen last before this moment are dead.
fn seen_since(app: &App, now: Time) -> Time {
    now.plus(-micros(app.config.session.idle_lifetime))
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions))
        .routes(routes!(read, delete))
}

/// List sessions
///
/// Those that live, the newest first.
#[utoipa::path(get, path = "/sessions", tag = "sessions", operation_id = "list_sessions",
    params(PageParams, ("user" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<SessionView>)))]
async fn list_sessions(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("user")])?;
    let (now, key) = (app.now(), list::cursor_key(&app)?);
    let found = app.store.list_sessions(query, now, seen_since(&app, now), &key).await?;
    Ok(list::page(found, SessionView::from))
}

/// Read a session
#[utoipa::path(get, path = "/sessions/{id}", tag = "sessions", operation_id = "read_session",
    params(("id" = String, Path)),
    responses((status = 200, description = "The session.", body = SessionView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let now = app.now();
    let since = seen_since(&app, now);
    let lives = |listed: &ListedSession| {
        let session = &listed.session;
        session.ended_at.is_none() && now < session.expires_at && since < session.last_seen_at
    };
    let session = app.store.load_session_by_id(&id).await?.filter(lives);
    Ok(object::untagged(&SessionView::from(
        session.ok_or_else(Problem::not_found)?,
    )))
}

/// End a session
///
/// The browser is signed out, and tokens that die with it are dead at once. Ending it again changes nothing.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", operation_id = "delete_session",
    params(("id" = String, Path)),
    responses((status = 204, description = "Ended.")))]
async fn delete(Call { app, caller }: Call, Path(id): Path<String>) -> Result<Response, Problem> {
    sessions::end(&app, &caller.actor, &id).await?;
    Ok(object::gone())
}

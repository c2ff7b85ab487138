//! `/api/v1/logout-notices`: what applications have still to hear of sign-outs by the back-channel; read, try, give up.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use store::parties::Notice;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::input::NoInput;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::logout_notices;
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A sign-out that an application has not heard of yet.
#[derive(Serialize, ToSchema)]
#[schema(as = LogoutNotice)]
pub(super) struct NoticeView {
    id: String,
    /// Id of the application that is called.
    application: String,
    /// Id of the user who was signed out.
    user: String,
    /// Id of the session that has ended.
    session: String,
    /// The session as the application knows it.
    sid: String,
    /// The subject as the application knows it.
    sub: String,
    /// How often it was tried; after seven attempts it is given up.
    attempts: i64,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_attempt_at: String,
    /// Why the last attempt failed; null before the first.
    last_error: Option<String>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        Self {
            id: logout_notices::id_of(&notice),
            application: notice.application_id,
            user: notice.user_id,
            session: notice.session_id,
            sid: notice.sid,
            sub: notice.sub,
            attempts: notice.attempts,
            next_attempt_at: rfc3339(notice.due_at),
            last_error: notice.last_error,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_notices))
        .routes(routes!(read, delete))
        .routes(routes!(retry))
}

/// List logout notices
///
/// Those that wait, the next one first. How each ended stands in the audit log: `logout_notice_delivered`,
/// `logout_notice_failed` with the reason, or `logout_notice_deleted`.
#[utoipa::path(get, path = "/logout-notices", tag = "logout-notices", operation_id = "list_logout_notices",
    params(PageParams, ("application" = Option<String>, Query), ("user" = Option<String>, Query),
        ("session" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<NoticeView>)))]
async fn list_notices(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[
        Filter::Text("application"),
        Filter::Text("user"),
        Filter::Text("session"),
    ])?;
    let found = app.store.list_notices(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, NoticeView::from))
}

/// Read a logout notice
#[utoipa::path(get, path = "/logout-notices/{id}", tag = "logout-notices", operation_id = "read_logout_notice",
    params(("id" = String, Path)),
    responses((status = 200, description = "The notice.", body = NoticeView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let notice = logout_notices::load(&app, &id).await?;
    Ok(object::untagged(&NoticeView::from(notice)))
}

/// Try a logout notice now
///
/// It is due at once, whatever it waits for; the answer does not wait for the attempt.
#[utoipa::path(post, path = "/logout-notices/{id}/retry", tag = "logout-notices", operation_id = "retry_logout_notice",
    params(("id" = String, Path)),
    responses((status = 200, description = "It is due.", body = NoticeView)))]
async fn retry(State(app): State<AppState>, Path(id): Path<String>, _: NoInput) -> Result<Response, Problem> {
    let notice = logout_notices::retry(&app, &id).await?;
    Ok(object::untagged(&NoticeView::from(notice)))
}

/// Give a logout notice up
///
/// The application does not hear of that sign-out.
#[utoipa::path(delete, path = "/logout-notices/{id}", tag = "logout-notices", operation_id = "delete_logout_notice",
    params(("id" = String, Path)),
    responses((status = 204, description = "Given up.")))]
async fn delete(Call { app, caller }: Call, Path(id): Path<String>) -> Result<Response, Problem> {
    logout_notices::give_up(&app, &caller.actor, &id).await?;
    Ok(object::gone())
}

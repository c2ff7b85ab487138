//! `/api/v1/sources`: the identity providers that people sign in through.

mod view;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use store::sources::StoredSource;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::view::{Around, SourceView};
use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::outcome::ActionError;
use crate::actions::source_sign_in::replay::{self, ReplayFields, Replayed};
use crate::actions::sources::fields::SourceFields;
use crate::actions::sources::probe::{self, ProbeResult};
use crate::actions::sources::{self, discovery, find};
use crate::app::{App, AppState};
use crate::observe::RequestFacts;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_sources, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(test))
        .routes(routes!(refresh))
        .routes(routes!(replay))
}

async fn show(app: &App, stored: StoredSource) -> Result<(SourceView, i64), Problem> {
    let around = Around::load(app, std::slice::from_ref(&stored)).await?;
    let version = stored.source.version;
    Ok((SourceView::new(stored, &around), version))
}

const FILTERS: [Filter; 4] = [
    Filter::Text("key"),
    Filter::Text("name"),
    Filter::Text("kind"),
    Filter::Bool("enabled"),
];

/// List sources
///
/// `q` looks into `key` and `name`.
#[utoipa::path(get, path = "/sources", tag = "sources", operation_id = "list_sources",
    params(PageParams, ("key" = Option<String>, Query), ("name" = Option<String>, Query),
        ("kind" = Option<String>, Query), ("enabled" = Option<bool>, Query)),
    responses((status = 200, description = "One page.", body = Page<SourceView>)))]
async fn list_sources(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app.store.list_sources(&query, &list::cursor_key(&app)?).await?;
    let around = Around::load(&app, &found.items).await?;
    Ok(list::page(found, |stored| SourceView::new(stored, &around)))
}

/// Make a source
///
/// With a `discovery_url` what it names fills each endpoint that this request does not carry.
#[utoipa::path(post, path = "/sources", tag = "sources", operation_id = "create_source",
    request_body = SourceFields,
    responses((status = 201, description = "Made.", body = SourceView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<SourceFields>) -> Result<Response, Problem> {
    let stored = sources::create(&app, caller.authority(), changes).await?;
    let location = format!("/sources/{}", stored.source.id);
    let (view, version) = show(&app, stored).await?;
    Ok(object::created(&view, version, &location))
}

/// Read a source
#[utoipa::path(get, path = "/sources/{id}", tag = "sources", operation_id = "read_source",
    params(("id" = String, Path, description = "Its id or key.")),
    responses((status = 200, description = "The source, without its secrets.", body = SourceView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let (view, version) = show(&app, find(&app, &id).await?).await?;
    Ok(object::found(&view, version))
}

/// Change a source
///
/// A changed token endpoint needs the client secret and the header fields anew.
#[utoipa::path(patch, path = "/sources/{id}", tag = "sources", operation_id = "update_source",
    params(("id" = String, Path, description = "Its id or key.")),
    request_body(content = SourceFields, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed.", body = SourceView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<SourceFields>,
) -> Result<Response, Problem> {
    let stored = sources::update(&app, caller.authority(), &id, &expected, changes).await?;
    let (view, version) = show(&app, stored).await?;
    Ok(object::found(&view, version))
}

/// Delete a source
///
/// Nobody signs in through it any more. The links of people to it stay, so that the log of who came stays readable.
#[utoipa::path(delete, path = "/sources/{id}", tag = "sources", operation_id = "delete_source",
    params(("id" = String, Path, description = "Its id or key.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    sources::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

/// Test a source
///
/// Asks the profile address without any credential, and shows the address that a person would be sent to. Nothing is
/// written, and no credential leaves.
#[utoipa::path(post, path = "/sources/{id}/test", tag = "sources", operation_id = "test_source",
    params(("id" = String, Path, description = "Its id or key.")),
    responses((status = 200, description = "What was found.", body = ProbeResult)))]
async fn test(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let stored = find(&app, &id).await?;
    Ok(object::untagged(&probe::probe(&app, &stored).await))
}

/// Read the source's own description anew
///
/// Takes over what its discovery document names now, and reads its keys.
#[utoipa::path(post, path = "/sources/{id}/refresh", tag = "sources", operation_id = "refresh_source",
    params(("id" = String, Path, description = "Its id or key.")),
    responses((status = 200, description = "The source as it is now.", body = SourceView)))]
async fn refresh(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    let stored = discovery::refresh(&app, caller.authority(), &id, &expected).await?;
    let (view, version) = show(&app, stored).await?;
    Ok(object::found(&view, version))
}

/// Replay what a source said
///
/// Through the same reading, expressions and decision as a sign-in; nothing is written.
#[utoipa::path(post, path = "/sources/{id}/replay", tag = "sources", operation_id = "replay_source",
    params(("id" = String, Path, description = "Its id or key.")),
    request_body = ReplayFields,
    responses((status = 200, description = "What would become of it.", body = Replayed)))]
async fn replay(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    Path(id): Path<String>,
    Input(changes): Input<ReplayFields>,
) -> Result<Response, Problem> {
    let stored = find(&app, &id).await?;
    let snapshot = app.snapshot();
    let upstream = snapshot.sources.of_id(&stored.source.id).ok_or(ActionError::NotFound)?;
    let replayed = replay::replay(&app, upstream, changes.fields, facts.client_address).await?;
    Ok(object::untagged(&replayed))
}

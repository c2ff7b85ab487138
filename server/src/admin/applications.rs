//! `/api/v1/applications`: the applications that sign people in with us.

mod view;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use protocol::client::Application;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::view::Around;
use super::call::{Call, Target};
use super::input::{Input, OptionalInput};
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::applications::fields::ApplicationFields;
use crate::actions::applications::management;
use crate::actions::applications::secrets::{self, RotationFields};
use crate::actions::applications::setup::Setup;
use crate::actions::applications::{self, find};
use crate::actions::changes::Fields;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::preview;
use crate::app::{App, AppState};
use crate::observe::RequestFacts;

pub(super) use self::view::ApplicationView;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_applications, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(setup))
        .routes(routes!(show_preview))
}

/// For whom a preview is made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ApplicationPreviewFields)]
pub(super) struct PreviewFields {
    /// Id or user name. Required.
    user: Option<String>,
    /// What is asked for. Null: nothing, so that default scopes apply.
    scopes: Option<Vec<String>>,
}

impl Fields for PreviewFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

/// Shows an application; `secret` when this answer is the one that may.
pub(super) async fn show(
    app: &App,
    application: Application,
    secret: Option<SecretString>,
) -> Result<ApplicationView, Problem> {
    let around = Around::load(app, std::slice::from_ref(&application)).await?;
    Ok(ApplicationView::new(application, &around, secret))
}

const FILTERS: [Filter; 4] = [
    Filter::Text("slug"),
    Filter::Text("name"),
    Filter::Text("client_id"),
    Filter::Bool("enabled"),
];

/// List applications
#[utoipa::path(get, path = "/applications", tag = "applications", operation_id = "list_applications",
    params(PageParams, ("slug" = Option<String>, Query), ("name" = Option<String>, Query),
        ("client_id" = Option<String>, Query), ("enabled" = Option<bool>, Query)),
    responses((status = 200, description = "One page.", body = Page<ApplicationView>)))]
async fn list_applications(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app.store.list_applications(&query, &list::cursor_key(&app)?).await?;
    let around = Around::load(&app, &found.items).await?;
    Ok(list::page(found, |application| {
        ApplicationView::new(application, &around, None)
    }))
}

/// Make an application
///
/// The answer holds the client secret, this once.
#[utoipa::path(post, path = "/applications", tag = "applications", operation_id = "create_application",
    request_body = ApplicationFields,
    responses((status = 201, description = "Made.", body = ApplicationView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<ApplicationFields>) -> Result<Response, Problem> {
    management::check_change(&app, &caller.permissions, None, &changes).await?;
    let saved = applications::create(&app, &caller.actor, changes).await?;
    let (version, location) = (
        saved.application.version,
        format!("/applications/{}", saved.application.id),
    );
    let view = show(&app, saved.application, saved.made_secret).await?;
    Ok(object::created(&view, version, &location))
}

/// Read an application
#[utoipa::path(get, path = "/applications/{id}", tag = "applications", operation_id = "read_application",
    params(("id" = String, Path, description = "Its id or slug.")),
    responses((status = 200, description = "The application, without its secret.", body = ApplicationView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let application = find(&app, &id).await?.application;
    let version = application.version;
    Ok(object::found(&show(&app, application, None).await?, version))
}

/// Change an application
#[utoipa::path(patch, path = "/applications/{id}", tag = "applications", operation_id = "update_application",
    params(("id" = String, Path, description = "Its id or slug.")),
    request_body(content = ApplicationFields, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed. The client secret stands here only when this call made one.",
        body = ApplicationView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<ApplicationFields>,
) -> Result<Response, Problem> {
    management::check_change(&app, &caller.permissions, Some(&id), &changes).await?;
    let saved = applications::update(&app, &caller.actor, &id, &expected, changes).await?;
    let version = saved.application.version;
    let view = show(&app, saved.application, saved.made_secret).await?;
    Ok(object::found(&view, version))
}

/// Delete an application
///
/// Its tokens die with it.
#[utoipa::path(delete, path = "/applications/{id}", tag = "applications", operation_id = "delete_application",
    params(("id" = String, Path, description = "Its id or slug.")),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    applications::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

/// Make a new client secret
///
/// Without a body the old one stops at once; with `keep_old_for` both work for a while. The answer holds the new one, this
/// once. With `retire_old` the older of two stops and no new one is made.
#[utoipa::path(post, path = "/applications/{id}/rotate-secret", tag = "applications",
    operation_id = "rotate_application_secret",
    params(("id" = String, Path, description = "Its id or slug.")),
    request_body = Option<RotationFields>,
    responses((status = 200, description = "The application with its new secret.", body = ApplicationView),
        (status = 409, description = "A public application has no secret; there are two already; there is no older one.", body = super::problem::ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn rotate_secret(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    OptionalInput(changes): OptionalInput<RotationFields>,
) -> Result<Response, Problem> {
    management::check_secret(&app, &caller.permissions, &id).await?;
    let saved = secrets::rotate(&app, &caller.actor, &id, &expected, changes).await?;
    let version = saved.application.version;
    let view = show(&app, saved.application, saved.made_secret).await?;
    Ok(object::found(&view, version))
}

/// See what the application would get for a user, and why
///
/// The claims of each mapping and the verdict of each policy. Nothing is issued and nothing is written.
#[utoipa::path(post, path = "/applications/{id}/preview", tag = "applications",
    operation_id = "preview_application",
    params(("id" = String, Path, description = "Its id or slug.")),
    request_body = PreviewFields,
    responses((status = 200, description = "Claims and reasons.", body = preview::Preview)))]
async fn show_preview(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    Path(id): Path<String>,
    Input(changes): Input<PreviewFields>,
) -> Result<Response, Problem> {
    let fields = changes.fields;
    let required = || ActionError::field(FieldError::required("user"));
    let user = fields.user.ok_or_else(required)?;
    let preview = preview::preview(&app, &id, &user, fields.scopes, facts.client_address).await?;
    Ok(object::untagged(&preview))
}

/// Read what to enter in the application: issuer and addresses
#[utoipa::path(get, path = "/applications/{id}/setup", tag = "applications", operation_id = "read_application_setup",
    params(("id" = String, Path, description = "Its id or slug.")),
    responses((status = 200, description = "Issuer and addresses.", body = Setup)))]
async fn setup(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let application = find(&app, &id).await?.application;
    Ok(object::found(
        &Setup::new(&application, &app.public_url),
        application.version,
    ))
}

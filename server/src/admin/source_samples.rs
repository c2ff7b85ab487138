//! `/api/v1/sources/{id}/samples`: what a source once said and what came of it. A sample is never changed by hand.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::input::Input;
use super::list::Page;
use super::object::{self, IfMatch};
use super::problem::Problem;
use crate::actions::sources::samples::{self, Sample, SampleFields, SampleOutcome, VERSION};
use crate::actions::times::rfc3339;
use crate::app::AppState;
use crate::web::reply;

/// Something that a source once said, and what came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceSample)]
pub(super) struct SampleView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Id of the source.
    source: String,
    /// What it stands for.
    name: String,
    /// The answer of the profile address.
    #[schema(value_type = Option<Object>)]
    userinfo: Option<Map<String, Value>>,
    /// The claims of the ID token.
    #[schema(value_type = Option<Object>)]
    id_token_claims: Option<Map<String, Value>>,
    /// What the profile script returned.
    #[schema(value_type = Option<Object>)]
    profile: Option<Map<String, Value>>,
    /// What came of it, when it was kept or a change was accepted.
    outcome: SampleOutcome,
}

impl From<Sample> for SampleView {
    fn from(found: Sample) -> Self {
        Self {
            id: found.id,
            created_at: rfc3339(found.created_at),
            source: found.source_id,
            name: found.name,
            userinfo: found.said.userinfo,
            id_token_claims: found.said.id_token_claims,
            profile: found.said.profile,
            outcome: found.outcome,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_samples, create))
        .routes(routes!(read, delete))
}

/// List the samples of a source
///
/// All of them stand on one page: a source can have fifty.
#[utoipa::path(get, path = "/sources/{id}/samples", tag = "sources", operation_id = "list_source_samples",
    params(("id" = String, Path, description = "Its id or key.")),
    responses((status = 200, description = "All samples.", body = Page<SampleView>)))]
async fn list_samples(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = samples::list(&app, &id).await?;
    let items: Vec<SampleView> = found.into_iter().map(SampleView::from).collect();
    Ok(reply::json(
        http::StatusCode::OK,
        &json!({ "items": items, "next_cursor": null }),
    ))
}

/// Save a sample of a source
///
/// What the source said is replayed, and what comes of it is kept with it. From then on a change of the source, or of a property
/// mapping that runs over it, by which the sample would come to something else is refused, unless it carries `accept_samples`.
#[utoipa::path(post, path = "/sources/{id}/samples", tag = "sources", operation_id = "create_source_sample",
    params(("id" = String, Path, description = "Its id or key.")),
    request_body = SampleFields,
    responses((status = 201, description = "Saved.", body = SampleView)))]
async fn create(
    Call { app, caller }: Call,
    Path(id): Path<String>,
    Input(changes): Input<SampleFields>,
) -> Result<Response, Problem> {
    let made = samples::create(&app, caller.authority(), &id, changes).await?;
    let location = format!("/sources/{}/samples/{}", made.source_id, made.id);
    Ok(object::created(&SampleView::from(made), VERSION, &location))
}

/// Read a sample of a source
#[utoipa::path(get, path = "/sources/{id}/samples/{sample}", tag = "sources", operation_id = "read_source_sample",
    params(("id" = String, Path, description = "Its id or key."), ("sample" = String, Path)),
    responses((status = 200, description = "The sample.", body = SampleView)))]
async fn read(State(app): State<AppState>, Path((id, sample)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = samples::find_sample(&app, &id, &sample).await?;
    Ok(object::found(&SampleView::from(found), VERSION))
}

/// Delete a sample of a source
#[utoipa::path(delete, path = "/sources/{id}/samples/{sample}", tag = "sources", operation_id = "delete_source_sample",
    params(("id" = String, Path, description = "Its id or key."), ("sample" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(
    Call { app, caller }: Call,
    Path((id, sample)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    samples::remove(&app, caller.authority(), &id, &sample, &expected).await?;
    Ok(object::gone())
}

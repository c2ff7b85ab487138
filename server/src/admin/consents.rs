//! `/api/v1/consents`: what people agreed to; read and forget.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::records::Consent;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::Call;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::consents;
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A remembered agreement of one person with one application.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub(super) struct ConsentView {
    id: String,
    /// Id of the user who agreed.
    user: String,
    /// Id of the application.
    application: String,
    /// To which scopes.
    scopes: Vec<String>,
    /// To which single claims.
    claims: Vec<String>,
    #[schema(format = DateTime)]
    granted_at: String,
    /// Until when; null: without end.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> Self {
        Self {
            id: consent.id,
            user: consent.user_id,
            application: consent.application_id,
            scopes: consent.scopes,
            claims: consent.claims,
            granted_at: rfc3339(consent.granted_at),
            expires_at: consent.expires_at.map(rfc3339),
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_consents))
        .routes(routes!(read, delete))
}

/// List consents
///
/// The newest first.
#[utoipa::path(get, path = "/consents", tag = "consents", operation_id = "list_consents",
    params(PageParams, ("user" = Option<String>, Query), ("application" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<ConsentView>)))]
async fn list_consents(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("user"), Filter::Text("application")])?;
    let found = app.store.list_consents(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, ConsentView::from))
}

/// Read a consent
#[utoipa::path(get, path = "/consents/{id}", tag = "consents", operation_id = "read_consent",
    params(("id" = String, Path)),
    responses((status = 200, description = "The consent.", body = ConsentView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let consent = app.store.load_consent_by_id(&id).await?;
    Ok(object::untagged(&ConsentView::from(
        consent.ok_or_else(Problem::not_found)?,
    )))
}

/// Forget a consent
///
/// The person is asked again next time. Tokens that were granted stay; revoke the grant to end them.
#[utoipa::path(delete, path = "/consents/{id}", tag = "consents", operation_id = "delete_consent",
    params(("id" = String, Path)),
    responses((status = 204, description = "Forgotten.")))]
async fn delete(Call { app, caller }: Call, Path(id): Path<String>) -> Result<Response, Problem> {
    consents::delete(&app, &caller.actor, &id).await?;
    Ok(object::gone())
}

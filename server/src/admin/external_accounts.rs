//! `/api/v1/external-accounts`: who is whom at which source.

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::upstream::ExternalAccount;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::external_accounts;
use crate::actions::source_calls::tokens;
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// A link between an identity at a source and a user.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalAccount)]
pub(super) struct ExternalAccountView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// The key of the source.
    source: String,
    /// The name of the source when the link was made.
    source_name: String,
    /// Id of the user.
    user: String,
    /// The identifier there; an empty one never matches.
    provider_user_id: String,
    /// The address as the source writes it.
    email_address: Option<String>,
    /// Whether the source says that the address is the person's.
    verified: bool,
    /// What the source granted.
    scopes: Vec<String>,
    /// What the source said beyond the fields above.
    #[schema(value_type = Object)]
    public_metadata: Map<String, Value>,
    #[schema(format = DateTime)]
    linked_at: String,
    /// Null: not since it was linked.
    #[schema(format = DateTime)]
    last_signed_in_at: Option<String>,
}

impl From<ExternalAccount> for ExternalAccountView {
    fn from(account: ExternalAccount) -> Self {
        Self {
            id: account.id,
            created_at: rfc3339(account.linked_at),
            updated_at: rfc3339(account.updated_at),
            source: account.source_key,
            source_name: account.source_name,
            user: account.user_id,
            provider_user_id: account.provider_user_id,
            email_address: account.email_address,
            verified: account.verified,
            scopes: account.scopes,
            public_metadata: account.public_metadata,
            linked_at: rfc3339(account.linked_at),
            last_signed_in_at: account.last_signed_in_at.map(rfc3339),
        }
    }
}

impl Record for ExternalAccount {
    type View = ExternalAccountView;
    const PATH: &'static str = "/external-accounts";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

/// An access token of a source.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalToken)]
pub(super) struct TokenView {
    /// The token, for calls to the source on behalf of the person.
    access_token: String,
    /// How it is presented, `Bearer` mostly.
    token_type: String,
    /// Null: the source did not say.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// What it may be used for.
    scopes: Vec<String>,
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts))
        .routes(routes!(read, delete))
        .routes(routes!(token))
}

const FILTERS: [Filter; 3] = [
    Filter::Text("source"),
    Filter::Text("user"),
    Filter::Text("provider_user_id"),
];

/// List external accounts
///
/// `q` looks into `email_address`.
#[utoipa::path(get, path = "/external-accounts", tag = "external-accounts", operation_id = "list_external_accounts",
    params(PageParams, ("source" = Option<String>, Query), ("user" = Option<String>, Query),
        ("provider_user_id" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<ExternalAccountView>)))]
async fn list_accounts(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&FILTERS)?;
    let found = app
        .store
        .list_external_accounts(&query, &list::cursor_key(&app)?)
        .await?;
    Ok(list::page(found, ExternalAccountView::from))
}

/// Read an external account
#[utoipa::path(get, path = "/external-accounts/{id}", tag = "external-accounts", operation_id = "read_external_account",
    params(("id" = String, Path)),
    responses((status = 200, description = "The link.", body = ExternalAccountView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(external_accounts::load(&app, &id).await?))
}

/// Take a link away
///
/// The person signs in by it no more; the next sign-in through the source begins anew.
#[utoipa::path(delete, path = "/external-accounts/{id}", tag = "external-accounts",
    operation_id = "delete_external_account",
    params(("id" = String, Path)),
    responses((status = 204, description = "Gone.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    let account = external_accounts::load(&app, &id).await?;
    expected.check(account.version)?;
    external_accounts::unlink(&app, &caller.actor, &account).await?;
    Ok(object::gone())
}

/// Get a fresh access token of the source
///
/// It is renewed at the source when it is over. Needs the permission `external-accounts:token`, which `write` does not include;
/// each use is in the audit log.
#[utoipa::path(post, path = "/external-accounts/{id}/token", tag = "external-accounts",
    operation_id = "read_external_account_token",
    params(("id" = String, Path)),
    responses((status = 200, description = "The token.", body = TokenView),
        (status = 409, description = "There is none, and no way to get one.",
            body = super::problem::ProblemBody<'static>, content_type = "application/problem+json")))]
async fn token(Call { app, caller }: Call, Path(id): Path<String>) -> Result<Response, Problem> {
    let account = external_accounts::load(&app, &id).await?;
    let kept = tokens::fresh(&app, &caller.actor, &account).await?;
    Ok(object::untagged(&TokenView {
        access_token: kept.access_token().to_owned(),
        token_type: kept.token_type().to_owned(),
        expires_at: kept.expires_at().map(rfc3339),
        scopes: kept.scopes().to_vec(),
    }))
}

//! `/api/v1/invitations`: make, list, read, withdraw. An invitation is never changed.

use axum::extract::{Path, State};
use axum::response::Response;
use secrecy::ExposeSecret;
use serde::Serialize;
use store::invitations::Invitation;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::invitations::{self, InvitationFields};
use crate::actions::times::rfc3339;
use crate::app::AppState;

/// An invitation: a link by which one person makes one account.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(super) struct InvitationView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// The address that it is for; null: whoever holds the link.
    email: Option<String>,
    /// Whether the link was sent to the address, and shown to nobody else.
    mailed: bool,
    /// Ids of the groups that the account will belong to.
    groups: Vec<String>,
    /// When it stops to work.
    #[schema(format = DateTime)]
    expires_at: String,
    /// When it was used.
    #[schema(format = DateTime)]
    used_at: Option<String>,
    /// Id of the account that was made by it.
    user: Option<String>,
    /// The link, in the answer of the call that makes it and never again; left out when it went by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl From<Invitation> for InvitationView {
    fn from(found: Invitation) -> Self {
        Self {
            id: found.id,
            created_at: rfc3339(found.created_at),
            updated_at: rfc3339(found.updated_at),
            email: found.email,
            mailed: found.mailed,
            groups: found.groups,
            expires_at: rfc3339(found.expires_at),
            used_at: found.used_at.map(rfc3339),
            user: found.user_id,
            link: None,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_invitations, create))
        .routes(routes!(read, delete))
}

/// List invitations
///
/// The newest first; used and expired ones too.
#[utoipa::path(get, path = "/invitations", tag = "invitations", operation_id = "list_invitations",
    params(PageParams, ("email" = Option<String>, Query), ("user" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<InvitationView>)))]
async fn list_invitations(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("email"), Filter::Text("user")])?;
    let found = app.store.list_invitations(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, InvitationView::from))
}

/// Invite somebody
///
/// With an address and a mail server the link goes there; otherwise it is in the answer, this once. Groups that make
/// administrators need the permission `*`.
#[utoipa::path(post, path = "/invitations", tag = "invitations", operation_id = "create_invitation",
    request_body = InvitationFields,
    responses((status = 201, description = "Made.", body = InvitationView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<InvitationFields>) -> Result<Response, Problem> {
    let made = invitations::create(&app, caller.authority(), changes).await?;
    let location = format!("/invitations/{}", made.invitation.id);
    let version = made.invitation.version;
    let view = InvitationView {
        link: made.link.map(|link| link.expose_secret().to_owned()),
        ..InvitationView::from(made.invitation)
    };
    Ok(object::created(&view, version, &location))
}

/// Read an invitation
#[utoipa::path(get, path = "/invitations/{id}", tag = "invitations", operation_id = "read_invitation",
    params(("id" = String, Path)),
    responses((status = 200, description = "The invitation, without its link.", body = InvitationView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = invitations::load(&app, &id).await?;
    let version = found.version;
    Ok(object::found(&InvitationView::from(found), version))
}

/// Withdraw an invitation
///
/// Its link stops to work at once. An account that was made by it stays.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "invitations", operation_id = "delete_invitation",
    params(("id" = String, Path)),
    responses((status = 204, description = "Withdrawn.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    invitations::delete(&app, caller.authority(), &id, &expected).await?;
    Ok(object::gone())
}

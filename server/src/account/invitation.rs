//! `/invitation`: the page behind the link of an invitation.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;
use store::invitations::Invitation;

use super::joining::{Door, Problems, finish, read, show};
use crate::actions::invitations;
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

const PATH: &str = "/invitation";

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Makes the account.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(accept(&visit, body).await)
}

async fn load(visit: &Visit<'_>, params: &Params) -> Result<Invitation, Halt> {
    let token = params.get("token").unwrap_or_default();
    let found = invitations::load_open(visit.app, token, visit.now).await?;
    Ok(found.ok_or(Refusal::MailLinkInvalid)?)
}

fn door<'a>(invitation: &'a Invitation, params: &'a Params) -> Door<'a> {
    Door {
        action: PATH,
        token: params.get("token").unwrap_or_default(),
        address: invitation.email.as_deref(),
    }
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let invitation = load(visit, &params).await?;
    let door = door(&invitation, &params);
    Ok(show(visit, &door, &params, Problems::default(), StatusCode::OK))
}

async fn accept(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let invitation = load(visit, &form).await?;
    let door = door(&invitation, &form);
    if !visit.browser.is_own_form(visit.app, &door.purpose(), form.get("csrf")) {
        return Err(Refusal::CsrfInvalid.into());
    }
    // Only a link that went by mail has shown whose the address is.
    match read(&door, &form, invitation.groups.clone(), invitation.mailed) {
        Err(problems) => Ok(show(visit, &door, &form, problems, SHOWN_AGAIN)),
        Ok(candidate) => {
            let outcome = invitations::accept(visit.app, door.token, candidate, visit.origin()).await;
            finish(visit, &door, &form, outcome)
        }
    }
}

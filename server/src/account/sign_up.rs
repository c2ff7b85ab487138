//! `/sign-up`: an account for whoever wants one, where the configuration allows it; and `/sign-up/finish`, the page behind the link
//! of the mail.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::profile::check_email;
use protocol::refusal::Refusal;

use super::asking;
use super::joining::{Door, Problems, finish, read, show};
use crate::actions::sign_up;
use crate::pages::{FieldProblem, FormAction, MailState, SignUp, reply};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

const PURPOSE: &str = "sign-up";
const FINISH: &str = "/sign-up/finish";

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit))
}

/// Sends a mail.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(ask(&visit, body).await)
}

/// Shows the form behind the link.
pub(super) async fn get_finish(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open_finish(&visit, incoming.query()).await)
}

/// Makes the account.
pub(super) async fn post_finish(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(make(&visit, body).await)
}

fn check_open(visit: &Visit<'_>) -> Result<(), Halt> {
    if sign_up::is_open(visit.app) {
        Ok(())
    } else {
        Err(Refusal::NotFound.into())
    }
}

fn open(visit: &Visit<'_>) -> Shown {
    check_open(visit)?;
    Ok(show_ask(visit, "", MailState::Asking, StatusCode::OK))
}

async fn ask(visit: &Visit<'_>, body: Body) -> Shown {
    check_open(visit)?;
    let form = asking::take(visit, PURPOSE, body).await?;
    let address = form.get("email").unwrap_or_default().trim();
    if address.is_empty() || check_email(address).is_err() {
        let problem = if address.is_empty() {
            FieldProblem::Missing
        } else {
            FieldProblem::Malformed
        };
        return Ok(show_ask(visit, address, MailState::Wrong(problem), SHOWN_AGAIN));
    }
    let language = visit.frame(&[]).tag();
    let asked = sign_up::ask(visit.app, address, language, visit.origin()).await?;
    Ok(asking::answer(visit, &asked, |state, status| {
        show_ask(visit, address, state, status)
    }))
}

fn show_ask(visit: &Visit<'_>, email: &str, state: MailState, status: StatusCode) -> Response {
    let page = SignUp {
        frame: &visit.frame(&[]),
        csrf: &visit.browser.csrf(visit.app, PURPOSE),
        email,
        state,
    };
    reply(status, &page, &FormAction::Here)
}

/// The address of the link that the parameters carry, while it works.
async fn load(visit: &Visit<'_>, params: &Params) -> Result<String, Halt> {
    check_open(visit)?;
    let token = params.get("token").unwrap_or_default();
    let found = sign_up::load_address(visit.app, token, visit.now).await?;
    Ok(found.ok_or(Refusal::MailLinkInvalid)?)
}

async fn open_finish(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let address = load(visit, &params).await?;
    let door = Door {
        action: FINISH,
        token: params.get("token").unwrap_or_default(),
        address: Some(&address),
    };
    Ok(show(visit, &door, &params, Problems::default(), StatusCode::OK))
}

async fn make(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let address = load(visit, &form).await?;
    let door = Door {
        action: FINISH,
        token: form.get("token").unwrap_or_default(),
        address: Some(&address),
    };
    if !visit.browser.is_own_form(visit.app, &door.purpose(), form.get("csrf")) {
        return Err(Refusal::CsrfInvalid.into());
    }
    match read(&door, &form, Vec::new(), true) {
        Err(problems) => Ok(show(visit, &door, &form, problems, SHOWN_AGAIN)),
        Ok(candidate) => {
            let outcome = sign_up::finish(visit.app, door.token, candidate, visit.origin()).await;
            finish(visit, &door, &form, outcome)
        }
    }
}

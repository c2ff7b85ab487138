//! `/recover`: a mail for whoever forgot their password, and `/recover/new`, the page behind its link. Only with a mail server.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;
use secrecy::SecretString;

use super::asking;
use crate::actions::mail::is_offered;
use crate::actions::recovery::{self, NotRecovered};
use crate::pages::{Advice, FieldProblem, FormAction, MailState, Recover, RecoverNew, reply};
use crate::web::visit::{Incoming, SHOWN_AGAIN, Shown, Visit};

/// Longer names are nobody's.
const LONGEST_NAME: usize = 255;
const PURPOSE: &str = "recover";

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit))
}

/// Sends a mail, if there is somebody to send it to.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(ask(&visit, body).await)
}

/// Shows the form for a new password.
pub(super) async fn get_new(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open_new(&visit, incoming.query()).await)
}

/// Sets it.
pub(super) async fn post_new(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(set(&visit, body).await)
}

fn open(visit: &Visit<'_>) -> Shown {
    if !is_offered(visit.app) {
        return Err(Refusal::NotFound.into());
    }
    Ok(show(visit, "", MailState::Asking, StatusCode::OK))
}

async fn ask(visit: &Visit<'_>, body: Body) -> Shown {
    if !is_offered(visit.app) {
        return Err(Refusal::NotFound.into());
    }
    let form = asking::take(visit, PURPOSE, body).await?;
    let name = form.get("username").unwrap_or_default().trim();
    if name.is_empty() {
        let wrong = MailState::Wrong(FieldProblem::Missing);
        return Ok(show(visit, name, wrong, SHOWN_AGAIN));
    }
    if name.chars().count() > LONGEST_NAME {
        let most = u32::try_from(LONGEST_NAME).unwrap_or(u32::MAX);
        let wrong = MailState::Wrong(FieldProblem::TooLong(most));
        return Ok(show(visit, name, wrong, SHOWN_AGAIN));
    }
    let language = visit.frame(&[]).tag();
    let asked = recovery::ask(visit.app, name, language, visit.origin()).await?;
    Ok(asking::answer(visit, &asked, |state, status| {
        show(visit, name, state, status)
    }))
}

fn show(visit: &Visit<'_>, username: &str, state: MailState, status: StatusCode) -> Response {
    let page = Recover {
        frame: &visit.frame(&[]),
        csrf: &visit.browser.csrf(visit.app, PURPOSE),
        username,
        state,
    };
    reply(status, &page, &FormAction::Here)
}

fn purpose(token: &str) -> String {
    format!("recover|{token}")
}

async fn open_new(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let token = params.get("token").unwrap_or_default();
    let found = recovery::load_person(visit.app, token, visit.now).await?;
    let user = found.ok_or(Refusal::MailLinkInvalid)?.user;
    Ok(show_new(visit, token, &user.username, None, StatusCode::OK))
}

async fn set(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let token = form.get("token").unwrap_or_default();
    let found = recovery::load_person(visit.app, token, visit.now).await?;
    let user = found.ok_or(Refusal::MailLinkInvalid)?.user;
    if !visit.browser.is_own_form(visit.app, &purpose(token), form.get("csrf")) {
        return Err(Refusal::CsrfInvalid.into());
    }
    let again = |wrong| Ok(show_new(visit, token, &user.username, Some(wrong), SHOWN_AGAIN));
    let Some(password) = form.get("password") else {
        return again(Wrong::Field(FieldProblem::Missing));
    };
    let language = visit.frame(&[]).tag();
    match recovery::finish(visit.app, token, SecretString::from(password), language, visit.origin()).await {
        Ok(()) => {
            let page = RecoverNew {
                frame: &visit.frame(&[]),
                csrf: "",
                token: "",
                username: &user.username,
                problem: None,
                advice: None,
                done: true,
            };
            Ok(reply(StatusCode::OK, &page, &FormAction::None))
        }
        Err(NotRecovered::LinkInvalid) => Err(Refusal::MailLinkInvalid.into()),
        Err(NotRecovered::Password(error)) => again(Wrong::Field(error.into())),
        Err(NotRecovered::Weak(weakness)) => again(Wrong::Weak(Advice(weakness))),
        Err(NotRecovered::Store(error)) => Err(error.into()),
    }
}

/// What is wrong with the password.
enum Wrong {
    Field(FieldProblem),
    Weak(Advice),
}

fn show_new(visit: &Visit<'_>, token: &str, username: &str, wrong: Option<Wrong>, status: StatusCode) -> Response {
    let (problem, advice) = match wrong {
        None => (None, None),
        Some(Wrong::Field(problem)) => (Some(problem), None),
        Some(Wrong::Weak(advice)) => (None, Some(advice)),
    };
    let page = RecoverNew {
        frame: &visit.frame(&[]),
        csrf: &visit.browser.csrf(visit.app, &purpose(token)),
        token,
        username,
        problem,
        advice,
        done: false,
    };
    reply(status, &page, &FormAction::Here)
}

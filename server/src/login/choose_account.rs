//! `/choose-account`: go on as the one who is signed in, or as somebody else (`prompt=select_account`).

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::refusal::Refusal;

use super::visit::{Halt, Shown, Visit, shown_person};
use crate::actions::authorization::{Advance, Page, advance, resume};
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::pages::{ChooseAccount, FormAction, reply};
use crate::web::browser::SignedIn;

/// Shows the choice, or goes on when there is nothing to choose.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(open(&visit, query.as_deref()).await)
}

/// Takes the choice.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(choose(&visit, body).await)
}

/// The form is bound to the person that it names.
fn purpose(transaction: &str, here: &SignedIn) -> String {
    format!("choose-account|{transaction}|{}", here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let waiting = visit.load_waiting(params.get("transaction")).await?;
    let here = visit.load_signed_in().await?;
    let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
    let (Advance::Ask(Page::ChooseAccount, transaction), Some(here)) = (&next, &here) else {
        return visit.advanced(next);
    };
    let wished = &waiting.request.state.request.ui_locales;
    let page = ChooseAccount {
        frame: &visit.frame(wished),
        application: Some(waiting.application()),
        person: shown_person(here),
        action: "/choose-account",
        csrf: &visit.browser.csrf(visit.app, &purpose(transaction, here)),
        transaction: Some(transaction),
    };
    let mut response = reply(StatusCode::OK, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, wished);
    Ok(response)
}

async fn choose(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let waiting = visit.load_waiting(form.get("transaction")).await?;
    let mut request = waiting.request;
    let refuse = |refusal: Refusal| Err(Halt::Refused(refusal.into(), Some(request.id.clone())));
    let here = visit.load_signed_in().await?;
    let Some(here) = here else {
        // Signed out meanwhile: the dispatcher asks for a sign-in.
        return visit.advanced(resume(visit.app, request, visit.step(None)).await?);
    };
    if !visit
        .browser
        .is_own_form(visit.app, &purpose(&request.id, &here), form.get("csrf"))
    {
        return refuse(Refusal::CsrfInvalid);
    }
    match form.get("account") {
        Some("present") => request.state.account_chosen = true,
        Some("another") => request.state.unwanted_session = Some(here.session.id.clone()),
        _ => return refuse(Refusal::ParametersMalformed),
    }
    visit.advanced(advance(visit.app, request, visit.step(Some(&here))).await?)
}

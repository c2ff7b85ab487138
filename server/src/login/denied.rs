//! `/denied`: a rule of the application refused. The page says which one; the person goes back to the application with
//! `access_denied` (RFC 6749, section 4.1.2.1), or on as somebody else.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::policy::PolicyOutcome;
use protocol::refusal::Refusal;

use super::visit::{Halt, Shown, Visit, Waiting, shown_person};
use crate::actions::authorization::{Advance, Page, Present, advance, ask_policies, go_back, resume};
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::pages::{Denied, FormAction, RuleItem, reply};
use crate::web::browser::SignedIn;

/// Shows the refusal, or goes on when the rules let the person in by now.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(open(&visit, query.as_deref()).await)
}

/// Takes the way back, or another account.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(leave(&visit, body).await)
}

fn purpose(transaction: &str, here: &SignedIn) -> String {
    format!("denied|{transaction}|{}", here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let waiting = visit.load_waiting(params.get("transaction")).await?;
    let here = visit.load_signed_in().await?;
    let step = visit.step(here.as_ref());
    let next = resume(visit.app, waiting.request.clone(), step).await?;
    let (Advance::Ask(Page::Denied, _), Some(here)) = (&next, &here) else {
        return visit.advanced(next);
    };
    let present = Present {
        session: &here.session,
        user: &here.user,
    };
    let outcome = ask_policies(visit.app, &waiting.entry.client, &waiting.request, present, &step).await?;
    Ok(show(visit, &waiting, here, &outcome))
}

/// The rules that refused, as the page shows them.
pub(super) fn refusing_rules(outcome: &PolicyOutcome) -> Vec<RuleItem<'_>> {
    outcome
        .verdicts
        .iter()
        .filter(|verdict| verdict.counted && !verdict.passing)
        .map(|verdict| RuleItem {
            kind: verdict.kind,
            name: &verdict.name,
        })
        .collect()
}

fn show(visit: &Visit<'_>, waiting: &Waiting, here: &SignedIn, outcome: &PolicyOutcome) -> Response {
    let rules = refusing_rules(outcome);
    let wished = &waiting.request.state.request.ui_locales;
    let page = Denied {
        frame: &visit.frame(wished),
        application: waiting.application(),
        person: shown_person(here),
        messages: &outcome.messages,
        rules: &rules,
        form: Some((
            "/denied",
            &visit.browser.csrf(visit.app, &purpose(&waiting.request.id, here)),
        )),
        transaction: &waiting.request.id,
    };
    let mut response = reply(StatusCode::FORBIDDEN, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, wished);
    response
}

async fn leave(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let waiting = visit.load_waiting(form.get("transaction")).await?;
    let mut request = waiting.request;
    let refuse = |refusal: Refusal| Err(Halt::Refused(refusal.into(), Some(request.id.clone())));
    let here = visit.load_signed_in().await?;
    let Some(here) = here else {
        return visit.advanced(resume(visit.app, request, visit.step(None)).await?);
    };
    if !visit
        .browser
        .is_own_form(visit.app, &purpose(&request.id, &here), form.get("csrf"))
    {
        return refuse(Refusal::CsrfInvalid);
    }
    match form.get("decision") {
        Some("back") => return visit.advanced(go_back(visit.app, request).await?),
        Some("another") => request.state.unwanted_session = Some(here.session.id.clone()),
        _ => return refuse(Refusal::ParametersMalformed),
    }
    visit.advanced(advance(visit.app, request, visit.step(Some(&here))).await?)
}

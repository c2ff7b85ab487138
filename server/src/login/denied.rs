//! `/denied`: a rule of the application refused. The page says which one; the person goes back to the application with
//! `access_denied` (RFC 6749, section 4.1.2.1), or on as somebody else.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::policy::PolicyOutcome;
use protocol::records::PendingRequest;

use crate::actions::authorization::{Page, Present, ask_policies, go_back};
use crate::pages::{Denied, FormAction, RuleItem, reply};
use crate::web::browser::SignedIn;
use crate::web::visit::{Incoming, Shown, Visit, Waiting, shown_person};

/// Shows the refusal, or goes on when the rules let the person in by now.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the way back, or another account.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(leave(&visit, body).await)
}

fn purpose(request: &PendingRequest, here: &SignedIn) -> String {
    format!("denied|{}|{}", request.id, here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let (waiting, here) = visit.load_question(query, Page::Denied).await?;
    let present = Present {
        session: &here.session,
        user: &here.user,
    };
    let step = visit.step(Some(&here));
    let outcome = ask_policies(visit.app, &waiting.entry.client, &waiting.request, present, &step).await?;
    Ok(show(visit, &waiting, &here, &outcome))
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
            &visit.browser.csrf(visit.app, &purpose(&waiting.request, here)),
        )),
        transaction: &waiting.request.id,
    };
    let mut response = reply(StatusCode::FORBIDDEN, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, wished);
    response
}

async fn leave(visit: &Visit<'_>, body: Body) -> Shown {
    let mut answered = visit.load_answer(body, purpose).await?;
    match answered.form.get("decision") {
        Some("back") => return visit.advanced(go_back(visit.app, answered.request).await?),
        Some("another") => answered.wants_another(),
        _ => return Err(answered.unreadable()),
    }
    visit.go_on(answered).await
}

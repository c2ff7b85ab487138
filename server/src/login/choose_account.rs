//! `/choose-account`: go on as the one who is signed in, or as somebody else (`prompt=select_account`).

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::records::PendingRequest;

use crate::actions::authorization::Page;
use crate::pages::{ChooseAccount, FormAction, reply};
use crate::web::browser::SignedIn;
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// Shows the choice, or goes on when there is nothing to choose.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the choice.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(choose(&visit, body).await)
}

/// The form is bound to the person that it names.
fn purpose(request: &PendingRequest, here: &SignedIn) -> String {
    format!("choose-account|{}|{}", request.id, here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let (waiting, here) = visit.load_question(query, Page::ChooseAccount).await?;
    let wished = &waiting.request.state.request.ui_locales;
    let page = ChooseAccount {
        frame: &visit.frame(wished),
        application: Some(waiting.application()),
        person: shown_person(&here),
        action: "/choose-account",
        csrf: &visit.browser.csrf(visit.app, &purpose(&waiting.request, &here)),
        transaction: Some(&waiting.request.id),
    };
    let mut response = reply(StatusCode::OK, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, wished);
    Ok(response)
}

async fn choose(visit: &Visit<'_>, body: Body) -> Shown {
    let mut answered = visit.load_answer(body, purpose).await?;
    match answered.form.get("account") {
        Some("present") => answered.request.state.account_chosen = true,
        Some("another") => answered.wants_another(),
        _ => return Err(answered.unreadable()),
    }
    visit.go_on(answered).await
}

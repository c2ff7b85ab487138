//! `/logout`: the question, the end of the session, and the page that says it is over.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::refusal::Refusal;

use super::visit::{Shown, Visit, shown_person};
use crate::actions::sign_out::sign_out;
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::pages::{ConfirmSignOut, FormAction, SignedOut, reply};
use crate::web::browser::SignedIn;
use crate::web::cookies::Cookie;
use crate::web::reply::{add_header, see_other};

/// Asks whoever is signed in; tells everybody else that nobody is.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(open(&visit).await)
}

/// Ends the session.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(leave(&visit, body).await)
}

/// What a form that signs out is bound to, beside the browser; the start page has one too.
pub(super) fn purpose(here: &SignedIn) -> String {
    format!("logout|{}", here.session.id)
}

async fn open(visit: &Visit<'_>) -> Shown {
    let frame = visit.frame(&[]);
    let Some(here) = visit.load_signed_in().await? else {
        let page = SignedOut {
            frame: &frame,
            back: None,
            sign_in: "/login",
        };
        return Ok(reply(StatusCode::OK, &page, &FormAction::None));
    };
    let page = ConfirmSignOut {
        frame: &frame,
        application: None,
        person: shown_person(&here),
        action: "/logout",
        csrf: &visit.browser.csrf(visit.app, &purpose(&here)),
        carried: &[],
        stay: "/",
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn leave(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    if let Some(here) = visit.load_signed_in().await? {
        if !visit.browser.is_own_form(visit.app, &purpose(&here), form.get("csrf")) {
            return Err(Refusal::CsrfInvalid.into());
        }
        sign_out(visit.app, &here.session, None, visit.origin()).await?;
    }
    Ok(gone(visit, "/logout"))
}

/// Sends the browser on without its session cookie.
pub(super) fn gone(visit: &Visit<'_>, location: &str) -> Response {
    let mut response = see_other(location);
    let cookie = Cookie::Session.clear(visit.app.secure);
    add_header(&mut response, header::SET_COOKIE, &cookie);
    response
}

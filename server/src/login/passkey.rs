//! `/login/passkey`: signing in by a passkey alone, from the sign-in page.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;

use super::destination::Destination;
use super::entered::go_in;
use super::sign_in;
use crate::actions::factors::passkey::{Attempt, Outcome, ask_first, sign_in};
use crate::actions::sign_in::minutes_until;
use crate::pages::SignInProblem;
use crate::web::passkeys;
use crate::web::reply::retry_at;
use crate::web::visit::{Incoming, Shown, Visit};

/// Gives a challenge to the script of the sign-in page.
pub(super) async fn options(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(ask(&visit, body).await)
}

/// Takes the answer.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(enter(&visit, body).await)
}

async fn ask(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let destination = Destination::load(visit, &form, form.get("next")).await?;
    if !visit
        .browser
        .is_own_form(visit.app, &destination.purpose("login"), form.get("csrf"))
    {
        return Ok(passkeys::refused(StatusCode::FORBIDDEN, Refusal::CsrfInvalid.code()));
    }
    let asked = ask_first(visit.app, visit.browser.hash(), visit.now).await?;
    Ok(passkeys::challenge(asked))
}

async fn enter(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let here = visit.load_signed_in().await?;
    let destination = Destination::load(visit, &form, form.get("next")).await?;
    let again = |problem| sign_in::show(visit, &destination, here.as_ref(), None, Some(problem));
    if !visit
        .browser
        .is_own_form(visit.app, &destination.purpose("login"), form.get("csrf"))
    {
        return Ok(again(SignInProblem::FormExpired));
    }
    let attempt = Attempt {
        challenge: form.get("challenge").unwrap_or_default(),
        answer: form.get("answer").unwrap_or_default(),
        browser: visit.browser.hash(),
        origin: visit.origin(),
        replaces: here.as_ref().map(|here| &here.session),
        language: visit.frame(destination.wished()).tag(),
    };
    match sign_in(visit.app, attempt).await? {
        Outcome::SignedIn { user, new } => Ok(go_in(visit, &destination.onward(), *user, *new).await),
        Outcome::Wrong(error) => Ok(again(SignInProblem::Passkey(passkeys::problem_of(visit.app, error)))),
        Outcome::Blocked { until } => {
            let minutes = minutes_until(until, visit.now);
            let mut response = again(SignInProblem::TooManyAttempts { minutes });
            retry_at(&mut response, until, visit.now);
            Ok(response)
        }
    }
}

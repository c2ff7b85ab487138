//! What the pages share that send a mail to whoever asks for it, known or not.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;

use crate::actions::recovery::Asked;
use crate::actions::sign_in::minutes_until;
use crate::pages::MailState;
use crate::web::reply::retry_at;
use crate::web::visit::{Halt, Visit};

/// The form of such a page, which must have been given to this browser.
pub(super) async fn take(visit: &Visit<'_>, purpose: &str, body: Body) -> Result<Params, Halt> {
    let form = visit.form(body).await?;
    if visit.browser.is_own_form(visit.app, purpose, form.get("csrf")) {
        Ok(form)
    } else {
        Err(Refusal::CsrfInvalid.into())
    }
}

/// What the page says when it was asked: the same for everybody.
pub(super) fn answer(
    visit: &Visit<'_>,
    asked: &Asked,
    show: impl FnOnce(MailState, StatusCode) -> Response,
) -> Response {
    match *asked {
        Asked::Taken => show(MailState::Sent, StatusCode::OK),
        Asked::Blocked { until } => {
            let minutes = minutes_until(until, visit.now);
            let mut response = show(MailState::TooMany { minutes }, StatusCode::TOO_MANY_REQUESTS);
            retry_at(&mut response, until, visit.now);
            response
        }
    }
}

//! `/account/password`: another password, after a sign-in of the last ten minutes and with the old one.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use secrecy::SecretString;

use super::room::Room;
use crate::actions::sign_in::minutes_until;
use crate::actions::users::own_password::{Outcome, Wish, change, load_has_password};
use crate::pages::{Advice, CurrentProblem, FieldProblem, FormAction, PasswordPage, reply};
use crate::web::browser::session_cookie;
use crate::web::reply::{add_header, see_other};
use crate::web::visit::{Incoming, SHOWN_AGAIN, Shown, Visit};

const PATH: &str = "/account/password";

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the form.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take(&visit, body).await)
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Wrong {
    current: Option<CurrentProblem>,
    new: Option<FieldProblem>,
    advice: Option<Advice>,
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    show(&room, params.get("done"), true, Wrong::default(), StatusCode::OK).await
}

async fn take(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    let end_others = form.get("end_others") == Some("true");
    let mut wrong = Wrong::default();
    let Some(new) = form.get("password") else {
        wrong.new = Some(FieldProblem::Missing);
        return show(&room, None, end_others, wrong, SHOWN_AGAIN).await;
    };
    let wish = Wish {
        session: &room.here.session,
        current: form.get("current").map(SecretString::from),
        new: SecretString::from(new),
        end_others,
        origin: visit.origin(),
        language: visit.frame(&[]).tag(),
    };
    let mut status = SHOWN_AGAIN;
    match change(visit.app, wish).await? {
        Outcome::Changed(None) => return Ok(see_other("/account/password?done=password")),
        Outcome::Changed(Some(next)) => {
            let mut response = see_other("/account/password?done=password-and-sessions");
            let cookie = session_cookie(visit.app, &next.value);
            add_header(&mut response, header::SET_COOKIE, &cookie);
            return Ok(response);
        }
        Outcome::WrongCurrent => wrong.current = Some(CurrentProblem::Wrong),
        Outcome::Blocked { until } => {
            status = StatusCode::TOO_MANY_REQUESTS;
            let minutes = minutes_until(until, visit.now);
            wrong.current = Some(CurrentProblem::TooMany { minutes });
        }
        Outcome::Refused(error) => wrong.new = Some(error.into()),
        Outcome::Weak(weakness) => wrong.advice = Some(Advice(weakness)),
    }
    show(&room, None, end_others, wrong, status).await
}

async fn show(room: &Room<'_>, done: Option<&str>, end_others: bool, wrong: Wrong, status: StatusCode) -> Shown {
    let confirm = room.confirm_address();
    let page = PasswordPage {
        frame: &room.visit.frame(&[]),
        room: room.shown(done),
        confirm: (!room.is_fresh()).then_some(confirm.as_str()),
        has_password: load_has_password(room.visit.app, &room.here.user.id).await?,
        end_others,
        current_problem: wrong.current,
        problem: wrong.new,
        advice: wrong.advice,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

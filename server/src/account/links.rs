//! Linking an account elsewhere to one's own, and taking the link away.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::overview::{PATH, show};
use super::room::Room;
use crate::actions::external_accounts;
use crate::actions::outcome::ActionError;
use crate::actions::source_sign_in::{Errand, Leaving, NotIn, begin};
use crate::pages::AccountProblem;
use crate::web::reply::see_other;
use crate::web::view::{SourceProblem, source_problem_page};
use crate::web::visit::{Incoming, Shown, Visit};

/// Takes the form that links.
pub(super) async fn link(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(leave(&visit, body).await)
}

/// Takes the form that takes a link away.
pub(super) async fn unlink(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take_away(&visit, body).await)
}

async fn leave(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    let here = &room.here;
    let snapshot = visit.app.snapshot();
    let key = form.get("source").unwrap_or_default();
    let offered = snapshot
        .sources
        .offered(None)
        .find(|upstream| upstream.source.key == key);
    let upstream = offered.ok_or(Refusal::NotFound)?;
    let errand = Errand {
        link: Some(here.session.id.clone()),
        begun_at: visit.other_address(),
        ..Errand::default()
    };
    let nothing = Params::default();
    let leaving = Leaving {
        errand: &errand,
        browser: visit.browser.hash(),
        query: &nothing,
        request: &nothing,
        login_hint: None,
        client_address: visit.origin().client_address,
        now: visit.now,
        transaction: visit.id(),
    };
    match begin(visit.app, upstream, leaving).await {
        Ok(address) => Ok(see_other(&address)),
        Err(NotIn::Store(error)) => Err(error.into()),
        Err(NotIn::Refused(failure)) => {
            let problem = SourceProblem {
                failure: &failure,
                source: Some(&upstream.source),
                back: "/account",
                again: None,
                transaction: visit.id(),
            };
            Ok(source_problem_page(visit.app, visit.headers, &problem))
        }
    }
}

async fn take_away(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    let id = form.get("external_account").unwrap_or_default();
    let account = visit.app.store.load_external_account(id).await?;
    // What belongs to somebody else looks like what is not there.
    let account = account
        .filter(|account| account.user_id == room.here.user.id)
        .ok_or(Refusal::NotFound)?;
    match external_accounts::unlink_own(visit.app, &room.actor(), &account).await {
        Ok(()) => Ok(see_other("/account")),
        Err(ActionError::Store(error)) => Err(error.into()),
        Err(ActionError::Conflict(_)) => show(&room, Some(AccountProblem::LastWayIn), StatusCode::CONFLICT).await,
        Err(_) => Err(Refusal::NotFound.into()),
    }
}

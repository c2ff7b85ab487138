//! Every page of a resource: which one an address names, and what is done there.

use axum::body::Body;
use axum::response::Response;
use protocol::refusal::Refusal;

use super::act::{self, Doing};
use super::desk::Arrival;
use super::form::Form;
use super::place::{self, Place};
use super::{list, record};
use crate::web::visit::{Shown, Visit};

/// Shows a page.
pub(super) async fn get(arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(show(&visit, &arrival).await)
}

/// Takes a form.
pub(super) async fn post(arrival: Arrival, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(take(&visit, &arrival, body).await)
}

async fn show(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let place = place::find(arrival.incoming.path()).ok_or(Refusal::NotFound)?;
    let query = visit.query(arrival.incoming.query())?;
    match place {
        Place::List(spot) => Box::pin(list::show(&desk, &spot, &query)).await,
        Place::New(spot) => Box::pin(record::blank(&desk, &spot, &query)).await,
        Place::Record(spot, id) => Box::pin(record::show(&desk, &spot, &id, &query)).await,
        Place::Delete(spot, id) => Box::pin(act::ask_delete(&desk, &spot, &id)).await,
        Place::Certificate(id) => Box::pin(act::certificate(&desk, &id)).await,
        Place::Act(spot, id, action) => {
            let doing = Doing {
                spot: &spot,
                id: id.as_deref(),
                action,
            };
            Box::pin(act::ask(&desk, &doing)).await
        }
    }
}

async fn take(visit: &Visit<'_>, arrival: &Arrival, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let place = place::find(arrival.incoming.path()).ok_or(Refusal::NotFound)?;
    match place {
        Place::New(spot) => Box::pin(record::create(&desk, &spot, &form)).await,
        Place::Record(spot, id) => Box::pin(record::change(&desk, &spot, &id, &form)).await,
        Place::Delete(spot, id) => Box::pin(act::delete(&desk, &spot, &id, &form)).await,
        Place::Act(spot, id, action) => {
            let doing = Doing {
                spot: &spot,
                id: id.as_deref(),
                action,
            };
            Box::pin(act::act(&desk, &doing, &form)).await
        }
        Place::List(_) | Place::Certificate(_) => Err(Refusal::MethodNotAllowed.into()),
    }
}

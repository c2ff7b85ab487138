//! `/account/consents`: what the person agreed to, and taking it back.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;

use super::profile::fault;
use super::room::Room;
use crate::actions::consents;
use crate::actions::lists::{cursor_key, own_fault};
use crate::clients::By;
use crate::pages::{ConsentItem, Consents, FormAction, Moment, reply, scope_words};
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit, shown_application};

const PATH: &str = "/account/consents";

/// Shows the list.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes an agreement back.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(withdraw(&visit, body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    let key = cursor_key(visit.app)?;
    let found = visit
        .app
        .store
        .list_consents(room.own_list(), &key)
        .await
        .map_err(own_fault)?;
    let frame = visit.frame(&[]);
    let mut known = Vec::new();
    for consent in found.items {
        let ended = consent.expires_at.is_some_and(|at| at <= visit.now);
        // What was agreed to with an application that is gone means nothing any more.
        let entry = visit.app.client(By::Id(&consent.application_id)).await?;
        if let Some(entry) = entry.filter(|_| !ended) {
            let scopes: Vec<String> = consent.scopes.iter().map(|scope| scope_words(&frame, scope)).collect();
            known.push((consent, entry, scopes));
        }
    }
    let items: Vec<ConsentItem<'_>> = known
        .iter()
        .map(|(consent, entry, scopes)| ConsentItem {
            id: &consent.id,
            slug: &entry.client.application.slug,
            application: shown_application(entry),
            scopes,
            granted: Moment::past(&frame, consent.granted_at, visit.now),
            ends: consent.expires_at.map(Moment::day),
        })
        .collect();
    let page = Consents {
        frame: &frame,
        room: room.shown(params.get("done")),
        items: &items,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn withdraw(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    let id = form.get("id").unwrap_or_default();
    let found = visit.app.store.load_consent_by_id(id).await?;
    // What belongs to somebody else looks like what is not there.
    let own = found.filter(|consent| consent.user_id == room.here.user.id);
    let own = own.ok_or(Refusal::NotFound)?;
    consents::delete(visit.app, &room.actor(), &own.id)
        .await
        .map_err(fault)?;
    Ok(see_other("/account/consents?done=consent"))
}

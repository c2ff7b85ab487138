//! `/account/sessions`: where the person is signed in, and signing out there.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;

use super::profile::fault;
use super::room::Room;
use crate::actions::lists::{cursor_key, own_fault};
use crate::actions::sessions;
use crate::pages::{FormAction, Moment, SessionItem, Sessions, reply};
use crate::user_agent::recognise;
use crate::web::browser::micros;
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit};

const PATH: &str = "/account/sessions";

/// Shows the list.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Ends one session, or all but this one.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(end(&visit, body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    let app = visit.app;
    let seen_since = visit.now.plus(-micros(app.config.session.idle_lifetime));
    let found = app
        .store
        .list_sessions(room.own_list(), visit.now, seen_since, &cursor_key(app)?)
        .await
        .map_err(own_fault)?;
    let (frame, snapshot) = (visit.frame(&[]), app.snapshot());
    let mut items: Vec<SessionItem<'_>> = found
        .items
        .iter()
        .filter(|listed| listed.session.auth_time >= room.here.user.valid_from)
        .map(|listed| SessionItem {
            id: &listed.session.id,
            here: listed.session.id == room.here.session.id,
            device: recognise(listed.session.user_agent.as_deref()),
            address: listed.session.client_address.as_deref(),
            began: Moment::past(&frame, listed.session.created_at, visit.now),
            seen: Moment::past(&frame, listed.session.last_seen_at, visit.now),
            source: listed.source.as_deref().map(|key| {
                let source = snapshot.sources.of_key(key);
                source.map_or(key, |upstream| upstream.source.name.as_str())
            }),
        })
        .collect();
    items.sort_by_key(|item| !item.here);
    let page = Sessions {
        frame: &frame,
        room: room.shown(params.get("done")),
        items: &items,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn end(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    let actor = room.actor();
    if form.contains("others") {
        sessions::end_others(visit.app, &actor, &room.here.session).await?;
        return Ok(see_other("/account/sessions?done=sessions"));
    }
    let id = form.get("session").unwrap_or_default();
    let found = visit.app.store.load_session_by_id(id).await?;
    // What belongs to somebody else looks like what is not there.
    let own = found.filter(|found| found.session.user_id == room.here.user.id);
    let own = own.ok_or(Refusal::NotFound)?;
    sessions::end(visit.app, &actor, &own.session.id).await.map_err(fault)?;
    Ok(see_other("/account/sessions?done=session"))
}

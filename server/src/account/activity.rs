//! `/account/activity`: the entries of the audit log that are about the person.

use axum::response::Response;
use http::StatusCode;
use protocol::records::Event;
use store::StoreError;

use super::room::Room;
use crate::app::App;
use crate::clients::By;
use crate::pages::{Activity, ActivityItem, FormAction, Markup, Moment, activity_words, reply};
use crate::web::visit::{Incoming, Shown, Visit};

const PATH: &str = "/account/activity";
/// On one page.
const LIMIT: usize = 50;

/// Shows the list.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    let is_id = |id: &&str| id.len() == 30 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let before = params.get("before").filter(is_id);
    let (app, me) = (visit.app, room.here.user.id.as_str());
    let limit = i64::try_from(LIMIT).unwrap_or_default();
    let events = app.store.load_events_of_person(me, before, limit).await?;
    let frame = visit.frame(&[]);
    let mut told: Vec<(&Event, Markup)> = Vec::with_capacity(events.len());
    for event in &events {
        let name = name_in(app, event).await?;
        told.extend(activity_words(&frame, &event.action, &name).map(|words| (event, words)));
    }
    let items: Vec<ActivityItem<'_>> = told
        .into_iter()
        .map(|(event, words)| ActivityItem {
            action: &event.action,
            words,
            address: event.client_address.as_deref(),
            // Nobody is known to have failed to sign in, or to have asked for a mail.
            by_others: event
                .actor
                .as_deref()
                .is_some_and(|actor| actor != me && actor != "system"),
            at: Moment::past(&frame, event.at, visit.now),
        })
        .collect();
    let oldest = events.last().filter(|_| events.len() == LIMIT);
    let older = oldest.map(|event| format!("{PATH}?before={}", event.id));
    let page = Activity {
        frame: &frame,
        room: room.shown(None),
        items: &items,
        older: older.as_deref(),
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::None))
}

/// The application or the source that an event names.
async fn name_in(app: &App, event: &Event) -> Result<String, StoreError> {
    let detail = |name: &str| event.detail.get(name).and_then(|value| value.as_str());
    if let Some(key) = detail("source") {
        let snapshot = app.snapshot();
        let source = snapshot.sources.of_key(key);
        return Ok(source.map_or(key, |upstream| upstream.source.name.as_str()).to_owned());
    }
    let target = event.target.as_deref().filter(|target| target.starts_with("app_"));
    let Some(id) = detail("application").or(target) else {
        return Ok(String::new());
    };
    let found = app.client(By::Id(id)).await?;
    Ok(found.map_or_else(|| id.to_owned(), |entry| entry.client.application.name.clone()))
}

//! `/account/app-passwords`: making one, whose value is shown once, and deleting one.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::records::AppPassword;
use protocol::time::DAY;
use secrecy::ExposeSecret;

use super::profile::fault;
use super::room::{Room, own};
use crate::actions::changes::{Changes, Expected};
use crate::actions::lists::{cursor_key, own_fault};
use crate::actions::outcome::ActionError;
use crate::actions::times::rfc3339;
use crate::actions::users::app_passwords::{self, AppPasswordFields, Created};
use crate::pages::{AppPasswordItem, AppPasswords, Field, FieldProblem, FormAction, LIFETIMES, Moment, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

const PATH: &str = "/account/app-passwords";
/// The longest name, for the sentence beside the field.
const LONGEST_NAME: u32 = 200;

/// Shows the list and the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Makes one.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(make(&visit, body).await)
}

/// Deletes one.
pub(super) async fn delete(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(withdraw(&visit, body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    show(&room, params.get("done"), None, Field::default(), StatusCode::OK).await
}

async fn make(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    let name = form.get("name").unwrap_or_default().trim();
    let days = form.get("days").and_then(|text| text.parse::<i64>().ok());
    let known = days.and_then(|days| LIFETIMES.iter().find(|(known, _)| *known == days));
    let (days, _) = *known.ok_or(protocol::refusal::Refusal::ParametersMalformed)?;
    let again = |problem| {
        let value = name;
        Field {
            value,
            problem: Some(problem),
        }
    };
    let problem = match name.chars().count() {
        0 => Some(FieldProblem::Missing),
        1..=200 => None,
        _ => Some(FieldProblem::TooLong(LONGEST_NAME)),
    };
    if let Some(problem) = problem {
        return show(&room, None, None, again(problem), SHOWN_AGAIN).await;
    }
    let fields = AppPasswordFields {
        name: Some(name.to_owned()),
        expires_at: (days > 0).then(|| rfc3339(visit.now.plus(days * DAY))),
    };
    let actor = room.actor();
    let made = app_passwords::create(visit.app, own(&actor), &room.here.user.id, Changes::of(fields)).await;
    match made {
        Ok(made) => show(&room, None, Some(&made), Field::default(), StatusCode::OK).await,
        Err(ActionError::Invalid(_)) => show(&room, None, None, again(FieldProblem::Malformed), SHOWN_AGAIN).await,
        Err(error) => Err(fault(error)),
    }
}

async fn withdraw(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    let (actor, id) = (room.actor(), form.get("id").unwrap_or_default());
    app_passwords::delete(visit.app, own(&actor), &room.here.user.id, id, &Expected::Any)
        .await
        .map_err(fault)?;
    Ok(see_other("/account/app-passwords?done=app-password"))
}

async fn load(room: &Room<'_>) -> Result<Vec<AppPassword>, Halt> {
    let app = room.visit.app;
    let found = app.store.list_app_passwords(room.own_list(), &cursor_key(app)?).await;
    Ok(found.map_err(own_fault)?.items)
}

async fn show(
    room: &Room<'_>,
    done: Option<&str>,
    made: Option<&Created>,
    name: Field<'_>,
    status: StatusCode,
) -> Shown {
    let (visit, frame) = (room.visit, room.visit.frame(&[]));
    let found = load(room).await?;
    let items: Vec<AppPasswordItem<'_>> = found
        .iter()
        .map(|one| AppPasswordItem {
            id: &one.id,
            name: &one.name,
            created: Moment::past(&frame, one.created_at, visit.now),
            used: one.last_used_at.map(|at| Moment::past(&frame, at, visit.now)),
            ends: one.expires_at.map(Moment::day),
        })
        .collect();
    let confirm = room.confirm_address();
    let page = AppPasswords {
        frame: &frame,
        room: room.shown(done),
        confirm: (!room.is_fresh()).then_some(confirm.as_str()),
        made: made.map(|made| (made.app_password.name.as_str(), made.value.expose_secret())),
        name,
        items: &items,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

//! `/account/profile`: the claims that the configuration lets people change themselves.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use serde_json::{Map, Value};
use store::users::list::UserWithGroups;

use super::room::{Room, own};
use crate::actions::changes::{Changes, Expected};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::users::{self, fields};
use crate::pages::{FieldProblem, FormAction, Profile, ProfileField, named_languages, reply};
use crate::texts::LANGUAGES;
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

const PATH: &str = "/account/profile";
/// The longest text of a claim, for the sentence beside the field.
const LONGEST: u32 = 255;

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the form.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(change(&visit, body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    let user = UserWithGroups {
        user: room.here.user.clone(),
        ..UserWithGroups::default()
    };
    let known = fields::shown(&user);
    let value = |claim: &str| known.get(claim).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(show(&room, value, &[], params.get("done"), StatusCode::OK))
}

async fn change(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    let typed = |claim: &str| form.get(claim).unwrap_or_default().trim().to_owned();
    match save(&room, &form).await {
        Ok(()) => Ok(see_other("/account/profile?done=profile")),
        Err(ActionError::Invalid(errors)) => Ok(show(&room, typed, &errors, None, SHOWN_AGAIN)),
        Err(error) => Err(fault(error)),
    }
}

/// What is left out of the form stays; what is empty goes.
async fn save(room: &Room<'_>, form: &Params) -> Result<(), ActionError> {
    let app = room.visit.app;
    let mut members = Map::new();
    for claim in &app.config.account.profile_fields {
        if let Some((_, text)) = form.iter().find(|(name, _)| name == claim) {
            let text = text.trim();
            let value = if text.is_empty() {
                Value::Null
            } else {
                Value::from(text)
            };
            members.insert((*claim).to_owned(), value);
        }
    }
    let changes = Changes::parse(members)?;
    let actor = room.actor();
    users::update(app, own(&actor), &room.here.user.id, changes, &Expected::Any).await?;
    Ok(())
}

/// What a use case refuses although the page offered it: the account was changed or has gone in the meantime.
pub(super) fn fault(error: ActionError) -> Halt {
    match error {
        ActionError::Store(error) => Halt::Store(error),
        ActionError::Conflict(_) | ActionError::Stale => Halt::Store(store::StoreError::Conflict),
        ActionError::NotFound | ActionError::Forbidden(_) | ActionError::Invalid(_) => {
            protocol::refusal::Refusal::NotFound.into()
        }
    }
}

fn problem(errors: &[FieldError], claim: &str) -> Option<FieldProblem> {
    let error = errors.iter().find(|error| error.field == claim)?;
    Some(match error.code {
        "too_long" if !matches!(claim, "profile" | "picture" | "website") => FieldProblem::TooLong(LONGEST),
        _ => FieldProblem::Malformed,
    })
}

fn show(
    room: &Room<'_>,
    value: impl Fn(&str) -> String,
    errors: &[FieldError],
    done: Option<&str>,
    status: StatusCode,
) -> Response {
    let visit = room.visit;
    let offered = &visit.app.config.account.profile_fields;
    let values: Vec<String> = offered.iter().map(|claim| value(claim)).collect();
    let fields: Vec<ProfileField<'_>> = offered
        .iter()
        .zip(&values)
        .map(|(claim, value)| ProfileField {
            claim,
            value,
            problem: problem(errors, claim),
        })
        .collect();
    let page = Profile {
        frame: &visit.frame(&[]),
        room: room.shown(done),
        fields: &fields,
        languages: &named_languages(LANGUAGES),
    };
    reply(status, &page, &FormAction::Here)
}

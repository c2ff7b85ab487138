//! `/account/emails`: the addresses of the account; and the page behind the link that was sent to one.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;
use protocol::user::email_key;
use store::mail_links::LinkPurpose;

use super::room::Room;
use crate::actions::addresses::{self, NotChanged};
use crate::actions::mail::is_offered;
use crate::actions::sign_in::minutes_until;
use crate::pages::{
    AddressItem, AddressStanding, ConfirmAddress, Emails, Field, FieldProblem, FormAction, TOO_MANY_ADDRESSES, reply,
};
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

const PATH: &str = "/account/emails";
/// The longest address, for the sentence beside the field.
const LONGEST: u32 = 254;

/// Shows the list and the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Sends a link to an address.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(add(&visit, body).await)
}

/// Makes an address the primary one.
pub(super) async fn primary(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(choose(&visit, body).await)
}

/// Takes an address off.
pub(super) async fn remove(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take_off(&visit, body).await)
}

/// Shows whose account a link adds an address to.
pub(super) async fn get_confirm(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(ask(&visit, incoming.query()).await)
}

/// Adds the address of a link.
pub(super) async fn post_confirm(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(confirm(&visit, body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let room = Room::enter(visit, PATH).await?;
    show(&room, params.get("done"), Field::default(), None, StatusCode::OK).await
}

async fn add(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    if !is_offered(visit.app) {
        return Err(Refusal::NotFound.into());
    }
    let value = form.get("email").unwrap_or_default().trim();
    let again = |problem| Field {
        value,
        problem: Some(problem),
    };
    let language = visit.frame(&[]).tag();
    let problem = match addresses::ask(visit.app, &room.here.user, value, language, visit.origin()).await {
        Ok(()) => return Ok(see_other("/account/emails?done=address-asked")),
        Err(NotChanged::Blocked(until)) => {
            let wait = minutes_until(until, visit.now);
            let field = again(FieldProblem::Malformed);
            return show(&room, None, field, Some(wait), StatusCode::TOO_MANY_REQUESTS).await;
        }
        Err(NotChanged::Store(error)) => return Err(error.into()),
        Err(NotChanged::TooMany) => {
            return show(
                &room,
                Some(TOO_MANY_ADDRESSES),
                again(FieldProblem::Malformed),
                None,
                SHOWN_AGAIN,
            )
            .await;
        }
        Err(NotChanged::Own) => FieldProblem::Own,
        Err(_) if value.is_empty() => FieldProblem::Missing,
        Err(_) if value.len() > LONGEST as usize => FieldProblem::TooLong(LONGEST),
        Err(_) => FieldProblem::Malformed,
    };
    show(&room, None, again(problem), None, SHOWN_AGAIN).await
}

async fn choose(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    let address = form.get("email").unwrap_or_default();
    let language = visit.frame(&[]).tag();
    addresses::make_primary(visit.app, &room.here.user.id, address, language, visit.origin())
        .await
        .map_err(refused)?;
    Ok(see_other("/account/emails?done=address-primary"))
}

async fn take_off(visit: &Visit<'_>, body: Body) -> Shown {
    let (room, form) = Room::take(visit, PATH, body).await?;
    room.demand_fresh()?;
    let address = form.get("email").unwrap_or_default();
    let language = visit.frame(&[]).tag();
    addresses::remove(visit.app, &room.here.user.id, address, language, visit.origin())
        .await
        .map_err(refused)?;
    Ok(see_other("/account/emails?done=address-removed"))
}

fn refused(error: NotChanged) -> Halt {
    match error {
        NotChanged::Store(error) => error.into(),
        NotChanged::LinkInvalid => Refusal::MailLinkInvalid.into(),
        _ => Refusal::NotFound.into(),
    }
}

async fn show(room: &Room<'_>, done: Option<&str>, email: Field<'_>, wait: Option<u32>, status: StatusCode) -> Shown {
    let (visit, app) = (room.visit, room.visit.app);
    let user_id = room.here.user.id.as_str();
    let found = app
        .store
        .load_user_with_groups(user_id)
        .await?
        .ok_or(Refusal::NotFound)?;
    let asked = app
        .store
        .load_open_mail_links(user_id, LinkPurpose::VerifyEmail, visit.now)
        .await?;
    let primary = found.user.email.as_deref();
    let mut items: Vec<AddressItem<'_>> = Vec::new();
    let standing = AddressStanding::Primary(found.user.email_verified);
    items.extend(primary.map(|address| item(address, standing)));
    let further = found.emails.iter().filter(|one| !is_same(primary, &one.address));
    items.extend(further.map(|one| item(&one.address, AddressStanding::Further(one.verified))));
    let known = |address: &str| {
        is_same(primary, address)
            || found
                .emails
                .iter()
                .any(|one| email_key(&one.address) == email_key(address))
    };
    let open = asked.iter().filter(|link| !known(&link.address));
    items.extend(open.map(|link| item(&link.address, AddressStanding::Asked)));
    let snapshot = app.snapshot();
    let name_of = |key: &str| {
        snapshot
            .sources
            .of_key(key)
            .map(|upstream| upstream.source.name.clone())
    };
    let linked: Vec<(&str, String)> = found
        .linked
        .iter()
        .filter(|linked| !known(&linked.address))
        .map(|linked| {
            (
                linked.address.as_str(),
                name_of(&linked.source_key).unwrap_or_else(|| linked.source_key.clone()),
            )
        })
        .collect();
    items.extend(
        linked
            .iter()
            .map(|(address, source)| item(address, AddressStanding::Linked(source))),
    );
    let confirm = room.confirm_address();
    let too_many = (done == Some(TOO_MANY_ADDRESSES)).then_some(TOO_MANY_ADDRESSES);
    let page = Emails {
        frame: &visit.frame(&[]),
        room: room.shown(done).with_problem(too_many),
        confirm: (!room.is_fresh()).then_some(confirm.as_str()),
        sends: is_offered(app),
        items: &items,
        email,
        wait,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

fn item<'a>(address: &'a str, standing: AddressStanding<'a>) -> AddressItem<'a> {
    AddressItem { address, standing }
}

fn is_same(primary: Option<&str>, address: &str) -> bool {
    primary.is_some_and(|primary| email_key(primary) == email_key(address))
}

fn purpose(token: &str) -> String {
    format!("confirm-address|{token}")
}

async fn ask(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let token = params.get("token").unwrap_or_default();
    let found = addresses::load_link(visit.app, token, visit.now).await?;
    let (user, address) = found.ok_or(Refusal::MailLinkInvalid)?;
    let page = ConfirmAddress {
        frame: &visit.frame(&[]),
        csrf: &visit.browser.csrf(visit.app, &purpose(token)),
        token,
        username: &user.username,
        address: &address,
        done: false,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn confirm(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let token = form.get("token").unwrap_or_default();
    let found = addresses::load_link(visit.app, token, visit.now).await?;
    let (_, address) = found.ok_or(Refusal::MailLinkInvalid)?;
    if !visit.browser.is_own_form(visit.app, &purpose(token), form.get("csrf")) {
        return Err(Refusal::CsrfInvalid.into());
    }
    let frame = visit.frame(&[]);
    let user = addresses::confirm(visit.app, token, frame.tag(), visit.origin())
        .await
        .map_err(refused)?;
    let page = ConfirmAddress {
        frame: &frame,
        csrf: "",
        token: "",
        username: &user.username,
        address: &address,
        done: true,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::None))
}

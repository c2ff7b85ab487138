//! `/choose-account`: go on as the one who is signed in, as one who was signed in in this browser before, or as somebody else
//! (`prompt=select_account`). Whoever is not signed in signs in then; the choice only spares them the name.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::user::User;

use super::destination::Destination;
use crate::actions::authorization::{Advance, Page, advance, resume};
use crate::pages::{AccountItem, ChooseAccount, FormAction, Person, reply};
use crate::web::accounts::Remembered;
use crate::web::browser::SignedIn;
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Incoming, Shown, Visit, shown_person};

const PAGE: &str = "/choose-account";

/// The value of `account` for whoever is signed in.
const PRESENT: &str = "present";
/// The value of `account` for somebody who is not in the list.
pub(super) const ANOTHER: &str = "another";

/// Shows the choice, or goes on when there is nothing to choose.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the choice.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(choose(&visit, incoming.query(), body).await)
}

/// The form is bound to the person that it names.
fn purpose(destination: &Destination, here: Option<&SignedIn>) -> String {
    let session = here.map_or("", |here| here.session.id.as_str());
    format!("{}|{session}", destination.purpose("choose-account"))
}

/// What is asked about, and who is signed in. Where the dispatcher says that something else comes first, the browser goes there.
async fn load(visit: &Visit<'_>, params: &Params) -> Result<(Destination, Option<SignedIn>), Halt> {
    let here = visit.load_signed_in().await?;
    if !params.contains("transaction") {
        return Ok((Destination::of_next(visit, params.get("next")), here));
    }
    let waiting = visit.load_waiting(params.get("transaction")).await?;
    match resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await? {
        Advance::Ask(Page::ChooseAccount | Page::SignIn, _) => Ok((Destination::Waiting(Box::new(waiting)), here)),
        next => Err(Halt::Elsewhere(next)),
    }
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let (destination, here) = load(visit, &visit.query(query)?).await?;
    let here = here.as_ref();
    let others = visit.load_remembered(here).await?;
    if here.is_none() && others.is_empty() {
        return Ok(see_other(&destination.address("/login", &[("account", ANOTHER)])));
    }
    let present = here.map(|here| AccountItem {
        person: shown_person(here),
        value: PRESENT,
        is_present: true,
    });
    let remembered = others.iter().map(|(account, user)| AccountItem {
        person: Person {
            name: &user.name,
            username: &user.username,
        },
        value: &account.user,
        is_present: false,
    });
    let accounts: Vec<AccountItem<'_>> = present.into_iter().chain(remembered).collect();
    let page = ChooseAccount {
        frame: &visit.frame(destination.wished()),
        application: destination.shown_application(),
        accounts: &accounts,
        action: &destination.address(PAGE, &[]),
        csrf: &visit.browser.csrf(visit.app, &purpose(&destination, here)),
        transaction: destination.transaction(),
    };
    let mut response = reply(StatusCode::OK, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, destination.wished());
    Ok(response)
}

async fn choose(visit: &Visit<'_>, query: Option<&str>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let params = if form.contains("transaction") {
        form.clone()
    } else {
        visit.query(query)?
    };
    let (destination, here) = load(visit, &params).await?;
    if here.is_none() && form.get("account") == Some(PRESENT) {
        // Signed out meanwhile.
        return Ok(see_other(&destination.address(PAGE, &[])));
    }
    visit
        .check_form(&purpose(&destination, here.as_ref()), form.get("csrf"))
        .map_err(|error| Halt::Refused(error, destination.transaction().map(str::to_owned)))?;
    if let Some(id) = form.get("forget") {
        let mut response = see_other(&destination.address(PAGE, &[]));
        visit.forget(&mut response, id);
        return Ok(response);
    }
    match (form.get("account"), &here) {
        (Some(PRESENT), Some(_)) => go_on(visit, destination, here.as_ref()).await,
        (Some(ANOTHER), _) => sign_in_as(visit, destination, here.as_ref(), None).await,
        (Some(id), _) => {
            let others = visit.load_remembered(here.as_ref()).await?;
            match others.iter().find(|(account, _)| account.user == id) {
                Some(chosen) => sign_in_as(visit, destination, here.as_ref(), Some(chosen)).await,
                None => Err(unreadable(&destination)),
            }
        }
        (None, _) => Err(unreadable(&destination)),
    }
}

fn unreadable(destination: &Destination) -> Halt {
    Halt::Refused(
        Refusal::ParametersMalformed.into(),
        destination.transaction().map(str::to_owned),
    )
}

/// As the one who is signed in, also when the person wanted to be somebody else before.
async fn go_on(visit: &Visit<'_>, destination: Destination, here: Option<&SignedIn>) -> Shown {
    match destination {
        Destination::Path(path) => Ok(see_other(&path)),
        Destination::Waiting(waiting) => {
            let mut request = waiting.request;
            request.state.account_chosen = true;
            request.state.unwanted_session = None;
            visit.advanced(advance(visit.app, request, visit.step(here)).await?)
        }
    }
}

/// As somebody who signs in now: through the source that they came through before, or on the page for name and password.
async fn sign_in_as(
    visit: &Visit<'_>,
    mut destination: Destination,
    here: Option<&SignedIn>,
    chosen: Option<&(Remembered, User)>,
) -> Shown {
    if let (Destination::Waiting(waiting), Some(here)) = (&mut destination, here) {
        waiting.request.state.unwanted_session = Some(here.session.id.clone());
        let next = advance(visit.app, waiting.request.clone(), visit.step(Some(here))).await?;
        if !matches!(next, Advance::Ask(Page::SignIn, _)) {
            return visit.advanced(next);
        }
    }
    let snapshot = visit.app.snapshot();
    let source = chosen.and_then(|(account, _)| account.source.as_deref());
    let upstream = source.and_then(|id| {
        let mut offered = snapshot.sources.offered(destination.application());
        offered.find(|upstream| upstream.source.id == id)
    });
    if let Some(upstream) = upstream {
        return Ok(see_other(&destination.start_of(upstream, None)));
    }
    let account = ("account", chosen.map_or(ANOTHER, |(account, _)| account.user.as_str()));
    Ok(see_other(&match destination {
        Destination::Path(_) => destination.address("/login", &[("prompt", "login"), account]),
        Destination::Waiting(_) => destination.address("/login", &[account]),
    }))
}

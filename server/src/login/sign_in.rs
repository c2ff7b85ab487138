//! `/login`: name and password, for a waiting authorization or for Vestibule itself.
//!
//! A failed attempt shows the form again: 422 for a wrong name or password, 429 with `Retry-After` after too many, 403
//! for a form that was not given to this browser.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::authorize::Prompt;
use protocol::refusal::Refusal;
use secrecy::SecretString;
use store::StoreError;

use super::choose_account::ANOTHER;
use super::destination::Destination;
use super::entered::go_in;
use super::identifier::{PASSWORD_STEP, asks_name_first, source_of, step_of};
use crate::actions::authorization::{Advance, Page, resume};
use crate::actions::mail::is_offered;
use crate::actions::sign_in::{Attempt, Outcome, minutes_until, sign_in};
use crate::actions::sign_up::is_open;
use crate::pages::{FormAction, MailOffers, SignIn, SignInProblem, SourceButton, reply_with_calls};
use crate::web::browser::SignedIn;
use crate::web::reply::{retry_at, see_other};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit};

/// Longer names are nobody's.
const LONGEST_NAME: usize = 255;

/// Shows the form, or goes on when there is nothing to ask.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the form.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(enter(&visit, incoming.query(), body).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let here = visit.load_signed_in().await?;
    if params.contains("transaction") {
        let waiting = visit.load_waiting(params.get("transaction")).await?;
        let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
        if !matches!(next, Advance::Ask(Page::SignIn, _)) {
            return visit.advanced(next);
        }
        let chooses = waiting.request.state.request.prompts(Prompt::SelectAccount);
        let destination = Destination::Waiting(Box::new(waiting));
        if chooses && here.is_none() && !params.contains("account") && !visit.remembered().is_empty() {
            return Ok(see_other(&destination.address("/choose-account", &[])));
        }
        let chosen = load_chosen(visit, params.get("account")).await?;
        return Ok(show(visit, &destination, here.as_ref(), chosen.as_deref(), None));
    }
    let destination = Destination::of_next(visit, params.get("next"));
    // `prompt=login`: the person wants to go on as somebody else.
    if let (Destination::Path(path), Some(_)) = (&destination, &here)
        && params.get("prompt") != Some("login")
    {
        return Ok(see_other(path));
    }
    let chosen = load_chosen(visit, params.get("account")).await?;
    Ok(show(visit, &destination, None, chosen.as_deref(), None))
}

/// The name of the remembered account that the person has chosen.
async fn load_chosen(visit: &Visit<'_>, id: Option<&str>) -> Result<Option<String>, StoreError> {
    let Some(id) = id.filter(|id| *id != ANOTHER) else {
        return Ok(None);
    };
    let remembered = visit.load_remembered(None).await?;
    let chosen = remembered.into_iter().find(|(account, _)| account.user == id);
    Ok(chosen.map(|(_, user)| user.username))
}

async fn enter(visit: &Visit<'_>, query: Option<&str>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let here = visit.load_signed_in().await?;
    let destination = Destination::load(visit, &form, visit.query(query)?.get("next")).await?;
    let username = form.get("username").unwrap_or_default();
    let again = |problem| show(visit, &destination, here.as_ref(), Some(username), Some(problem));
    match visit.check_form(&destination.purpose("login"), form.get("csrf")) {
        Ok(()) => {}
        Err(error) if error.refusal == Refusal::CsrfInvalid => return Ok(again(SignInProblem::FormExpired)),
        Err(error) => return Err(Halt::Refused(error, destination.transaction().map(str::to_owned))),
    }
    if form.get("step") != Some(PASSWORD_STEP) {
        match after_name(visit, &destination, username) {
            AfterName::Source(address) => return Ok(see_other(&address)),
            // Who filled in both wants no second step.
            AfterName::Password if form.get("password").is_none() => {
                return Ok(show(visit, &destination, here.as_ref(), Some(username), None));
            }
            AfterName::Password | AfterName::NotAsked => {}
        }
    }
    let Some(password) = form.get("password").filter(|_| !username.trim().is_empty()) else {
        // Nothing to look at; an empty field is not a guess.
        return Ok(again(SignInProblem::WrongNameOrPassword));
    };
    if username.chars().count() > LONGEST_NAME {
        return Ok(again(SignInProblem::WrongNameOrPassword));
    }
    let attempt = Attempt {
        username,
        password: SecretString::from(password),
        origin: visit.origin(),
        replaces: here.as_ref().map(|here| &here.session),
        browser: visit.browser.hash(),
        onward: destination.onward(),
        language: visit.frame(destination.wished()).tag(),
    };
    match sign_in(visit.app, attempt).await? {
        Outcome::SignedIn { user, new } => Ok(go_in(visit, &destination.onward(), *user, *new).await),
        Outcome::HalfWay { id } => Ok(see_other(&format!("/factor?sign_in={id}"))),
        Outcome::Wrong => Ok(again(SignInProblem::WrongNameOrPassword)),
        Outcome::Blocked { until } => {
            let minutes = minutes_until(until, visit.now);
            let mut response = again(SignInProblem::TooManyAttempts { minutes });
            retry_at(&mut response, until, visit.now);
            Ok(response)
        }
    }
}

/// What comes after the name.
enum AfterName {
    /// It was not asked for by itself.
    NotAsked,
    /// The source of its domain, at this address.
    Source(String),
    /// The password, whether anybody has the name or not.
    Password,
}

fn after_name(visit: &Visit<'_>, destination: &Destination, name: &str) -> AfterName {
    let snapshot = visit.app.snapshot();
    let sources = &snapshot.sources;
    let application = destination.application();
    if !asks_name_first(sources, application) {
        return AfterName::NotAsked;
    }
    source_of(sources, application, name).map_or(AfterName::Password, |upstream| {
        AfterName::Source(destination.start_of(upstream, Some(name.trim())))
    })
}

pub(super) fn show(
    visit: &Visit<'_>,
    destination: &Destination,
    here: Option<&SignedIn>,
    typed: Option<&str>,
    problem: Option<SignInProblem<'_>>,
) -> Response {
    let (hint, another) = match destination {
        Destination::Path(_) => (None, false),
        Destination::Waiting(waiting) => {
            let state = &waiting.request.state;
            let another = state.unwanted_session.is_some();
            (state.request.login_hint.as_deref().filter(|_| !another), another)
        }
    };
    let again = here.filter(|_| !another);
    let known = again.map(|here| here.user.username.as_str());
    let frame = visit.frame(destination.wished());
    let snapshot = visit.app.snapshot();
    let application = destination.application();
    let name_first = asks_name_first(&snapshot.sources, application);
    // Whom the application means skips the question for the name, unless the answer leads to a source.
    let meant = hint.filter(|hint| source_of(&snapshot.sources, application, hint).is_none());
    let offered = destination.offered(&snapshot.sources);
    let buttons: Vec<SourceButton<'_>> = offered
        .iter()
        .map(|(upstream, href)| SourceButton {
            key: &upstream.source.key,
            name: &upstream.source.name,
            icon: upstream.source.icon_url.as_deref(),
            href,
        })
        .collect();
    let accounts = (!visit.remembered().is_empty()).then(|| destination.address("/choose-account", &[]));
    let page = SignIn {
        frame: &frame,
        application: destination.shown_application(),
        action: &destination.address("/login", &[]),
        csrf: &visit.browser.csrf(visit.app, &destination.purpose("login")),
        transaction: destination.transaction(),
        username: typed.or(hint).or(known).unwrap_or_default(),
        again: again.is_some(),
        step: step_of(name_first, typed.or(meant).or(known)),
        problem,
        sources: &buttons,
        passkeys: visit.app.passkeys.are_possible(),
        next: match destination {
            Destination::Path(path) => Some(path),
            Destination::Waiting(_) => None,
        },
        offers: MailOffers {
            recover: is_offered(visit.app),
            sign_up: is_open(visit.app),
        },
        accounts: accounts.as_deref(),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(SignInProblem::WrongNameOrPassword | SignInProblem::Passkey(_)) => SHOWN_AGAIN,
        Some(SignInProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(SignInProblem::FormExpired) => StatusCode::FORBIDDEN,
    };
    let form_action = match destination {
        Destination::Waiting(_) => FormAction::Anywhere,
        // The form may lead on to a source.
        Destination::Path(_) if name_first => FormAction::Anywhere,
        Destination::Path(_) => FormAction::Here,
    };
    let mut response = reply_with_calls(status, &page, &form_action);
    visit.remember_language(&mut response, destination.wished());
    response
}

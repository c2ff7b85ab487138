//! `/login`: name and password, for a waiting authorization or for Vestibule itself.
//!
//! A failed attempt shows the form again: 422 for a wrong name or password, 429 with `Retry-After` after too many, 403
//! for a form that was not given to this browser.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use protocol::params::Params;
use protocol::time::SECOND;
use protocol::upstream::Upstream;
use secrecy::SecretString;
use url::form_urlencoded;

use super::entered::go_in;
use crate::actions::authorization::{Advance, Page, resume};
use crate::actions::factors::half::Onward;
use crate::actions::sign_in::{Attempt, Outcome, minutes_until, sign_in};
use crate::pages::{FormAction, SignIn, SignInProblem, SourceButton, allow_calls, reply};
use crate::sources::Sources;
use crate::web::browser::SignedIn;
use crate::web::local_path::check_local_path;
use crate::web::reply::{add_header, see_other};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit, Waiting};

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

/// Where a person goes on to afterwards.
pub(super) enum Destination {
    /// An application waits.
    Waiting(Box<Waiting>),
    /// A path of ours.
    Path(String),
}

impl Destination {
    /// The one that the fields of a form lead to. `next`: where the form leads when no application waits.
    pub(super) async fn load(visit: &Visit<'_>, form: &Params, next: Option<&str>) -> Result<Self, Halt> {
        Ok(if form.contains("transaction") {
            Self::Waiting(Box::new(visit.load_waiting(form.get("transaction")).await?))
        } else {
            Self::Path(local_path(visit, next))
        })
    }

    /// Where a person goes on to when they are in.
    pub(super) fn onward(&self) -> Onward {
        match self {
            Self::Waiting(waiting) => Onward::Transaction(waiting.request.id.clone()),
            Self::Path(path) => Onward::Path(path.clone()),
        }
    }

    /// What the form is bound to, beside the browser.
    pub(super) fn purpose(&self) -> String {
        match self {
            Self::Waiting(waiting) => format!("login|{}", waiting.request.id),
            Self::Path(path) => format!("login||{path}"),
        }
    }

    /// Where the form goes: an address at which the page can be opened too.
    fn action(&self) -> String {
        let (name, value) = match self {
            Self::Path(path) if path == "/" => return "/login".to_owned(),
            Self::Path(path) => ("next", path.as_str()),
            Self::Waiting(waiting) => ("transaction", waiting.request.id.as_str()),
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        format!("/login?{query}")
    }

    /// The sources that one may come from instead, each with the address that leads there.
    fn offered(&self, sources: &Sources) -> Vec<(Arc<Upstream>, String)> {
        let (application, name, value) = match self {
            Self::Waiting(waiting) => (
                Some(&waiting.entry.client.application),
                "transaction",
                waiting.request.id.as_str(),
            ),
            Self::Path(path) => (None, "next", path.as_str()),
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        sources
            .offered(application)
            .map(|upstream| {
                let href = format!("/source/oauth/login/{}/?{query}", upstream.source.key);
                (Arc::clone(upstream), href)
            })
            .collect()
    }

    fn wished(&self) -> &[String] {
        match self {
            Self::Waiting(waiting) => &waiting.request.state.request.ui_locales,
            Self::Path(_) => &[],
        }
    }
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
        return Ok(show(
            visit,
            &Destination::Waiting(Box::new(waiting)),
            here.as_ref(),
            None,
            None,
        ));
    }
    let path = local_path(visit, params.get("next"));
    // `prompt=login`: the person wants to go on as somebody else.
    if here.is_some() && params.get("prompt") != Some("login") {
        return Ok(see_other(&path));
    }
    Ok(show(visit, &Destination::Path(path), None, None, None))
}

fn local_path(visit: &Visit<'_>, next: Option<&str>) -> String {
    next.and_then(|next| check_local_path(&visit.app.public_url, next))
        .unwrap_or_else(|| "/".to_owned())
}

async fn enter(visit: &Visit<'_>, query: Option<&str>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let here = visit.load_signed_in().await?;
    let destination = Destination::load(visit, &form, visit.query(query)?.get("next")).await?;
    let username = form.get("username").unwrap_or_default();
    let again = |problem| show(visit, &destination, here.as_ref(), Some(username), Some(problem));
    if !visit
        .browser
        .is_own_form(visit.app, &destination.purpose(), form.get("csrf"))
    {
        return Ok(again(SignInProblem::FormExpired));
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
    };
    match sign_in(visit.app, attempt).await? {
        Outcome::SignedIn { user, new } => Ok(go_in(visit, &destination.onward(), *user, *new).await),
        Outcome::HalfWay { id } => Ok(see_other(&format!("/factor?sign_in={id}"))),
        Outcome::Wrong => Ok(again(SignInProblem::WrongNameOrPassword)),
        Outcome::Blocked { until } => {
            let minutes = minutes_until(until, visit.now);
            let mut response = again(SignInProblem::TooManyAttempts { minutes });
            let seconds = until.since(visit.now).saturating_add(SECOND - 1) / SECOND;
            add_header(&mut response, header::RETRY_AFTER, &seconds.to_string());
            Ok(response)
        }
    }
}

pub(super) fn show(
    visit: &Visit<'_>,
    destination: &Destination,
    here: Option<&SignedIn>,
    typed: Option<&str>,
    problem: Option<SignInProblem<'_>>,
) -> Response {
    let (application, transaction, hint, another) = match destination {
        Destination::Path(_) => (None, None, None, false),
        Destination::Waiting(waiting) => {
            let state = &waiting.request.state;
            let another = state.unwanted_session.is_some();
            let hint = state.request.login_hint.as_deref().filter(|_| !another);
            (
                Some(waiting.application()),
                Some(waiting.request.id.as_str()),
                hint,
                another,
            )
        }
    };
    let again = here.filter(|_| !another);
    let known = again.map(|here| here.user.username.as_str());
    let frame = visit.frame(destination.wished());
    let snapshot = visit.app.snapshot();
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
    let page = SignIn {
        frame: &frame,
        application,
        action: &destination.action(),
        csrf: &visit.browser.csrf(visit.app, &destination.purpose()),
        transaction,
        username: typed.or(hint).or(known).unwrap_or_default(),
        again: again.is_some(),
        problem,
        sources: &buttons,
        passkeys: visit.app.passkeys.are_possible(),
        next: match destination {
            Destination::Path(path) => Some(path),
            Destination::Waiting(_) => None,
        },
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(SignInProblem::WrongNameOrPassword | SignInProblem::Passkey(_)) => SHOWN_AGAIN,
        Some(SignInProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(SignInProblem::FormExpired) => StatusCode::FORBIDDEN,
    };
    let form_action = match destination {
        Destination::Waiting(_) => FormAction::Anywhere,
        Destination::Path(_) => FormAction::Here,
    };
    let mut response = allow_calls(reply(status, &page, &form_action));
    visit.remember_language(&mut response, destination.wished());
    response
}

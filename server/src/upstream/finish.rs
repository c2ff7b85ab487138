//! `/source/oauth/finish`: a source did not tell everything that an account needs, and the person says the rest.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::upstream::Entered;

use super::callback::settle;
use super::failure::{Way, turn_away};
use crate::actions::source_sign_in::arrive::{Arrived, Here};
use crate::actions::source_sign_in::{Waiting, complete, load_arrival};
use crate::pages::{Enroll, Field, FieldProblem, FormAction, reply};
use crate::web::fields::{EMAIL, NAME, TextField, USERNAME};
use crate::web::visit::{Incoming, SHOWN_AGAIN, Shown, Visit};

/// What the page can ask for.
const FIELDS: [TextField; 3] = [USERNAME, NAME, EMAIL];

/// Shows the form.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the form.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take(&visit, body).await)
}

async fn load(visit: &Visit<'_>, token: Option<&str>) -> Result<Waiting, crate::web::visit::Halt> {
    let token = token
        .filter(|token| token.len() == 43)
        .ok_or(Refusal::TransactionUnknown)?;
    let found = load_arrival(visit.app, token, visit.browser.hash(), visit.now).await?;
    found.ok_or_else(|| {
        if visit.browser.is_unknown() {
            return visit.without_cookie(None).into();
        }
        Refusal::TransactionUnknown.into()
    })
}

fn purpose(waiting: &Waiting) -> String {
    format!("finish|{}", waiting.token)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let waiting = load(visit, params.get("arrival")).await?;
    let known = [
        waiting.arrival.profile.username.as_deref(),
        waiting.arrival.profile.name.as_deref(),
        waiting.arrival.profile.email_address.as_deref(),
    ];
    Ok(show(
        visit,
        &waiting,
        known.map(Option::unwrap_or_default),
        [None; 3],
        StatusCode::OK,
    ))
}

async fn take(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let waiting = load(visit, form.get("arrival")).await?;
    visit.check_form(&purpose(&waiting), form.get("csrf"))?;
    let typed = FIELDS.map(|field| form.get(field.name).unwrap_or_default().trim());
    let problems = check(&waiting, &form);
    if problems.iter().any(Option::is_some) {
        return Ok(show(visit, &waiting, typed, problems, SHOWN_AGAIN));
    }
    let said = |at: usize, name: &str| {
        let asked = waiting.missing.iter().any(|missing| missing == name);
        asked.then(|| typed.get(at).copied().unwrap_or_default().to_owned())
    };
    let entered = Entered {
        username: said(0, "username"),
        name: said(1, "name"),
        email: said(2, "email"),
    };
    let signed_in = visit.load_signed_in().await?;
    let here = Here {
        session: signed_in.as_ref().map(|here| &here.session),
        links_to: None,
        origin: visit.origin(),
        transaction: waiting.errand.transaction.as_deref().unwrap_or(visit.id()),
        language: visit.frame(&[]).tag(),
    };
    let way = Way {
        errand: &waiting.errand,
        upstream: Some(&waiting.upstream),
    };
    match complete(visit.app, &waiting, &entered, here).await {
        // Somebody else has the name that was chosen.
        Ok(Arrived::Unfinished { missing }) => {
            let taken = |name: &str| missing.contains(&name).then_some(FieldProblem::Taken);
            let problems = FIELDS.map(|field| taken(field.name));
            Ok(show(visit, &waiting, typed, problems, SHOWN_AGAIN))
        }
        Ok(arrived) => settle(visit, way, arrived, None).await,
        Err(why) => {
            let who = &waiting.arrival.profile.provider_user_id;
            turn_away(visit, way, Some(who), why).await
        }
    }
}

/// What is wrong with the fields that are asked for.
fn check(waiting: &Waiting, form: &Params) -> [Option<FieldProblem>; 3] {
    FIELDS.map(|field| {
        let asked = waiting.missing.iter().any(|missing| missing == field.name);
        asked.then(|| field.check(form)).flatten()
    })
}

fn show(
    visit: &Visit<'_>,
    waiting: &Waiting,
    typed: [&str; 3],
    problems: [Option<FieldProblem>; 3],
    status: StatusCode,
) -> Response {
    let [username, name, email] = [0, 1, 2].map(|at| {
        let name = FIELDS.get(at)?.name;
        waiting.missing.iter().any(|missing| missing == name).then(|| Field {
            value: typed.get(at).copied().unwrap_or_default(),
            problem: problems.get(at).copied().flatten(),
        })
    });
    let page = Enroll {
        frame: &visit.frame(&[]),
        source: &waiting.upstream.source.name,
        // With the token, so that the address of a form that is shown again is a page too.
        action: &format!("/source/oauth/finish?arrival={}", waiting.token),
        csrf: &visit.browser.csrf(visit.app, &purpose(waiting)),
        arrival: &waiting.token,
        username,
        name,
        email,
    };
    reply(status, &page, &FormAction::Anywhere)
}

//! `/device`: the code that a device shows, what asks behind it, and the person's answer (RFC 8628, section 3.3).
//!
//! The question is always asked: neither a remembered agreement nor `consent_mode` answers it, because a link with a
//! code in it may have come from anybody (RFC 8628, section 5.4). The answer is bound to the code, this browser and this
//! session, so that nobody answers what was not shown.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::acr::{self, AcrRequest};
use protocol::device::{Standing, UserCode};
use protocol::policy::PolicyOutcome;
use protocol::refusal::Refusal;
use protocol::time::MINUTE;
use url::form_urlencoded;

use super::denied::refusing_rules;
use crate::actions::authorization::Present;
use crate::actions::device::{Answered, Found, Waiting, approve, deny, find, load};
use crate::actions::sign_in::minutes_until;
use crate::actions::times::rfc3339;
use crate::pages::{Denied, DeviceAnswered, DeviceEntry, DeviceProblem, DeviceQuestion, FormAction, ScopeItem, reply};
use crate::web::browser::SignedIn;
use crate::web::reply::{retry_at, see_other};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit, shown_application, shown_person};

/// Longer texts are no code; only their beginning is looked at and shown again.
const LONGEST_TYPED: usize = 64;

/// Shows the form, or what asks behind the code of a link.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes a code, or the answer.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take(&visit, body).await)
}

/// What the form for a code is bound to, beside the browser.
fn entry_purpose(here: &SignedIn) -> String {
    format!("device|{}", here.session.id)
}

/// What an answer is bound to, beside the browser.
fn answer_purpose(here: &SignedIn, code: &UserCode) -> String {
    format!("device|{}|{code}", here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let typed = params.get("code").map(clipped);
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(see_other(&sign_in_address(typed.as_deref(), false)));
    };
    match typed {
        None => Ok(show_entry(visit, &here, "", None)),
        Some(typed) => look_up(visit, &here, &typed).await,
    }
}

async fn take(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let typed = form.get("code").map(clipped);
    let Some(here) = visit.load_signed_in().await? else {
        // Signed out meanwhile: the code is asked about again after the sign-in.
        return Ok(see_other(&sign_in_address(typed.as_deref(), false)));
    };
    let typed = typed.unwrap_or_default();
    let csrf = form.get("csrf");
    let Some(decision) = form.get("decision") else {
        return match visit.check_form(&entry_purpose(&here), csrf) {
            Ok(()) => look_up(visit, &here, &typed).await,
            Err(error) if error.refusal == Refusal::CsrfInvalid => {
                Ok(show_entry(visit, &here, &typed, Some(DeviceProblem::FormExpired)))
            }
            Err(error) => Err(error.into()),
        };
    };
    let code = UserCode::parse(&typed).ok_or(Refusal::CsrfInvalid)?;
    visit.check_form(&answer_purpose(&here, &code), csrf)?;
    match decision {
        "another" => Ok(see_other(&sign_in_address(Some(&typed), true))),
        "allow" | "deny" => answer(visit, &here, code, decision == "allow").await,
        _ => Err(Refusal::ParametersMalformed.into()),
    }
}

fn clipped(typed: &str) -> String {
    typed.chars().take(LONGEST_TYPED).collect()
}

/// The sign-in that comes back here. `another`: although somebody is signed in.
fn sign_in_address(code: Option<&str>, another: bool) -> String {
    let back = match code {
        None => "/device".to_owned(),
        Some(code) => {
            let query = form_urlencoded::Serializer::new(String::new())
                .append_pair("code", code)
                .finish();
            format!("/device?{query}")
        }
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", &back);
    if another {
        query.append_pair("prompt", "login");
    }
    format!("/login?{}", query.finish())
}

/// Where somebody goes first who has not proved what the application asks of everybody.
fn stronger(here: &SignedIn, waiting: &Waiting, typed: &str) -> Option<Response> {
    let application = &waiting.entry.client.application;
    if acr::is_met(application, &AcrRequest::default(), &here.session.amr) {
        return None;
    }
    let back = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", typed)
        .finish();
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", &format!("/device?{back}"))
        .append_pair("acr_values", &application.default_acr_values.join(" "))
        .finish();
    Some(see_other(&format!("/factor?{query}")))
}

async fn look_up(visit: &Visit<'_>, here: &SignedIn, typed: &str) -> Shown {
    let origin = visit.origin();
    Ok(
        match find(visit.app, typed, &here.user.id, origin.client_address, visit.now).await? {
            Found::Waiting(waiting) => {
                stronger(here, &waiting, typed).unwrap_or_else(|| show_question(visit, here, &waiting))
            }
            Found::Gone(standing) => show_entry(visit, here, typed, Some(problem_of(standing))),
            Found::Unknown => show_entry(visit, here, typed, Some(DeviceProblem::Unknown)),
            Found::Blocked { until } => {
                let minutes = minutes_until(until, visit.now);
                let mut response = show_entry(visit, here, typed, Some(DeviceProblem::TooManyAttempts { minutes }));
                retry_at(&mut response, until, visit.now);
                response
            }
        },
    )
}

const fn problem_of(standing: Standing) -> DeviceProblem {
    match standing {
        Standing::Expired => DeviceProblem::Expired,
        Standing::Waiting | Standing::Answered => DeviceProblem::Answered,
    }
}

async fn answer(visit: &Visit<'_>, here: &SignedIn, code: UserCode, allowed: bool) -> Shown {
    let typed = code.to_string();
    let waiting = match load(visit.app, code, visit.now).await? {
        Found::Waiting(waiting) => waiting,
        Found::Gone(standing) => return Ok(show_entry(visit, here, &typed, Some(problem_of(standing)))),
        Found::Unknown | Found::Blocked { .. } => {
            return Ok(show_entry(visit, here, &typed, Some(DeviceProblem::Unknown)));
        }
    };
    let present = Present {
        session: &here.session,
        user: &here.user,
    };
    let answered = if allowed {
        let origin = visit.origin();
        approve(visit.app, &waiting, present, origin.client_address, visit.now).await?
    } else {
        deny(visit.app, &waiting, visit.now).await?
    };
    match answered {
        Answered::Done => Ok(show_answered(visit, &waiting, allowed)),
        Answered::Gone(standing) => Ok(show_entry(visit, here, &typed, Some(problem_of(standing)))),
        Answered::Refused {
            policies: Some(outcome),
            ..
        } => Ok(show_denied(visit, here, &waiting, &outcome)),
        Answered::Refused { error, .. } => Err(Halt::Refused(error, Some(waiting.device.transaction_id))),
    }
}

fn show_entry(visit: &Visit<'_>, here: &SignedIn, typed: &str, problem: Option<DeviceProblem>) -> Response {
    let page = DeviceEntry {
        frame: &visit.frame(&[]),
        person: shown_person(here),
        action: "/device",
        csrf: &visit.browser.csrf(visit.app, &entry_purpose(here)),
        code: typed,
        problem,
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(DeviceProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(DeviceProblem::FormExpired) => StatusCode::FORBIDDEN,
        Some(DeviceProblem::Unknown | DeviceProblem::Expired | DeviceProblem::Answered) => SHOWN_AGAIN,
    };
    reply(status, &page, &FormAction::Here)
}

fn show_question(visit: &Visit<'_>, here: &SignedIn, waiting: &Waiting) -> Response {
    let Waiting { device, entry, code } = waiting;
    let offered = &entry.client.scopes;
    let mut scopes: Vec<ScopeItem<'_>> = device
        .scopes
        .iter()
        .filter_map(|name| {
            let mapping = offered.iter().find(|mapping| mapping.scope == *name)?;
            Some(ScopeItem {
                name,
                description: Some(mapping.description.as_str()),
                managed: mapping.managed.is_some(),
            })
        })
        .collect();
    // The scope of every sign-in is what the others add to.
    scopes.sort_by_key(|scope| scope.name != "openid");
    let asked_at = rfc3339(device.created_at);
    let page = DeviceQuestion {
        frame: &visit.frame(&[]),
        application: shown_application(entry),
        person: shown_person(here),
        scopes: &scopes,
        code: &code.to_string(),
        asked_from: device.client_address.as_deref(),
        asked_at: &asked_at,
        minutes_ago: u32::try_from(visit.now.since(device.created_at) / MINUTE).unwrap_or(0),
        action: "/device",
        csrf: &visit.browser.csrf(visit.app, &answer_purpose(here, code)),
    };
    reply(StatusCode::OK, &page, &FormAction::Here)
}

fn show_denied(visit: &Visit<'_>, here: &SignedIn, waiting: &Waiting, outcome: &PolicyOutcome) -> Response {
    let page = Denied {
        frame: &visit.frame(&[]),
        application: shown_application(&waiting.entry),
        person: shown_person(here),
        messages: &outcome.messages,
        rules: &refusing_rules(outcome),
        form: None,
        transaction: &waiting.device.transaction_id,
    };
    reply(StatusCode::FORBIDDEN, &page, &FormAction::None)
}

fn show_answered(visit: &Visit<'_>, waiting: &Waiting, allowed: bool) -> Response {
    let page = DeviceAnswered {
        frame: &visit.frame(&[]),
        application: shown_application(&waiting.entry),
        allowed,
    };
    reply(StatusCode::OK, &page, &FormAction::None)
}

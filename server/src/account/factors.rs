//! `/account/factors`: the passkeys, authenticator apps and recovery codes of the person who is signed in.
//!
//! Whatever changes them asks for a sign-in of the last ten minutes, and with one of the factors when there are any.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use protocol::factor::{AMR_MULTIPLE, FactorKind};
use protocol::params::Params;
use protocol::refusal::Refusal;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

use super::room::purpose;
use crate::actions::actor::Actor;
use crate::actions::factors::enrol::{self, Added, Owner};
use crate::actions::factors::{is_fresh, manage, may_change};
use crate::actions::outcome::ActionError;
use crate::actions::sign_in::minutes_until;
use crate::pages::{
    AccountRoom, AuthenticatorProblem, FactorItem, Factors, FactorsProblem, FormAction, Moment, NewAuthenticator,
    PasskeyProblem, RecoveryCodes, reply, reply_with_calls,
};
use crate::totp;
use crate::web::browser::{SignedIn, session_cookie};
use crate::web::local_path::check_local_path;
use crate::web::passkeys;
use crate::web::reply::{add_header, retry_at, see_other};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit, shown_person};

const PATH: &str = "/account/factors";

/// Shows the page.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Shows the secret of a new authenticator app.
pub(super) async fn get_authenticator(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open_authenticator(&visit, incoming.query()).await)
}

/// Begins with an authenticator app.
pub(super) async fn post_authenticator(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(begin_authenticator(&visit, body).await)
}

/// Takes the first code of an authenticator app.
pub(super) async fn confirm_authenticator(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(finish_authenticator(&visit, body).await)
}

/// Gives a challenge for a new passkey to the script of the page.
pub(super) async fn passkey_options(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(ask_passkey(&visit, body).await)
}

/// Takes a new passkey.
pub(super) async fn post_passkey(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(add_passkey(&visit, body).await)
}

/// Makes new recovery codes.
pub(super) async fn post_recovery_codes(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(renew_codes(&visit, body).await)
}

/// Renames a factor.
pub(super) async fn rename(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(change_name(&visit, body).await)
}

/// Takes a factor away.
pub(super) async fn remove(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take_away(&visit, body).await)
}

/// An address of ours with the way that the person was on.
fn address(path: &str, fields: &[(&str, &str)], next: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    if let Some(next) = next {
        query.append_pair("next", next);
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The way to prove anew who one is, and back here.
fn sign_in_again(next: Option<&str>) -> Response {
    let back = address(PATH, &[], next);
    see_other(&address("/login", &[("next", &back), ("prompt", "login")], None))
}

/// The way to prove a factor to a sign-in that is fresh but knows of none, and back here. Whoever came through a source would
/// come back from signing in anew without one, again and again.
fn prove_factor(next: Option<&str>) -> Response {
    let back = address(PATH, &[], next);
    see_other(&address("/factor", &[("next", &back)], None))
}

fn next_of(visit: &Visit<'_>, params: &Params) -> Option<String> {
    check_local_path(&visit.app.public_url, params.get("next")?)
}

/// A form that changes something, and who may.
struct Asked {
    form: Params,
    here: SignedIn,
    next: Option<String>,
}

impl Asked {
    fn owner<'a>(&'a self, visit: &Visit<'a>) -> Owner<'a> {
        owner(visit, &self.here)
    }

    fn text(&self, name: &str) -> &str {
        self.form.get(name).unwrap_or_default()
    }
}

fn owner<'a>(visit: &Visit<'a>, here: &'a SignedIn) -> Owner<'a> {
    Owner {
        user: &here.user,
        session: &here.session,
        browser: visit.browser.hash(),
        origin: visit.origin(),
        language: visit.frame(&[]).tag(),
    }
}

/// Reads a form. The inner answer: the person has to prove first who they are.
async fn read(visit: &Visit<'_>, body: Body) -> Result<Result<Asked, Response>, Halt> {
    let form = visit.form(body).await?;
    let next = next_of(visit, &form);
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(Err(sign_in_again(next.as_deref())));
    };
    if !visit.browser.is_own_form(visit.app, &purpose(&here), form.get("csrf")) {
        return Err(Refusal::CsrfInvalid.into());
    }
    let factors = visit.app.store.load_factors(&here.user.id).await?;
    if !may_change(&here.session, &factors, visit.now) {
        return Ok(Err(if is_fresh(&here.session, visit.now) {
            prove_factor(next.as_deref())
        } else {
            sign_in_again(next.as_deref())
        }));
    }
    Ok(Ok(Asked { form, here, next }))
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let next = next_of(visit, &params);
    let Some(here) = visit.load_signed_in().await? else {
        let back = address(PATH, &[], next.as_deref());
        return Ok(see_other(&address("/login", &[("next", &back)], None)));
    };
    show(visit, &here, next.as_deref(), None, StatusCode::OK).await
}

async fn begin_authenticator(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let id = enrol::begin_totp(visit.app, asked.owner(visit)).await?;
    let path = format!("{PATH}/authenticator");
    Ok(see_other(&address(&path, &[("enrolment", &id)], asked.next.as_deref())))
}

async fn open_authenticator(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let next = next_of(visit, &params);
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(sign_in_again(next.as_deref()));
    };
    let id = params.get("enrolment").unwrap_or_default();
    show_authenticator(visit, &here, id, next.as_deref(), "", None).await
}

async fn finish_authenticator(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (id, name) = (asked.text("enrolment"), asked.text("name"));
    let (here, next) = (&asked.here, asked.next.as_deref());
    let code = asked.text("code");
    let added = enrol::confirm_totp(visit.app, asked.owner(visit), id, name, code).await?;
    match added {
        Added::WrongCode => {
            let problem = Some(AuthenticatorProblem::WrongCode);
            show_authenticator(visit, here, id, next, name, problem).await
        }
        Added::Blocked { until } => {
            let minutes = minutes_until(until, visit.now);
            let problem = Some(AuthenticatorProblem::TooManyAttempts { minutes });
            let mut response = show_authenticator(visit, here, id, next, name, problem).await?;
            retry_at(&mut response, until, visit.now);
            Ok(response)
        }
        other => after(visit, &asked, other).await,
    }
}

async fn ask_passkey(visit: &Visit<'_>, body: Body) -> Shown {
    match read(visit, body).await? {
        Ok(asked) => {
            let options = enrol::ask_passkey(visit.app, asked.owner(visit)).await?;
            Ok(passkeys::challenge(options))
        }
        // The script sends the form all the same, and is led to the sign-in then.
        Err(_) => Ok(passkeys::refused(StatusCode::FORBIDDEN, Refusal::LoginTooOld.code())),
    }
}

async fn add_passkey(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (challenge, name, answer) = (asked.text("challenge"), asked.text("name"), asked.text("answer"));
    let added = enrol::add_passkey(visit.app, asked.owner(visit), challenge, name, answer).await?;
    after(visit, &asked, added).await
}

/// What follows when a factor was added, or was not.
async fn after(visit: &Visit<'_>, asked: &Asked, added: Added) -> Shown {
    let next = asked.next.as_deref();
    let problem = match added {
        Added::Yes { new, codes } => {
            let cookie = session_cookie(visit.app, &new.value);
            let onward = address(PATH, &[], next);
            let mut response = match codes {
                Some(codes) => show_codes(visit, &asked.here, &codes, &onward),
                None => see_other(&onward),
            };
            add_header(&mut response, header::SET_COOKIE, &cookie);
            return Ok(response);
        }
        Added::Passkey(error) => FactorsProblem::Passkey(passkeys::problem_of(visit.app, error)),
        Added::Taken => FactorsProblem::Passkey(PasskeyProblem::Taken),
        Added::TooMany => FactorsProblem::TooMany,
        Added::Gone | Added::WrongCode | Added::Blocked { .. } => FactorsProblem::Expired,
    };
    show(visit, &asked.here, next, Some(problem), SHOWN_AGAIN).await
}

async fn renew_codes(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let codes = enrol::renew_codes(visit.app, asked.owner(visit)).await?;
    Ok(show_codes(visit, &asked.here, &codes, PATH))
}

async fn change_name(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let (factor, name) = (asked.text("factor"), asked.text("name"));
    match manage::rename_own(visit.app, &asked.here.user.id, factor, name).await {
        Ok(()) => Ok(see_other(PATH)),
        Err(ActionError::Store(error)) => Err(error.into()),
        Err(_) => Err(Refusal::NotFound.into()),
    }
}

async fn take_away(visit: &Visit<'_>, body: Body) -> Shown {
    let asked = match read(visit, body).await? {
        Ok(asked) => asked,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let actor = Actor {
        id: Some(asked.here.user.id.clone()),
        client_address: Some(visit.origin().client_address.to_string()),
        ..Actor::default()
    };
    match manage::remove_own(visit.app, &actor, asked.owner(visit), asked.text("factor")).await {
        Ok(()) => Ok(see_other(PATH)),
        Err(ActionError::Store(error)) => Err(error.into()),
        Err(ActionError::Conflict(_)) => {
            let problem = Some(FactorsProblem::LastWayIn);
            show(visit, &asked.here, None, problem, StatusCode::CONFLICT).await
        }
        Err(_) => Err(Refusal::NotFound.into()),
    }
}

async fn show(
    visit: &Visit<'_>,
    here: &SignedIn,
    next: Option<&str>,
    problem: Option<FactorsProblem<'_>>,
    status: StatusCode,
) -> Shown {
    let factors = visit.app.store.load_factors(&here.user.id).await?;
    let frame = visit.frame(&[]);
    let items = |kind: FactorKind| -> Vec<FactorItem<'_>> {
        factors
            .iter()
            .map(|stored| &stored.factor)
            .filter(|factor| factor.kind == kind)
            .map(|factor| FactorItem {
                id: &factor.id,
                name: &factor.name,
                added: Moment::past(&frame, factor.created_at, visit.now),
                used: factor.last_used_at.map(|used| Moment::past(&frame, used, visit.now)),
            })
            .collect()
    };
    let left = factors.iter().find_map(|stored| stored.factor.codes_left);
    let page = Factors {
        frame: &frame,
        room: AccountRoom {
            person: shown_person(here),
            here: PATH,
            done: None,
            problem: None,
            csrf: &visit.browser.csrf(visit.app, &purpose(here)),
        },
        next,
        done: here.session.amr.iter().any(|method| method == AMR_MULTIPLE),
        passkeys_possible: visit.app.passkeys.are_possible(),
        passkeys: &items(FactorKind::Passkey),
        authenticators: &items(FactorKind::Totp),
        codes_left: left.map(|left| u32::try_from(left).unwrap_or(0)),
        problem,
    };
    Ok(reply_with_calls(status, &page, &FormAction::Here))
}

async fn show_authenticator(
    visit: &Visit<'_>,
    here: &SignedIn,
    id: &str,
    next: Option<&str>,
    name: &str,
    problem: Option<AuthenticatorProblem>,
) -> Shown {
    let Some(secret) = enrol::load_totp(visit.app, owner(visit, here), id).await? else {
        return show(visit, here, next, Some(FactorsProblem::Expired), SHOWN_AGAIN).await;
    };
    let place = url::Url::parse(&visit.app.public_url).ok();
    let place = place.as_ref().and_then(url::Url::host_str).unwrap_or("Vestibule");
    let uri = totp::otpauth_uri(&secret, place, &here.user.username);
    let picture = totp::qr_picture(&uri);
    let page = NewAuthenticator {
        frame: &visit.frame(&[]),
        person: shown_person(here),
        csrf: &visit.browser.csrf(visit.app, &purpose(here)),
        enrolment: id,
        next,
        secret: &totp::secret_text(&secret),
        uri: &uri,
        size: picture.as_ref().map_or(0, |picture| picture.size),
        path: picture.as_ref().map_or("", |picture| picture.path.as_str()),
        name,
        problem,
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(AuthenticatorProblem::WrongCode) => SHOWN_AGAIN,
        Some(AuthenticatorProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

fn show_codes(visit: &Visit<'_>, here: &SignedIn, codes: &[SecretString], onward: &str) -> Response {
    let codes: Vec<&str> = codes.iter().map(ExposeSecret::expose_secret).collect();
    let page = RecoveryCodes {
        frame: &visit.frame(&[]),
        person: shown_person(here),
        codes: &codes,
        all: &codes.join("\n"),
        onward,
    };
    reply(StatusCode::OK, &page, &FormAction::Here)
}

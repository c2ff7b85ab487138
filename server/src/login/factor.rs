//! `/factor`: the second factor, for a sign-in that lacks it, and for somebody who is signed in and on the way to something
//! that asks for more than they have proved.
//!
//! What the page is about stands in its address: `sign_in` (half a sign-in), `transaction` (an authorization), or `next` (a path
//! of ours) with `acr_values`. None of it is a secret, all of it belongs to one browser, and a wrong one opens nothing.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};
use protocol::acr;
use protocol::factor::{AMR_MULTIPLE, AMR_PASSWORD, FactorKind, amr_with_code, amr_with_passkey};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::user::User;
use store::factors::StoredFactor;
use url::form_urlencoded;

use super::entered::go_in;
use crate::actions::authorization::{Advance, Page, advance, deny, resume};
use crate::actions::enter::step_up;
use crate::actions::factors::half::{self, Half, Onward, Outcome};
use crate::actions::factors::prove::{Proof, Prover, Verdict, prove};
use crate::actions::factors::{has, passkey};
use crate::actions::sign_in::minutes_until;
use crate::pages::{FactorNeeded, FactorProblem, FormAction, Person, SecondFactor, reply, reply_with_calls};
use crate::web::browser::{SignedIn, session_cookie};
use crate::web::local_path::check_local_path;
use crate::web::passkeys;
use crate::web::reply::{add_header, retry_at, see_other};
use crate::web::visit::{Halt, Incoming, SHOWN_AGAIN, Shown, Visit, Waiting, shown_person};

/// So few recovery codes are a reason to make new ones.
const FEW_CODES: i64 = 3;

/// Shows the form, or goes on when there is nothing to ask.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the form.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take(&visit, body).await)
}

/// Gives a challenge for a passkey to the script of the page.
pub(super) async fn options(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(ask(&visit, body).await)
}

/// What the page is about.
enum Errand {
    Half(Box<Half>),
    Transaction(Box<Waiting>, Box<SignedIn>),
    Path {
        next: String,
        acr: Vec<String>,
        here: Box<SignedIn>,
    },
}

impl Errand {
    fn user(&self) -> &User {
        match self {
            Self::Half(half) => &half.user,
            Self::Transaction(_, here) | Self::Path { here, .. } => &here.user,
        }
    }

    fn here(&self) -> Option<&SignedIn> {
        match self {
            Self::Half(_) => None,
            Self::Transaction(_, here) | Self::Path { here, .. } => Some(here),
        }
    }

    /// How they proved who they are until now.
    fn before(&self) -> Vec<String> {
        match self.here() {
            None => vec![AMR_PASSWORD.to_owned()],
            Some(here) => here.session.amr.clone(),
        }
    }

    /// Whether these methods are what is asked for.
    fn would_do(&self, amr: &[String]) -> bool {
        match self {
            Self::Transaction(waiting, _) => {
                let application = &waiting.entry.client.application;
                acr::is_met(application, &waiting.request.state.request.acr, amr)
            }
            Self::Path { acr, .. } if !acr.is_empty() => acr.iter().any(|class| acr::satisfies(class, amr)),
            Self::Half(_) | Self::Path { .. } => amr.iter().any(|method| method == AMR_MULTIPLE),
        }
    }

    /// Whether a code, and whether a passkey of theirs, would do.
    fn offered(&self, visit: &Visit<'_>, factors: &[StoredFactor]) -> (bool, bool) {
        let before = self.before();
        let codes = has(factors, FactorKind::Totp) || has(factors, FactorKind::RecoveryCodes);
        let passkeys = visit.app.passkeys.are_possible() && has(factors, FactorKind::Passkey);
        (
            codes && self.would_do(&amr_with_code(&before)),
            passkeys && self.would_do(&amr_with_passkey(&before, false)),
        )
    }

    /// What the form is bound to, beside the browser.
    fn purpose(&self) -> String {
        let what = match self {
            Self::Half(half) => half.id.as_str(),
            Self::Transaction(waiting, _) => waiting.request.id.as_str(),
            Self::Path { next, .. } => next.as_str(),
        };
        format!("factor|{}|{what}", self.user().id)
    }

    /// The fields that lead back to it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Half(half) => vec![("sign_in", half.id.clone())],
            Self::Transaction(waiting, _) => vec![("transaction", waiting.request.id.clone())],
            Self::Path { next, acr, .. } => vec![("next", next.clone()), ("acr_values", acr.join(" "))],
        }
    }

    fn wished(&self) -> &[String] {
        match self {
            Self::Transaction(waiting, _) => &waiting.request.state.request.ui_locales,
            Self::Half(_) | Self::Path { .. } => &[],
        }
    }
}

/// What the parameters lead to. Whoever is signed out is sent to sign in.
async fn load(visit: &Visit<'_>, params: &Params) -> Result<Errand, Halt> {
    if let Some(id) = params.get("sign_in") {
        let half = half::load(visit.app, id, visit.browser.hash(), visit.now).await?;
        return half
            .map(|half| Errand::Half(Box::new(half)))
            .ok_or_else(|| Refusal::TransactionUnknown.into());
    }
    let here = visit.load_signed_in().await?;
    if params.contains("transaction") {
        let waiting = visit.load_waiting(params.get("transaction")).await?;
        let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
        return match (next, here) {
            (Advance::Ask(Page::Factor, _), Some(here)) => Ok(Errand::Transaction(Box::new(waiting), Box::new(here))),
            (next, _) => Err(Halt::Elsewhere(next)),
        };
    }
    let next = params
        .get("next")
        .and_then(|next| check_local_path(&visit.app.public_url, next))
        .unwrap_or_else(|| "/".to_owned());
    let Some(here) = here else {
        return Err(Halt::Elsewhere(Advance::Answer(sign_in_address(&next))));
    };
    let acr = params.get("acr_values").unwrap_or_default();
    Ok(Errand::Path {
        next,
        acr: acr.split_ascii_whitespace().take(8).map(str::to_owned).collect(),
        here: Box::new(here),
    })
}

fn sign_in_address(next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    format!("/login?{query}")
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let errand = load(visit, &visit.query(query)?).await?;
    if let Errand::Path { next, .. } = &errand
        && errand.would_do(&errand.before())
    {
        return Ok(see_other(next));
    }
    show(visit, &errand, None).await
}

async fn read(visit: &Visit<'_>, body: Body) -> Result<(Errand, Params, bool), Halt> {
    let form = visit.form(body).await?;
    let errand = load(visit, &form).await?;
    let own = visit
        .browser
        .is_own_form(visit.app, &errand.purpose(), form.get("csrf"));
    Ok((errand, form, own))
}

async fn ask(visit: &Visit<'_>, body: Body) -> Shown {
    let (errand, _, own) = read(visit, body).await?;
    if !own {
        return Ok(passkeys::refused(StatusCode::FORBIDDEN, Refusal::CsrfInvalid.code()));
    }
    let asked = passkey::ask_second(visit.app, visit.browser.hash(), errand.user(), visit.now).await?;
    Ok(passkeys::challenge(asked))
}

async fn take(visit: &Visit<'_>, body: Body) -> Shown {
    let (errand, form, own) = read(visit, body).await?;
    if !own {
        return show(visit, &errand, Some(FactorProblem::FormExpired)).await;
    }
    if form.get("decision") == Some("back") {
        let Errand::Transaction(waiting, _) = errand else {
            return Ok(see_other("/"));
        };
        return visit.advanced(deny(visit.app, waiting.request, visit.now, Refusal::AcrUnmet).await?);
    }
    let answer = form.get("answer").filter(|answer| !answer.is_empty());
    let proof = match (form.get("challenge"), answer) {
        (Some(challenge), Some(answer)) => Proof::Passkey { challenge, answer },
        _ => match form.get("code").filter(|code| !code.trim().is_empty()) {
            Some(code) => Proof::Code(code),
            // Nothing to look at; an empty field is not a guess.
            None => return show(visit, &errand, Some(FactorProblem::WrongCode)).await,
        },
    };
    match errand {
        Errand::Half(half) => finish(visit, half, proof).await,
        _ => add(visit, errand, proof).await,
    }
}

/// Half a sign-in becomes a whole one.
async fn finish(visit: &Visit<'_>, half: Box<Half>, proof: Proof<'_>) -> Shown {
    let here = visit.load_signed_in().await?;
    let replaces = here.as_ref().map(|here| &here.session);
    let (browser, origin, language) = (visit.browser.hash(), visit.origin(), visit.frame(&[]).tag());
    match half::complete(visit.app, &half, proof, browser, replaces, origin, language).await? {
        Outcome::SignedIn { new, codes_left } => {
            let onward = match half.onward {
                Onward::Path(path) if codes_left.is_some_and(|left| left <= FEW_CODES) => {
                    Onward::Path(factors_address(&path))
                }
                onward => onward,
            };
            Ok(go_in(visit, &onward, half.user, *new).await)
        }
        Outcome::Wrong(reason) => show_wrong(visit, &Errand::Half(half), reason).await,
        Outcome::Blocked { until } => show_blocked(visit, &Errand::Half(half), until).await,
    }
}

/// Somebody who is signed in proves one factor more.
async fn add(visit: &Visit<'_>, errand: Errand, proof: Proof<'_>) -> Shown {
    let Some(here) = errand.here() else {
        return Err(Refusal::TransactionUnknown.into());
    };
    let prover = Prover {
        user: &here.user,
        before: &here.session.amr,
        browser: visit.browser.hash(),
        origin: visit.origin(),
        language: visit.frame(&[]).tag(),
    };
    let proven = match prove(visit.app, prover, proof).await? {
        Verdict::Proven(proven) => proven,
        Verdict::Wrong(reason) => return show_wrong(visit, &errand, reason).await,
        Verdict::Blocked { until } => return show_blocked(visit, &errand, until).await,
    };
    let stepped = step_up(visit.app, &here.session, proven.amr, proven.statements, visit.origin()).await;
    let new = match stepped {
        Ok(new) => new,
        // The same code came twice at once; it is as good as used.
        Err(store::StoreError::Conflict) => return show_wrong(visit, &errand, None).await,
        Err(error) => return Err(error.into()),
    };
    let cookie = session_cookie(visit.app, &new.value);
    let entered = SignedIn {
        session: new.session,
        user: here.user.clone(),
    };
    let mut response = match errand {
        Errand::Transaction(waiting, _) => {
            let next = advance(visit.app, waiting.request, visit.step(Some(&entered))).await?;
            visit.answer(visit.advanced(next))
        }
        Errand::Path { next, .. } => see_other(&next),
        Errand::Half(_) => see_other("/"),
    };
    add_header(&mut response, header::SET_COOKIE, &cookie);
    Ok(response)
}

async fn show_wrong(visit: &Visit<'_>, errand: &Errand, reason: Option<crate::passkeys::PasskeyError>) -> Shown {
    let problem = reason.map_or(FactorProblem::WrongCode, |error| {
        FactorProblem::Passkey(passkeys::problem_of(visit.app, error))
    });
    show(visit, errand, Some(problem)).await
}

async fn show_blocked(visit: &Visit<'_>, errand: &Errand, until: protocol::time::Time) -> Shown {
    let minutes = minutes_until(until, visit.now);
    let mut response = show(visit, errand, Some(FactorProblem::TooManyAttempts { minutes })).await?;
    retry_at(&mut response, until, visit.now);
    Ok(response)
}

/// Where factors are set up, and from where the person goes on to `next`.
fn factors_address(next: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    format!("/account/factors?{query}")
}

async fn show(visit: &Visit<'_>, errand: &Errand, problem: Option<FactorProblem<'_>>) -> Shown {
    let factors = visit.app.store.load_factors(&errand.user().id).await?;
    let (code, passkey) = errand.offered(visit, &factors);
    let application = match errand {
        Errand::Transaction(waiting, _) => Some(waiting.application()),
        Errand::Half(_) | Errand::Path { .. } => None,
    };
    let person = match errand.here() {
        Some(here) => shown_person(here),
        None => Person {
            name: &errand.user().name,
            username: &errand.user().username,
        },
    };
    let frame = visit.frame(errand.wished());
    let fields = errand.fields();
    let hidden: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let csrf = visit.browser.csrf(visit.app, &errand.purpose());
    let form_action = match errand {
        Errand::Path { .. } => FormAction::Here,
        Errand::Half(_) | Errand::Transaction(..) => FormAction::Anywhere,
    };
    if !code && !passkey {
        return needed(visit, errand, &csrf, &hidden, &form_action).await;
    }
    let page = SecondFactor {
        frame: &frame,
        person,
        application,
        csrf: &csrf,
        hidden: &hidden,
        code,
        passkey,
        problem,
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(FactorProblem::WrongCode | FactorProblem::Passkey(_)) => SHOWN_AGAIN,
        Some(FactorProblem::TooManyAttempts { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(FactorProblem::FormExpired) => StatusCode::FORBIDDEN,
    };
    Ok(reply_with_calls(status, &page, &form_action))
}

/// The person has no factor that would do: they may set one up, or the application hears that there is none.
async fn needed(
    visit: &Visit<'_>,
    errand: &Errand,
    csrf: &str,
    hidden: &[(&str, &str)],
    form_action: &FormAction,
) -> Shown {
    let Some(here) = errand.here() else {
        // The last factor was removed since the password was typed.
        return Err(Refusal::TransactionUnknown.into());
    };
    let transaction = match errand {
        Errand::Transaction(waiting, _) => Some(waiting),
        Errand::Half(_) | Errand::Path { .. } => None,
    };
    if !visit.app.config.factors.enrol_on_demand {
        return match transaction {
            Some(waiting) => {
                visit.advanced(deny(visit.app, waiting.request.clone(), visit.now, Refusal::AcrUnmet).await?)
            }
            None => Err(Refusal::AcrUnmet.into()),
        };
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(hidden)
        .finish();
    let page = FactorNeeded {
        frame: &visit.frame(errand.wished()),
        person: shown_person(here),
        application: transaction.map(|waiting| waiting.application()),
        csrf,
        hidden,
        set_up: &factors_address(&format!("/factor?{query}")),
        passkey: !errand.would_do(&amr_with_code(&errand.before())),
        back: transaction.is_some(),
    };
    Ok(reply(StatusCode::OK, &page, form_action))
}

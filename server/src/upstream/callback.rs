//! A browser comes back from a source.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::failure::{Way, refuse, turn_away};
use crate::actions::authorization::advance;
use crate::actions::source_sign_in::arrival::{Arrival, profile_of};
use crate::actions::source_sign_in::arrive::{Arrived, Here, arrive};
use crate::actions::source_sign_in::{Errand, Lost, NotIn, hold, return_from};
use crate::pages::{FormAction, FormPostPage, reply};
use crate::web::browser::SignedIn;
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit};

/// The field that says that a form has been sent on by us.
const SENT_ON: &str = "vestibule_sent_on";

/// The address of one source.
pub(super) async fn get(Path(key): Path<String>, incoming: Incoming) -> Response {
    come_back(Some(&key), &incoming, None).await
}

/// The address of one source in authn.sh's form. One that names no source is no address (its sheet, A-10.4).
pub(super) async fn get_named(Path(key): Path<String>, incoming: Incoming) -> Response {
    if is_unknown(&incoming, &key) {
        return nothing_here(&incoming);
    }
    come_back(Some(&key), &incoming, None).await
}

/// The same, with the answer in a form.
pub(super) async fn post_named(Path(key): Path<String>, incoming: Incoming, body: Body) -> Response {
    if is_unknown(&incoming, &key) {
        return nothing_here(&incoming);
    }
    come_back(Some(&key), &incoming, Some(body)).await
}

fn is_unknown(incoming: &Incoming, key: &str) -> bool {
    incoming.visit().app.snapshot().sources.of_key(key).is_none()
}

fn nothing_here(incoming: &Incoming) -> Response {
    incoming.visit().answer(Err(Refusal::NotFound.into()))
}

/// The address of one source, with the answer in a form.
pub(super) async fn post(Path(key): Path<String>, incoming: Incoming, body: Body) -> Response {
    come_back(Some(&key), &incoming, Some(body)).await
}

/// The address that all sources of Auth0's dialect share.
pub(super) async fn get_shared(incoming: Incoming) -> Response {
    come_back(None, &incoming, None).await
}

/// The same, with the answer in a form.
pub(super) async fn post_shared(incoming: Incoming, body: Body) -> Response {
    come_back(None, &incoming, Some(body)).await
}

async fn come_back(key: Option<&str>, incoming: &Incoming, body: Option<Body>) -> Response {
    let visit = incoming.visit();
    let shown = match body {
        None => match visit.query(incoming.query()) {
            Ok(params) => take(&visit, key, &params).await,
            Err(halt) => Err(halt),
        },
        Some(body) => match visit.form(body).await {
            // Our cookies do not come along with a form from elsewhere; they do with one of our own.
            Ok(form) if visit.browser.is_unknown() && !form.contains(SENT_ON) => {
                return send_on(&visit, incoming.path(), &form);
            }
            Ok(form) => {
                let mut params = form;
                // OAuth 1.0a keeps our state in the address of the callback.
                if let Ok(query) = visit.query(incoming.query()) {
                    params = params.with_missing_of(&query);
                }
                take(&visit, key, &params).await
            }
            Err(halt) => Err(halt),
        },
    };
    visit.answer(shown)
}

/// A page of ours that sends the same form again, so that it comes from here.
fn send_on(visit: &Visit<'_>, path: &str, form: &Params) -> Response {
    const PASSED: [&str; 7] = ["state", "code", "iss", "user", "error", "error_description", "id_token"];
    let given = PASSED
        .into_iter()
        .filter_map(|name| Some((name, form.get(name)?.to_owned())));
    let fields: Vec<(&'static str, String)> = given.chain([(SENT_ON, "1".to_owned())]).collect();
    let page = FormPostPage {
        frame: &visit.frame(&[]),
        application: "Vestibule",
        action: path,
        fields: &fields,
    };
    reply(StatusCode::OK, &page, &FormAction::Here)
}

async fn take(visit: &Visit<'_>, key: Option<&str>, params: &Params) -> Shown {
    let returned = match return_from(visit.app, key, params, visit.browser.hash(), visit.id()).await {
        Ok(returned) => returned,
        Err(lost) => return turn_away_lost(visit, key, lost).await,
    };
    let signed_in = visit.load_signed_in().await?;
    let errand = &returned.errand;
    let links = errand.link.as_deref();
    // A link is for the session that asked for it and for no other.
    let links_to = signed_in
        .as_ref()
        .filter(|here| links == Some(here.session.id.as_str()))
        .map(|here| &here.user);
    let way = Way {
        errand,
        upstream: Some(&returned.upstream),
    };
    if links.is_some() && links_to.is_none() {
        return turn_away(visit, way, None, Refusal::UpstreamStateInvalid.into()).await;
    }
    let here = Here {
        session: signed_in.as_ref().map(|here| &here.session),
        links_to,
        origin: visit.origin(),
        transaction: errand.transaction.as_deref().unwrap_or(visit.id()),
        language: visit.frame(&[]).tag(),
    };
    let arrival = match profile_of(visit.app, &returned.upstream, &returned.answer, here).await {
        Ok(arrival) => arrival,
        Err(why) => return turn_away(visit, way, None, why).await,
    };
    match arrive(visit.app, &returned.upstream, &arrival, None, here, &[]).await {
        Ok(arrived) => settle(visit, way, arrived, Some(arrival)).await,
        Err(why) => turn_away(visit, way, Some(&arrival.profile.provider_user_id), why).await,
    }
}

/// Nobody came back. A state that nobody knows belongs to no source; the words are then those of the source in the address.
async fn turn_away_lost(visit: &Visit<'_>, key: Option<&str>, lost: Lost) -> Shown {
    if lost.upstream.is_some() {
        let way = Way {
            errand: &lost.errand,
            upstream: lost.upstream.as_ref(),
        };
        return turn_away(visit, way, None, lost.why).await;
    }
    let named = key.and_then(|key| visit.app.snapshot().sources.of_key(key).cloned());
    let way = Way {
        errand: &lost.errand,
        upstream: named.as_ref(),
    };
    let is_off = named.as_ref().is_some_and(|named| !named.source.enabled);
    let why = match lost.why {
        NotIn::Refused(_) if is_off => Refusal::UpstreamSourceDisabled.into(),
        NotIn::Refused(failure)
            if failure.error.refusal == Refusal::TransactionForeign
                && (visit.browser.is_unknown() || lost.begun_at.is_some()) =>
        {
            visit.without_cookie(lost.begun_at.as_deref()).into()
        }
        why => why,
    };
    // Anybody can make up a state; the audit log is not filled with those.
    refuse(visit, way, why).await
}

/// Goes on with somebody who has come. `arrival`: what waits when they still have to say something.
pub(super) async fn settle(visit: &Visit<'_>, way: Way<'_>, arrived: Arrived, arrival: Option<Arrival>) -> Shown {
    match arrived {
        Arrived::SignedIn { user, new } => {
            let entered = SignedIn {
                session: new.session.clone(),
                user: *user,
            };
            let mut response = go_on(visit, way.errand, Some(&entered)).await?;
            let source = way.upstream.map(|upstream| upstream.source.id.as_str());
            visit.enter(&mut response, &new, source);
            Ok(response)
        }
        Arrived::Linked => Ok(see_other("/account")),
        Arrived::Unfinished { missing } => {
            let (Some(arrival), Some(upstream)) = (arrival, way.upstream) else {
                return turn_away(visit, way, None, Refusal::Internal.into()).await;
            };
            let browser = visit.browser.hash();
            let token = hold(visit.app, upstream, way.errand, arrival, &missing, browser, visit.now).await?;
            Ok(see_other(&format!("/source/oauth/finish?arrival={token}")))
        }
    }
}

/// To the application that waits, or to the path that was asked for.
async fn go_on(visit: &Visit<'_>, errand: &Errand, entered: Option<&SignedIn>) -> Shown {
    let Some(transaction) = &errand.transaction else {
        return Ok(see_other(errand.next.as_deref().unwrap_or("/")));
    };
    // The person is signed in, whatever has become of the request.
    let waiting = match visit.load_waiting(Some(transaction)).await {
        Ok(waiting) => waiting,
        Err(halt) => return Ok(visit.answer(Err(halt))),
    };
    let mut request = waiting.request;
    // Whoever agreed before may have been somebody else.
    request.state.consent_given = false;
    let next = advance(visit.app, request, visit.step(entered)).await?;
    Ok(visit.answer(visit.advanced(next)))
}

//! `/first-use`: an application without any redirect URI presents its first, and the person says whether it is the right
//! one. Nothing goes there before; the form is bound to this browser, this request, this session and this address.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::id::{hash_secret, hex};
use protocol::records::PendingRequest;
use protocol::redirect_uri::{Remark, check_first_use};
use protocol::refusal::Refusal;
use url::Url;

use super::visit::{Halt, Shown, Visit, Waiting, shown_person};
use crate::actions::authorization::{Advance, Page, Present, advance, deny, resume};
use crate::actions::first_use::teach;
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::pages::{FirstUse, FormAction, reply};
use crate::web::browser::SignedIn;

/// Shows the question, or goes on when there is nothing to ask.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(open(&visit, query.as_deref()).await)
}

/// Takes the answer.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let visit = Visit::new(&app, facts, &headers);
    visit.answer(decide(&visit, body).await)
}

fn purpose(waiting: &PendingRequest, here: &SignedIn) -> String {
    let address = hex(&hash_secret(&waiting.state.request.redirect_uri));
    format!("first-use|{}|{}|{address}", waiting.id, here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let waiting = visit.load_waiting(params.get("transaction")).await?;
    let here = visit.load_signed_in().await?;
    let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
    match (&next, &here) {
        (Advance::Ask(Page::FirstUse, _), Some(here)) => Ok(show(visit, &waiting, here)),
        _ => visit.advanced(next),
    }
}

fn show(visit: &Visit<'_>, waiting: &Waiting, here: &SignedIn) -> Response {
    let request = &waiting.request.state.request;
    let address = request.redirect_uri.as_str();
    let page = FirstUse {
        frame: &visit.frame(&request.ui_locales),
        application: waiting.application(),
        person: shown_person(here),
        address,
        destination: &destination(address),
        plain_http: matches!(check_first_use(address), Ok(Some(Remark::PlainHttp))),
        action: "/first-use",
        csrf: &visit.browser.csrf(visit.app, &purpose(&waiting.request, here)),
        transaction: &waiting.request.id,
    };
    let mut response = reply(StatusCode::OK, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, &request.ui_locales);
    response
}

/// The host of a web address with its port, or the scheme of an application's own.
fn destination(address: &str) -> String {
    match Url::parse(address) {
        Ok(url) => match (url.host_str(), url.port()) {
            (Some(host), Some(port)) if matches!(url.scheme(), "http" | "https") => format!("{host}:{port}"),
            (Some(host), None) if matches!(url.scheme(), "http" | "https") => host.to_owned(),
            _ => format!("{}:", url.scheme()),
        },
        Err(_) => String::new(),
    }
}

async fn decide(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let waiting = visit.load_waiting(form.get("transaction")).await?;
    let mut request = waiting.request;
    let transaction = request.id.clone();
    let refuse = |refusal: Refusal| Err(Halt::Refused(refusal.into(), Some(transaction)));
    let here = visit.load_signed_in().await?;
    let Some(here) = here else {
        // Signed out meanwhile: the dispatcher asks for a sign-in.
        return visit.advanced(resume(visit.app, request, visit.step(None)).await?);
    };
    if !visit
        .browser
        .is_own_form(visit.app, &purpose(&request, &here), form.get("csrf"))
    {
        return refuse(Refusal::CsrfInvalid);
    }
    // The answer counts only at this step: whoever may not teach, or comes too late, goes where the dispatcher says.
    let next = resume(visit.app, request.clone(), visit.step(Some(&here))).await?;
    if !matches!(next, Advance::Ask(Page::FirstUse, _)) {
        return visit.advanced(next);
    }
    match form.get("decision") {
        Some("allow") => {
            let teacher = Present {
                session: &here.session,
                user: &here.user,
            };
            if let Err(error) = teach(visit.app, &request, teacher, &visit.origin()).await? {
                return Err(Halt::Refused(error, Some(request.id)));
            }
        }
        Some("deny") => return visit.advanced(deny(visit.app, request, visit.now, Refusal::FirstUseDenied).await?),
        Some("another") => request.state.unwanted_session = Some(here.session.id.clone()),
        _ => return refuse(Refusal::ParametersMalformed),
    }
    visit.advanced(advance(visit.app, request, visit.step(Some(&here))).await?)
}

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn the_person_sees_whose_address_it_is() {
        assert_eq!(destination("https://app.example/cb?x=1"), "app.example");
        assert_eq!(destination("https://app.example:8443/cb"), "app.example:8443");
        assert_eq!(
            destination("https://app.example.evil.test/app.example"),
            "app.example.evil.test"
        );
        assert_eq!(destination("com.example.app:/cb"), "com.example.app:");
        assert_eq!(destination("myapp://cb"), "myapp:");
    }
}

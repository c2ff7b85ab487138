//! `/consent`: what an application asks for, and the person's answer. The form is bound to this browser, this request
//! and this session, so that nobody answers for another.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::refusal::Refusal;
use url::Url;

use super::visit::{Halt, Shown, Visit, Waiting, shown_person};
use crate::actions::authorization::{Advance, Page, advance, deny, resume};
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::pages::{ClaimItem, Consent, FormAction, ScopeItem, reply};
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

fn purpose(transaction: &str, here: &SignedIn) -> String {
    format!("consent|{transaction}|{}", here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let waiting = visit.load_waiting(params.get("transaction")).await?;
    let here = visit.load_signed_in().await?;
    let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
    match (&next, &here) {
        (Advance::Ask(Page::Consent, _), Some(here)) => Ok(show(visit, &waiting, here)),
        _ => visit.advanced(next),
    }
}

fn show(visit: &Visit<'_>, waiting: &Waiting, here: &SignedIn) -> Response {
    let request = &waiting.request.state.request;
    let offered = &waiting.entry.client.scopes;
    let mut scopes: Vec<ScopeItem<'_>> = request
        .scopes
        .iter()
        .map(|name| {
            let mapping = offered.iter().find(|mapping| mapping.scope == *name);
            ScopeItem {
                name,
                description: mapping.map(|mapping| mapping.description.as_str()),
                managed: mapping.is_some_and(|mapping| mapping.managed.is_some()) || request.dialect.knows(name),
            }
        })
        .collect();
    // The scope of every sign-in is what the others add to.
    scopes.sort_by_key(|scope| scope.name != "openid");
    let names = request.claims.names();
    // Whether a claim is essential is not kept: the person may refuse the whole, not a part.
    let claims: Vec<ClaimItem<'_>> = names.iter().map(|name| ClaimItem { name, essential: false }).collect();
    let page = Consent {
        frame: &visit.frame(&request.ui_locales),
        application: waiting.application(),
        person: shown_person(here),
        scopes: &scopes,
        claims: &claims,
        returns_to: &returns_to(&request.redirect_uri),
        action: "/consent",
        csrf: &visit.browser.csrf(visit.app, &purpose(&waiting.request.id, here)),
        transaction: &waiting.request.id,
    };
    let mut response = reply(StatusCode::OK, &page, &FormAction::Anywhere);
    visit.remember_language(&mut response, &request.ui_locales);
    response
}

/// The host of a web address, or the scheme of an application's own.
fn returns_to(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        Ok(url) => match url.host_str() {
            Some(host) if matches!(url.scheme(), "http" | "https") => host.to_owned(),
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
        .is_own_form(visit.app, &purpose(&request.id, &here), form.get("csrf"))
    {
        return refuse(Refusal::CsrfInvalid);
    }
    match form.get("decision") {
        Some("allow") => {
            // Agreement counts only at this step: it must not wait for the next person to sign in.
            let next = resume(visit.app, request.clone(), visit.step(Some(&here))).await?;
            if !matches!(next, Advance::Ask(Page::Consent, _)) {
                return visit.advanced(next);
            }
            request.state.consent_given = true;
        }
        Some("deny") => return visit.advanced(deny(visit.app, request, visit.now, Refusal::ConsentDenied).await?),
        Some("another") => request.state.unwanted_session = Some(here.session.id.clone()),
        _ => return refuse(Refusal::ParametersMalformed),
    }
    visit.advanced(advance(visit.app, request, visit.step(Some(&here))).await?)
}

#[cfg(test)]
mod tests {
    use super::returns_to;

    #[test]
    fn the_person_sees_where_the_answer_goes() {
        assert_eq!(returns_to("https://app.example:8443/cb?x=1"), "app.example");
        assert_eq!(returns_to("com.example.app:/cb"), "com.example.app:");
        assert_eq!(returns_to("http://[::1]:80/cb"), "[::1]");
    }
}

//! `/consent`: what an application asks for, and the person's answer. The form is bound to this browser, this request
//! and this session, so that nobody answers for another.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::records::PendingRequest;
use protocol::refusal::Refusal;
use url::Url;

use crate::actions::authorization::{Page, deny};
use crate::pages::{ClaimItem, Consent, FormAction, ScopeItem, reply};
use crate::web::browser::SignedIn;
use crate::web::visit::{Incoming, Shown, Visit, Waiting, shown_person};

/// Shows the question, or goes on when there is nothing to ask.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Takes the answer.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(decide(&visit, body).await)
}

fn purpose(request: &PendingRequest, here: &SignedIn) -> String {
    format!("consent|{}|{}", request.id, here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let (waiting, here) = visit.load_question(query, Page::Consent).await?;
    Ok(show(visit, &waiting, &here))
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
        csrf: &visit.browser.csrf(visit.app, &purpose(&waiting.request, here)),
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
    let mut answered = visit.load_answer(body, purpose).await?;
    match answered.form.get("decision") {
        Some("allow") => {
            // Agreement counts only at this step: it must not wait for the next person to sign in.
            visit.check_still_asked(&answered, Page::Consent).await?;
            answered.request.state.consent_given = true;
        }
        Some("deny") => {
            return visit.advanced(deny(visit.app, answered.request, visit.now, Refusal::ConsentDenied).await?);
        }
        Some("another") => answered.wants_another(),
        _ => return Err(answered.unreadable()),
    }
    visit.go_on(answered).await
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

//! `/first-use`: an application without any redirect URI presents its first, and the person says whether it is the right
//! one. Nothing goes there before; the form is bound to this browser, this request, this session and this address.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::id::{hash_secret, hex};
use protocol::records::PendingRequest;
use protocol::redirect_uri::{Remark, check_first_use};
use protocol::refusal::Refusal;
use url::Url;

use crate::actions::authorization::{Page, Present, deny};
use crate::actions::first_use::teach;
use crate::pages::{FirstUse, FormAction, reply};
use crate::web::browser::SignedIn;
use crate::web::visit::{Halt, Incoming, Shown, Visit, Waiting, shown_person};

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

fn purpose(waiting: &PendingRequest, here: &SignedIn) -> String {
    let address = hex(&hash_secret(&waiting.state.request.redirect_uri));
    format!("first-use|{}|{}|{address}", waiting.id, here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let (waiting, here) = visit.load_question(query, Page::FirstUse).await?;
    Ok(show(visit, &waiting, &here))
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
    let mut answered = visit.load_answer(body, purpose).await?;
    // The answer counts only at this step: whoever may not teach, or comes too late, goes where the dispatcher says.
    visit.check_still_asked(&answered, Page::FirstUse).await?;
    match answered.form.get("decision") {
        Some("allow") => {
            let teacher = Present {
                session: &answered.here.session,
                user: &answered.here.user,
            };
            if let Err(error) = teach(visit.app, &answered.request, teacher, &visit.origin()).await? {
                return Err(Halt::Refused(error, Some(answered.request.id)));
            }
        }
        Some("deny") => {
            return visit.advanced(deny(visit.app, answered.request, visit.now, Refusal::FirstUseDenied).await?);
        }
        Some("another") => answered.wants_another(),
        _ => return Err(answered.unreadable()),
    }
    visit.go_on(answered).await
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

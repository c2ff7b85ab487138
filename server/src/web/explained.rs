//! The page of a refusal for an administrator who is signed in in this browser: the same page, and below it what was given and
//! expected, the rule, and what repairs it. Whoever is no administrator gets the page as it is.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, Method, Uri, header};
use protocol::refusal::Refusal;
use store::StoreError;

use super::browser::{Browser, administration, load_signed_in};
use super::cookies::Cookie;
use super::view::ShownRefusal;
use crate::actions::transactions::explain_now;
use crate::app::{App, AppState};
use crate::pages::Explanation;
use crate::recorder;

/// Where authorization requests come in: what they ask for stands in the address, so they can begin anew.
const BEGINNINGS: [&str; 3] = ["/application/o/authorize/", "/login/oauth/authorize", "/authorize"];

/// The layer around the pages that may be refused.
pub(crate) async fn explain(State(app): State<AppState>, request: Request, next: Next) -> Response {
    // Nobody is signed in where no cookie says so; most requests end here.
    if Cookie::Session.read(request.headers(), app.secure).is_none() {
        return next.run(request).await;
    }
    let headers = request.headers().clone();
    let (method, address) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    let Some(shown) = response.extensions().get::<ShownRefusal>().cloned() else {
        return response;
    };
    match load(&app, &headers, &method, &address, &shown).await {
        Ok(Some(explanation)) => {
            let mut explained = shown.explained(&app, &headers, explanation);
            for cookie in response.headers().get_all(header::SET_COOKIE) {
                explained.headers_mut().append(header::SET_COOKIE, cookie.clone());
            }
            *explained.status_mut() = response.status();
            explained
        }
        Ok(None) => response,
        Err(error) => {
            tracing::warn!(%error, "a refusal could not be explained");
            response
        }
    }
}

async fn load<'a>(
    app: &'a App,
    headers: &HeaderMap,
    method: &Method,
    address: &Uri,
    shown: &'a ShownRefusal,
) -> Result<Option<Explanation<'a>>, StoreError> {
    let error = shown.error();
    // What is at no address, or ours, is not about a sign-in.
    if matches!(error.refusal, Refusal::NotFound | Refusal::MethodNotAllowed) {
        return Ok(None);
    }
    let Some(here) = load_signed_in(app, headers, app.now()).await? else {
        return Ok(None);
    };
    if !app.store.load_is_admin(&here.user).await? {
        return Ok(None);
    }
    let known = recorder::known().unwrap_or_default();
    let mut explained = explain_now(app, error, &known).await?;
    // A button repairs what a record holds, never what a form says; without a record there are none.
    if !known.is_kept {
        explained.offers.clear();
    }
    let (rule, place) = (explained.rule(), explained.place());
    let sides = Explanation::sides(
        explained.given.as_deref(),
        explained.expected.as_deref(),
        explained.difference.take(),
    );
    let record = known.is_kept.then(|| format!("/admin/transactions/{}", known.id));
    Ok(Some(Explanation {
        code: error.refusal.code(),
        given: sides.given,
        expected: sides.expected,
        aspects: sides.aspects,
        others: sides.others,
        rule,
        place,
        offers: explained.offers,
        action: format!("/admin/transactions/{}/repair", known.id),
        csrf: Browser::of(app, headers).csrf(app, &administration(&here.session)),
        again: begins_anew(method, address, shown),
        record,
    }))
}

/// Where the refused request begins anew.
fn begins_anew(method: &Method, address: &Uri, shown: &ShownRefusal) -> Option<String> {
    match shown {
        ShownRefusal::Source { again, .. } => again.clone(),
        ShownRefusal::Plain { .. } => {
            let begins = *method == Method::GET && BEGINNINGS.contains(&address.path());
            begins
                .then(|| address.path_and_query().map(ToString::to_string))
                .flatten()
        }
    }
}

//! `/application/o/authorize/` (RFC 6749, section 3.1): the beginning of a sign-in.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::time::Time;

use crate::actions::authorization::{Advance, Present, Step, begin};
use crate::app::{App, AppState};
use crate::observe::RequestFacts;
use crate::web::browser::{Browser, load_signed_in};
use crate::web::extract::{read_form, read_query};
use crate::web::{leave, reply, view};

/// The request in the query.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(query) = query.filter(|query| !query.is_empty()) else {
        // Nobody comes here without parameters but by mistake.
        let error = OAuthError::from(protocol::refusal::Refusal::ClientMissing);
        let mut page = view::error_page(&app, &headers, &error, facts.id.as_str());
        *page.status_mut() = StatusCode::NOT_FOUND;
        return page;
    };
    match read_query(Some(&query)) {
        Ok(params) => answer(&app, facts, &headers, &params).await,
        Err(error) => view::error_page(&app, &headers, &error, facts.id.as_str()),
    }
}

/// The request as a form (OpenID Connect Core, section 3.1.2.1).
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match read_form(&headers, body).await {
        Ok(params) => answer(&app, facts, &headers, &params).await,
        Err(error) => {
            let mut page = view::error_page(&app, &headers, &error.error, facts.id.as_str());
            *page.status_mut() = error.status;
            page
        }
    }
}

async fn answer(app: &App, facts: RequestFacts, headers: &HeaderMap, params: &Params) -> Response {
    let browser = Browser::of(app, headers);
    let now = Time(facts.now_micros);
    let advanced = async {
        let signed_in = load_signed_in(app, headers, now).await?;
        let present = signed_in.as_ref().map(|here| Present {
            session: &here.session,
            user: &here.user,
        });
        let step = Step {
            now,
            client_address: facts.client_address,
            browser: browser.hash(),
            present,
        };
        begin(app, params, step).await
    };
    let mut response = match advanced.await {
        Ok(Advance::Answer(address)) => reply::see_other(&address),
        Ok(Advance::Post(posting)) => leave::form_post(app, headers, &posting),
        Ok(Advance::Ask(page, transaction)) => reply::see_other(&page.address(&transaction)),
        Ok(Advance::Refused { error, transaction }) => view::error_page(app, headers, &error, &transaction),
        Err(error) => view::fault_page(app, headers, &error, facts.id.as_str()),
    };
    if let Some(cookie) = browser.set_cookie(app) {
        reply::add_header(&mut response, header::SET_COOKIE, &cookie);
    }
    response
}

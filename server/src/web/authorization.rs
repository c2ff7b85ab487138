//! The beginning of an authorization, as every endpoint for it answers a browser.

use axum::response::Response;
use http::{HeaderMap, header};
use protocol::dialect::Dialect;
use protocol::params::Params;
use protocol::time::Time;
use store::StoreError;

use super::browser::{Browser, load_signed_in};
use super::{leave, reply, view};
use crate::actions::authorization::{self, Advance, Present, Step};
use crate::app::App;
use crate::observe::RequestFacts;

/// Begins an authorization in the words of `dialect` and sends the browser on: to the application, to a page of ours, or
/// to the page of the refusal.
pub async fn begin(app: &App, facts: RequestFacts, headers: &HeaderMap, dialect: Dialect, params: &Params) -> Response {
    let browser = Browser::of(app, headers);
    let advanced = advance(app, facts, headers, &browser, dialect, params).await;
    answer(app, facts, headers, &browser, advanced)
}

/// What comes first in an authorization that begins in the words of `dialect`.
///
/// # Errors
/// When the database is unavailable.
pub async fn advance(
    app: &App,
    facts: RequestFacts,
    headers: &HeaderMap,
    browser: &Browser,
    dialect: Dialect,
    params: &Params,
) -> Result<Advance, StoreError> {
    let now = Time(facts.now_micros);
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
    authorization::begin(app, dialect, params, step).await
}

/// Sends the browser on.
pub fn answer(
    app: &App,
    facts: RequestFacts,
    headers: &HeaderMap,
    browser: &Browser,
    advanced: Result<Advance, StoreError>,
) -> Response {
    let mut response = match advanced {
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

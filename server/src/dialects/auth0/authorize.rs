//! `/authorize`: an authorization in Auth0's words (section 7 of the sheet). With `connection` the browser goes straight to the
//! provider.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::dialect::Dialect;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::upstream::UpstreamFailure;
use store::StoreError;

use crate::actions::authorization::{Advance, Page, find, refuse_arrival};
use crate::actions::source_sign_in::NotIn;
use crate::actions::source_sign_in::depart::{Departure, NotGone, depart, take_wish};
use crate::app::{App, AppState};
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::authorization::{advance, answer};
use crate::web::browser::Browser;
use crate::web::extract::read_query;
use crate::web::view;

/// The request in the query.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = match read_query(query.as_deref()) {
        Ok(params) => params,
        Err(error) => return view::error_page(&app, &headers, &error, facts.id.as_str()),
    };
    let browser = Browser::of(&app, &headers);
    let mut advanced = advance(&app, facts, &headers, &browser, Dialect::Auth0, &params).await;
    if let Ok(Advance::Ask(Page::Source, transaction)) = advanced {
        advanced = leave(&app, facts, &browser, transaction).await;
    }
    let mut response = answer(&app, facts, &headers, &browser, advanced);
    // B-7.1 and B-7.2; a request that was read with GET stays one.
    if response.status() == StatusCode::SEE_OTHER && response.headers().contains_key(header::LOCATION) {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}

/// To the provider at once. What can not leave is answered as everything else that goes wrong with a connection.
async fn leave(app: &App, facts: RequestFacts, browser: &Browser, transaction: String) -> Result<Advance, StoreError> {
    let now = Time(facts.now_micros);
    let mut waiting = match find(app, &transaction, browser.hash(), now).await? {
        Ok(waiting) => waiting,
        Err(error) => return Ok(Advance::Refused { error, transaction }),
    };
    let Some(key) = take_wish(app, &mut waiting).await? else {
        let error = Refusal::TransactionUnknown.into();
        return Ok(Advance::Refused { error, transaction });
    };
    let Some(entry) = app.client(By::Id(&waiting.application_id)).await? else {
        let error = Refusal::TransactionUnknown.into();
        return Ok(Advance::Refused { error, transaction });
    };
    let nothing = Params::default();
    let departure = Departure {
        key: &key,
        waiting: Some((&waiting, &entry.client.application)),
        query: &nothing,
        next: None,
        browser: browser.hash(),
        begun_at: None,
        client_address: facts.client_address,
        now,
        request: facts.id.as_str(),
    };
    let failure = match depart(app, departure).await {
        Ok(address) => return Ok(Advance::Answer(address)),
        Err(NotGone::Unknown) => UpstreamFailure::from(Refusal::ConnectionNotFound),
        Err(NotGone::Failed { why, .. }) => match why {
            NotIn::Refused(failure) => *failure,
            NotIn::Store(error) => return Err(error),
        },
    };
    refuse_arrival(app, waiting, &failure).await
}

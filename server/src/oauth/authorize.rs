//! `/application/o/authorize/` (RFC 6749, section 3.1): the beginning of a sign-in.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::dialect::Dialect;
use protocol::error::OAuthError;

use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::authorization::begin;
use crate::web::extract::{read_form, read_query};
use crate::web::view;

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
        Ok(params) => begin(&app, facts, &headers, Dialect::Standard, &params).await,
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
        Ok(params) => begin(&app, facts, &headers, Dialect::Standard, &params).await,
        Err(error) => {
            let mut page = view::error_page(&app, &headers, &error.error, facts.id.as_str());
            *page.status_mut() = error.status;
            page
        }
    }
}

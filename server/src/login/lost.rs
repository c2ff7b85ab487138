//! Addresses that lead nowhere, and methods that an address does not take: a page for people, JSON for programs.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::error::OAuthError;
use protocol::refusal::Refusal;

use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::extract::header_text;
use crate::web::reply::oauth_error_with;
use crate::web::view::error_page;

/// Answers every address that no wing has.
pub async fn not_found(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
) -> Response {
    refuse(&app, facts, &headers, StatusCode::NOT_FOUND, Refusal::NotFound)
}

/// Answers a method that the address does not take.
pub async fn method_not_allowed(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
) -> Response {
    refuse(
        &app,
        facts,
        &headers,
        StatusCode::METHOD_NOT_ALLOWED,
        Refusal::MethodNotAllowed,
    )
}

fn refuse(app: &AppState, facts: RequestFacts, headers: &HeaderMap, status: StatusCode, refusal: Refusal) -> Response {
    let error = OAuthError::from(refusal);
    let reads_pages = header_text(headers, header::ACCEPT).is_some_and(|accepted| accepted.contains("text/html"));
    if reads_pages {
        error_page(app, headers, &error, facts.id.as_str())
    } else {
        oauth_error_with(status, &error)
    }
}

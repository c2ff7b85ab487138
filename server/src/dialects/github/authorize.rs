//! `/login/oauth/authorize` (GitHub documentation, "Authorizing OAuth apps"): an authorization in GitHub's words.

use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;
use protocol::dialect::Dialect;

use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::authorization::begin;
use crate::web::extract::read_query;
use crate::web::view;

/// The request in the query.
pub(super) async fn get(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match read_query(query.as_deref()) {
        Ok(params) => begin(&app, facts, &headers, Dialect::GitHub, &params).await,
        Err(error) => view::error_page(&app, &headers, &error, facts.id.as_str()),
    }
}

//! Discovery documents and JWKS, per application and for the global issuer (OpenID Connect Discovery 1.0, section 4;
//! RFC 8414, section 3).

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};

use super::cors;
use crate::app::AppState;
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::reply;

/// The document of the global issuer.
pub(super) async fn global(State(app): State<AppState>) -> Response {
    cors::allow_all(reply::document(app.discovery()))
}

/// The keys of the global issuer.
pub(super) async fn global_jwks(State(app): State<AppState>) -> Response {
    cors::allow_all(reply::document(app.snapshot().jwks.clone()))
}

/// The document of an application.
pub(super) async fn of_slug(State(app): State<AppState>, Path(slug): Path<String>, headers: HeaderMap) -> Response {
    match app.client(By::Slug(&slug)).await {
        Ok(Some(entry)) => cors::allow(reply::document(entry.discovery.clone()), &headers, Some(&entry.client)),
        Ok(None) => reply::empty(StatusCode::NOT_FOUND),
        Err(error) => reply::oauth_error(&reply::store_fault(&error)),
    }
}

/// The keys of an application.
pub(super) async fn jwks_of_slug(State(app): State<AppState>, Path(slug): Path<String>) -> Response {
    match app.client(By::Slug(&slug)).await {
        Ok(Some(entry)) => cors::allow_all(reply::document(entry.jwks.clone())),
        Ok(None) => cors::allow_all(reply::empty(StatusCode::NOT_FOUND)),
        Err(error) => reply::oauth_error(&reply::store_fault(&error)),
    }
}

/// The issuer's address itself leads to its document.
pub(super) async fn root(
    State(app): State<AppState>,
    Path(slug): Path<String>,
    Extension(_facts): Extension<RequestFacts>,
) -> Response {
    match app.client(By::Slug(&slug)).await {
        Ok(Some(entry)) => {
            let slug = &entry.client.application.slug;
            let location = format!(
                "{}application/o/{slug}/.well-known/openid-configuration",
                app.public_url
            );
            let mut response = reply::empty(StatusCode::FOUND);
            reply::add_header(&mut response, header::LOCATION, &location);
            response
        }
        Ok(None) => reply::empty(StatusCode::NOT_FOUND),
        Err(error) => reply::oauth_error(&reply::store_fault(&error)),
    }
}

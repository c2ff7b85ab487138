//! The endpoints that applications speak to: authorization, token, userinfo, introspection, revocation, discovery, JWKS.
//!
//! Handlers extract, load, let the core decide, commit and answer. What each endpoint may be asked with which method is
//! settled here; rules are the core's.

use axum::Router;
use axum::routing::{any, get, post};

use crate::app::AppState;
use crate::web::cors;
use crate::web::token_endpoint::other;

mod authorize;
mod device;
mod introspect;
mod metadata;
mod revoke;
mod token;
mod userinfo;
mod webfinger;

/// The routes that browsers come to.
pub fn pages() -> Router<AppState> {
    Router::new().route("/application/o/authorize/", get(authorize::get).post(authorize::post))
}

/// The routes that programs come to.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/application/o/token/",
            post(token::post).options(cors::preflight).fallback(other),
        )
        .route(
            "/application/o/userinfo/",
            get(userinfo::handle).post(userinfo::handle).options(cors::preflight),
        )
        // Auth0's address of the same thing.
        .route(
            "/userinfo",
            get(userinfo::handle).post(userinfo::handle).options(cors::preflight),
        )
        .route(
            "/application/o/device/",
            post(device::post).options(cors::preflight).fallback(other),
        )
        .route("/application/o/introspect/", post(introspect::post).fallback(other))
        .route(
            "/application/o/revoke/",
            post(revoke::post).options(cors::preflight).fallback(other),
        )
        .route(
            "/application/o/jwks/",
            get(metadata::global_jwks).options(cors::preflight),
        )
        .route(
            "/.well-known/openid-configuration",
            get(metadata::global).options(cors::preflight),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(metadata::global).options(cors::preflight),
        )
        .route(
            "/.well-known/oauth-authorization-server/application/o/{slug}",
            get(metadata::of_slug).options(cors::preflight),
        )
        .route(
            "/.well-known/oauth-authorization-server/application/o/{slug}/",
            get(metadata::of_slug).options(cors::preflight),
        )
        .route("/.well-known/webfinger", get(webfinger::get).options(cors::preflight))
        .route("/application/o/{slug}/", any(metadata::root))
        .route(
            "/application/o/{slug}/jwks/",
            get(metadata::jwks_of_slug).options(cors::preflight),
        )
        .route(
            "/application/o/{slug}/.well-known/openid-configuration",
            get(metadata::of_slug).options(cors::preflight),
        )
        .route(
            "/application/o/{slug}/.well-known/oauth-authorization-server",
            get(metadata::of_slug).options(cors::preflight),
        )
}

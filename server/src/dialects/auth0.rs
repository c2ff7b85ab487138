//! Auth0's interface (Auth0 sheet): custom social connections and the people who came through them at `/api/v2`, and sign-in and
//! tokens at `/authorize` and `/oauth/token`, for programs that know only those.
//!
//! A connection is a source and nothing else: made here, it is seen natively, and a plain OAuth 2.0 source that was made natively
//! is seen here. What an application is given is decided by the core; the words alone are Auth0's (`protocol/src/auth0.rs`).

use axum::Router;
use axum::routing::{get, post};

use crate::app::AppState;
use crate::web::cors::preflight;
use crate::web::token_endpoint::other;

mod authorize;
mod body;
mod call;
mod clients;
mod connection;
mod connections;
mod failure;
mod list;
mod options;
mod options_view;
mod query;
mod token;
mod users;

/// The routes of this dialect.
pub(super) fn routes() -> Router<AppState> {
    let management = Router::new()
        .route(
            "/connections",
            get(list::get)
                .post(connections::create)
                .fallback(failure::not_like_this),
        )
        .route(
            "/connections/{id}",
            get(connections::read)
                .patch(connections::update)
                .delete(connections::delete)
                .fallback(failure::not_like_this),
        )
        .route(
            "/connections/{id}/clients",
            get(clients::get).patch(clients::patch).fallback(failure::not_like_this),
        )
        .route(
            "/connections/{id}/status",
            get(connections::status).fallback(failure::not_like_this),
        )
        .route("/users/{id}", get(users::get).fallback(failure::not_like_this))
        .fallback(failure::nothing_here);
    Router::new()
        .route("/authorize", get(authorize::get))
        .route("/oauth/token", post(token::post).options(preflight).fallback(other))
        .nest("/api/v2", management)
}

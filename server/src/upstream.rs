//! The wing upstream: people on their way to a source and back.
//!
//! A start address sends a browser to a source; three callback addresses, one for each way of describing a source, lead to
//! one handler; a page asks for what a source did not tell. Where the person goes on to is decided by the dispatcher that every page comes back to.

use axum::Router;
use axum::routing::get;

use crate::app::AppState;

mod callback;
mod failure;
mod finish;
mod start;

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/source/oauth/start", get(start::wished))
        .route("/source/oauth/login/{key}/", get(start::get))
        .route("/source/oauth/callback/{key}/", get(callback::get).post(callback::post))
        .route(
            "/v1/oauth-callback/{key}",
            get(callback::get_named).post(callback::post_named),
        )
        .route("/login/callback", get(callback::get_shared).post(callback::post_shared))
        .route("/source/oauth/finish", get(finish::get).post(finish::post))
}

//! The wing account: what a person sees and changes of their own account.

use axum::Router;
use axum::routing::{get, post};

use crate::app::AppState;

mod links;
mod overview;

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/account", get(overview::get))
        .route("/account/link", post(links::link))
        .route("/account/unlink", post(links::unlink))
}

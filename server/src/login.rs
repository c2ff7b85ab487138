//! The wing login.

use axum::Router;

use crate::app::AppState;

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
}

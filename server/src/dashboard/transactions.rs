//! `/admin/transactions`: recorded sign-ins and what else was refused, and the buttons that repair it.

mod list;
mod one;
mod repair;

use axum::Router;
use axum::routing::{get, post};
use protocol::refusal::Refusal;

use crate::actions::outcome::ActionError;
use crate::app::AppState;
use crate::web::visit::Halt;

/// The routes of these pages.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/transactions", get(list::get))
        .route("/admin/transactions/{id}", get(one::get))
        .route("/admin/transactions/{id}/export", get(one::export))
        .route("/admin/transactions/{id}/repair", post(repair::post))
}

/// Why nothing was done, as a page.
fn told(error: ActionError) -> Halt {
    match error {
        ActionError::NotFound => Refusal::NotFound.into(),
        ActionError::Store(error) => Halt::Store(error),
        told => repair::impossible(told.to_string()),
    }
}

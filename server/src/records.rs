//! The wing records: pages for administrators about recorded transactions under `/admin/transactions`, and the buttons that repair
//! what refused them.

mod list;
mod one;
mod repair;

use axum::Router;
use axum::routing::{get, post};
use protocol::refusal::Refusal;
use url::form_urlencoded::byte_serialize;

use crate::actions::outcome::ActionError;
use crate::app::AppState;
use crate::web::browser::SignedIn;
use crate::web::visit::{Halt, Incoming, Visit};

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/transactions", get(list::get))
        .route("/admin/transactions/{id}", get(one::get))
        .route("/admin/transactions/{id}/export", get(one::export))
        .route("/admin/transactions/{id}/repair", post(repair::post))
}

/// The administrator who is signed in in this browser; the inner error: nobody is, and this is where they sign in.
///
/// # Errors
/// Whoever is no administrator hears the same as everywhere in the dashboard.
async fn load_administrator(visit: &Visit<'_>, incoming: &Incoming) -> Result<Result<SignedIn, String>, Halt> {
    let Some(here) = visit.load_signed_in().await? else {
        let mut next = incoming.path().to_owned();
        if let Some(query) = incoming.query() {
            next.push('?');
            next.push_str(query);
        }
        let next: String = byte_serialize(next.as_bytes()).collect();
        return Ok(Err(format!("/login?next={next}")));
    };
    if visit.app.store.load_is_admin(&here.user).await? {
        Ok(Ok(here))
    } else {
        Err(Refusal::AdministratorOnly.into())
    }
}

/// Why nothing was done, as a page.
fn told(error: ActionError) -> Halt {
    match error {
        ActionError::NotFound => Refusal::NotFound.into(),
        ActionError::Store(error) => Halt::Store(error),
        told => repair::impossible(told.to_string()),
    }
}

//! The pages that people pass on their way in and out: sign in, choose an account, consent, sign out, the start page,
//! and the page of the first administrator.
//!
//! Each page shows one question, takes one answer, and hands the waiting authorization back to the one dispatcher. No
//! page decides where to go next by itself.

use axum::Router;
use axum::routing::{get, post};

use crate::app::AppState;

mod choose_account;
mod consent;
mod denied;
mod destination;
mod device;
mod end_session;
mod entered;
mod factor;
mod first_use;
mod home;
mod identifier;
mod language;
mod lost;
mod passkey;
mod question;
mod setup;
mod sign_in;
mod sign_out;

pub use lost::{method_not_allowed, not_found};

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home::get))
        .route("/login", get(sign_in::get).post(sign_in::post))
        .route("/login/passkey", post(passkey::post))
        .route("/login/passkey/options", post(passkey::options))
        .route("/factor", get(factor::get).post(factor::post))
        .route("/factor/options", post(factor::options))
        .route("/choose-account", get(choose_account::get).post(choose_account::post))
        .route("/consent", get(consent::get).post(consent::post))
        .route("/denied", get(denied::get).post(denied::post))
        .route("/device", get(device::get).post(device::post))
        .route("/first-use", get(first_use::get).post(first_use::post))
        .route("/logout", get(sign_out::get).post(sign_out::post))
        .route("/language/{tag}", get(language::get))
        .route("/setup", get(setup::get).post(setup::post))
        .route(
            "/application/o/end-session/",
            get(end_session::get_global).post(end_session::post_global),
        )
        .route(
            "/application/o/{slug}/end-session/",
            get(end_session::get_of_slug).post(end_session::post_of_slug),
        )
}

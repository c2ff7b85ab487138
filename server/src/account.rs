//! The wing account: what a person sees and changes of their own account.

use axum::Router;
use axum::routing::{get, post};

use crate::app::AppState;

mod activity;
mod app_passwords;
mod asking;
mod consents;
mod emails;
mod factors;
mod invitation;
mod joining;
mod links;
mod overview;
mod password;
mod profile;
mod recovery;
mod room;
mod sessions;
mod sign_up;

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/account", get(overview::get))
        .route("/account/factors", get(factors::get))
        .route(
            "/account/factors/authenticator",
            get(factors::get_authenticator).post(factors::post_authenticator),
        )
        .route(
            "/account/factors/authenticator/confirm",
            post(factors::confirm_authenticator),
        )
        .route("/account/factors/passkey", post(factors::post_passkey))
        .route("/account/factors/passkey/options", post(factors::passkey_options))
        .route("/account/factors/recovery-codes", post(factors::post_recovery_codes))
        .route("/account/factors/rename", post(factors::rename))
        .route("/account/factors/remove", post(factors::remove))
        .route("/account/link", post(links::link))
        .route("/account/unlink", post(links::unlink))
        .route("/account/profile", get(profile::get).post(profile::post))
        .route("/account/emails", get(emails::get).post(emails::post))
        .route("/account/emails/primary", post(emails::primary))
        .route("/account/emails/remove", post(emails::remove))
        .route(
            "/account/emails/confirm",
            get(emails::get_confirm).post(emails::post_confirm),
        )
        .route("/recover", get(recovery::get).post(recovery::post))
        .route("/recover/new", get(recovery::get_new).post(recovery::post_new))
        .route("/sign-up", get(sign_up::get).post(sign_up::post))
        .route("/sign-up/finish", get(sign_up::get_finish).post(sign_up::post_finish))
        .route("/invitation", get(invitation::get).post(invitation::post))
        .route("/account/password", get(password::get).post(password::post))
        .route(
            "/account/app-passwords",
            get(app_passwords::get).post(app_passwords::post),
        )
        .route("/account/app-passwords/delete", post(app_passwords::delete))
        .route("/account/consents", get(consents::get).post(consents::post))
        .route("/account/sessions", get(sessions::get).post(sessions::post))
        .route("/account/activity", get(activity::get))
}

//! The wizards: from nothing to an application that signs people in, and to a source that they come from.
//!
//! `choice.rs` shows the recipes, `recipe.rs` makes an application from one, `other.rs` any other, `start.rs` shows what to enter there
//! and waits for the first sign-in (`live.rs` says how far that has come); `provider.rs` makes sources and `connected.rs` goes on from there.

mod choice;
mod connected;
mod live;
mod other;
mod provider;
mod recipe;
mod start;

use axum::Router;
use axum::routing::get;

use super::engine;
use super::resource::Resource;
use crate::app::AppState;
use crate::pages::Frame;
use crate::pages::dashboard::table::Link;

/// The pages of the wizards. They stand before those of the records, at addresses that no record has.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/applications/new", get(choice::get).post(engine::post))
        .route("/admin/applications/new/{name}", get(recipe::get).post(recipe::post))
        .route("/admin/applications/other/{kind}", get(other::get).post(other::post))
        .route("/admin/applications/{id}/start", get(start::get))
        .route("/admin/applications/{id}/start/card", get(start::card))
        .route("/admin/sources/new", get(provider::choose).post(engine::post))
        .route("/admin/sources/new/{kind}", get(provider::get).post(provider::post))
        .route("/admin/sources/{id}/start", get(connected::get).post(connected::post))
        .route(
            "/admin/sources/{id}/applications",
            get(connected::applications).post(connected::enable),
        )
}

/// Every message whose id is put together from the name of what it names.
pub(super) fn messages() -> impl Iterator<Item = String> {
    live::messages().chain(provider::messages())
}

/// The pages of the wizards and rehearsals that belong to a record.
pub(super) fn ways(frame: &Frame<'_>, resource: &Resource, id: &str) -> Vec<Link> {
    let pages: &[(&str, &str)] = match resource.path {
        "applications" => &[("start", "wizard-live"), ("preview", "rehearsal-preview")],
        "sources" => &[
            ("start", "wizard-connect"),
            ("applications", "dashboard-applications"),
            ("replay", "rehearsal-replay"),
        ],
        _ => &[],
    };
    let link = |(page, text): &(&str, &str)| Link {
        address: format!("/admin/{}/{id}/{page}", resource.path),
        text: frame.say(text),
    };
    pages.iter().map(link).collect()
}

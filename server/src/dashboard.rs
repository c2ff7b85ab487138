//! The wing dashboard: the pages under `/admin/` for those who run Vestibule.
//!
//! A page decides nothing. It turns a form into the JSON of the management API, calls the route of `/api/v1` inside the process
//! as the administrator who is signed in, and shows what came back. So both have the same checks, the same audit events and the
//! same words for what is wrong.
//!
//! Records of all kinds have the same pages: `engine.rs` makes them from the descriptions in `resources/`. A page of its own is a line
//! in [`routes`] and, when the navigation names it, a word in `navigation.rs`.

mod act;
mod api;
mod cells;
mod desk;
mod draft;
mod engine;
mod fields;
mod form;
mod list;
mod mark;
mod navigation;
mod once;
mod overview;
mod place;
mod reading;
mod record;
mod refusals;
mod rehearsal;
mod related;
mod resource;
mod resources;
mod settings;
mod transactions;
mod trial;
mod values;
mod wizard;
mod words;

use axum::routing::get;
use axum::{Extension, Router};

use crate::app::AppState;
use crate::web::reply::see_other;
use api::Api;

/// The routes of this wing. `api`: those of the management API.
pub fn routes(api: Router) -> Router<AppState> {
    Router::new()
        .route("/admin", get(|| async { see_other("/admin/") }))
        .route("/admin/", get(overview::get))
        .merge(transactions::routes())
        .merge(wizard::routes())
        .merge(rehearsal::routes())
        .route("/admin/settings", get(settings::get))
        .route("/admin/{*rest}", get(engine::get).post(engine::post))
        .layer(Extension(Api::new(api)))
}

/// Every message of the pages whose id is put together from the name of what it names.
#[must_use]
pub fn messages() -> Vec<String> {
    let resources = resources::ALL.iter().flat_map(|resource| resource.messages());
    let about = record::ABOUT
        .iter()
        .map(|column| format!("dashboard-field-{}", column.member));
    let secrets = once::MEMBERS.map(|name| format!("dashboard-field-{name}"));
    navigation::messages()
        .chain(words::messages())
        .chain(resources)
        .chain(about)
        .chain(secrets)
        .chain(overview::messages())
        .chain(wizard::messages())
        .chain(rehearsal::messages())
        .chain(settings::messages())
        .chain(["dashboard-word-all".to_owned()])
        .collect()
}

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
use serde_json::Value;
use url::form_urlencoded;

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

/// The pages of the wizards that belong to a record.
pub(super) fn ways(frame: &Frame<'_>, resource: &Resource, id: &str) -> Vec<Link> {
    let pages: &[(&str, &str)] = match resource.path {
        "applications" => &[("start", "wizard-live")],
        "sources" => &[("start", "wizard-connect"), ("applications", "dashboard-applications")],
        _ => &[],
    };
    let link = |(page, text): &(&str, &str)| Link {
        address: format!("/admin/{}/{id}/{page}", resource.path),
        text: frame.say(text),
    };
    pages.iter().map(link).collect()
}

/// A text member of an object; empty where there is none.
fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The members of a list; none where there is none.
fn items<'v>(object: &'v Value, member: &str) -> &'v [Value] {
    object
        .get(member)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// `path` with these parameters.
fn with_query<'q>(path: &str, pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// A word of an address as one segment of a path; empty when it can not be one.
fn segment(word: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if word.bytes().all(plain) { word } else { "" }
}

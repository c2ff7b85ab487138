//! Secrets that an answer carries: shown this once, and never stored anywhere on the way.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::cells;
use super::desk::Desk;
use super::resource::Resource;
use super::words;
use crate::pages::dashboard::answer::Once;
use crate::pages::dashboard::form::FactView;
use crate::pages::dashboard::table::CellView;
use crate::pages::{FormAction, reply};

/// Members whose names this page says.
pub(super) const MEMBERS: [&str; 6] = ["client_secret", "secret", "value", "private_key", "client_id", "url"];

/// Members that the API answers with once.
const SECRETS: &[&str] = &["client_secret", "secret", "value", "private_key"];
/// Members that one takes along with a secret.
const BESIDE: &[&str] = &["client_id", "url"];

/// The secrets in an answer, each with the name of its member.
pub(super) fn secrets(answer: &Value) -> Vec<(&'static str, String)> {
    let found = |name: &&'static str| Some((*name, answer.get(*name)?.as_str()?.to_owned()));
    SECRETS.iter().filter_map(found).collect()
}

/// Shows them. `on`: where one goes from here.
pub(super) fn show(
    desk: &Desk<'_>,
    resource: &Resource,
    answer: &Value,
    secrets: Vec<(&'static str, String)>,
    on: &str,
) -> Response {
    let frame = desk.visit.frame(&[]);
    let beside = BESIDE.iter().filter_map(|name| {
        Some(FactView {
            label: words::label(&frame, name),
            cell: CellView::Copy(answer.get(*name)?.as_str()?.to_owned()),
        })
    });
    let page = Once {
        shell: desk.shell(&frame),
        name: cells::called(resource, answer),
        secrets: secrets
            .into_iter()
            .map(|(name, value)| (words::label(&frame, name), value))
            .collect(),
        facts: beside.collect(),
        on: on.to_owned(),
        frame: &frame,
    };
    reply(StatusCode::OK, &page, &FormAction::Here)
}

//! The page on which one chooses who one is at the sample upstream, and what goes wrong.

use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::params::Params;

use super::Upstream;
use super::misbehaviour::Misbehaviour;
use super::people::PEOPLE;
use crate::pages::{FormAction, Frame, UpstreamPerson, UpstreamStart, reply};
use crate::texts::parse_accept_language;
use crate::web::extract::header_text;

/// The page for an authorization request.
pub(super) fn choose(upstream: &Upstream, headers: &HeaderMap, params: &Params) -> Response {
    let accepted = header_text(headers, header::ACCEPT_LANGUAGE)
        .map(parse_accept_language)
        .unwrap_or_default();
    let frame = Frame {
        speech: upstream.texts.choose(accepted),
        assets: &upstream.assets,
        demonstration: true,
    };
    let people: Vec<UpstreamPerson<'_>> = PEOPLE
        .iter()
        .map(|person| UpstreamPerson {
            name: person.name,
            full_name: format!("{} {}", person.full_name.0, person.full_name.1),
            about: person.about,
        })
        .collect();
    let passed: Vec<(&str, &str)> = params
        .iter()
        .filter(|(name, _)| !matches!(*name, "as" | "misbehave"))
        .collect();
    let page = UpstreamStart {
        frame: &frame,
        name: "Sample upstream",
        action: "/authorize",
        passed: &passed,
        people: &people,
        misbehaviours: &Misbehaviour::ALL.map(|(_, name, what)| (name, what)),
    };
    reply(StatusCode::OK, &page, &FormAction::Anywhere)
}

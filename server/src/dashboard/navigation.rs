//! What the navigation lists.

use crate::pages::Frame;
use crate::pages::dashboard::{NavEntry, NavSection};

/// Parts of the navigation: the message with its heading, and its pages below `/admin/`, each named by the message
/// `dashboard-PATH`.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "dashboard-configure",
        &[
            "applications",
            "sources",
            "users",
            "groups",
            "policies",
            "policy-bindings",
            "scope-mappings",
            "property-mappings",
            "entitlements",
            "keys",
            "webhooks",
            "api-tokens",
            "settings",
        ],
    ),
    (
        "dashboard-observe",
        &[
            "transactions",
            "sessions",
            "grants",
            "consents",
            "external-accounts",
            "logout-notices",
            "events",
            "inspect",
        ],
    ),
];

/// The navigation as it looks on the page `path`.
pub(super) fn sections(frame: &Frame<'_>, path: &str) -> Vec<NavSection> {
    let entry = |page: &&str| NavEntry {
        address: format!("/admin/{page}"),
        name: frame.say(&message(page)),
        is_current: is_below(path, page),
    };
    SECTIONS
        .iter()
        .map(|(title, pages)| NavSection {
            title: frame.say(title),
            entries: pages.iter().map(entry).collect(),
        })
        .collect()
}

/// Every message that names a part or a page.
pub(super) fn messages() -> impl Iterator<Item = String> {
    SECTIONS.iter().flat_map(|(title, pages)| {
        let names = pages.iter().map(|page| message(page));
        std::iter::once((*title).to_owned()).chain(names)
    })
}

fn message(page: &str) -> String {
    format!("dashboard-{page}")
}

/// Whether `path` is the page `/admin/<page>` or one below it.
fn is_below(path: &str, page: &str) -> bool {
    path.strip_prefix("/admin/")
        .and_then(|rest| rest.strip_prefix(page))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

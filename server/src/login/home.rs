//! `/`: who the person is here, and the applications that they may open, by their groups. Where there are many of them, they can be
//! searched: `/?q=WORDS`.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;

use super::sign_out;
use crate::actions::evaluate::Around;
use crate::actions::openable::{self, Openable};
use crate::pages::{FormAction, Home, Tile, TileGroup, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// So many are seen at a glance, and a search would only be in the way.
const AT_A_GLANCE: usize = 8;
/// No name is longer.
const LONGEST_SEARCH: usize = 200;

/// Where administrators go on.
const ADMINISTRATION: &str = "/admin/";

/// Shows the start page, or sends to the sign-in.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(see_other("/login"));
    };
    let query = visit.query(query)?;
    let wanted = query.get("q").unwrap_or_default();
    let wanted: String = wanted
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_SEARCH)
        .collect();
    let wanted = wanted.trim();
    let around = Around {
        client_address: visit.facts().client_address,
        method: "GET",
        path: "/",
        now: visit.app.now(),
        transaction: "",
    };
    let found = openable::list(visit.app, &here.user, wanted, around).await?;
    let shown = found.applications.len();
    let groups = grouped(&found.applications);
    let is_searched = shown > AT_A_GLANCE || found.more || !wanted.is_empty();
    let is_admin = visit.app.store.load_is_admin(&here.user).await?;
    let page = Home {
        frame: &visit.frame(&[]),
        person: shown_person(&here),
        groups: &groups,
        search: is_searched.then_some(wanted),
        cut_at: found.more.then_some(shown),
        sign_out_action: "/logout",
        sign_out_everywhere: sign_out::EVERYWHERE,
        csrf: &visit.browser.csrf(visit.app, &sign_out::purpose(&here)),
        administration: is_admin.then_some(ADMINISTRATION),
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// The tiles by groups, as a dictionary sorts groups and names; last what belongs to no group.
fn grouped(openable: &[Openable]) -> Vec<TileGroup<'_>> {
    let mut groups: BTreeMap<_, TileGroup<'_>> = BTreeMap::new();
    for Openable {
        application,
        launch_url,
    } in openable
    {
        let name = application.group.trim();
        let group = groups
            .entry((name.is_empty(), name.to_lowercase()))
            .or_insert_with(|| TileGroup {
                name,
                tiles: Vec::new(),
            });
        group.tiles.push(Tile {
            slug: &application.slug,
            name: &application.name,
            description: &application.description,
            icon_url: application.icon_url.as_deref().or(application.logo_uri.as_deref()),
            launch_url: Some(launch_url),
        });
    }
    let sorted = groups.into_values().map(|mut group| {
        group.tiles.sort_by_cached_key(|tile| tile.name.to_lowercase());
        group
    });
    sorted.collect()
}

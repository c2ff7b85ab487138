//! `/`: who the person is here, and the applications that they may open, by their groups. Where there are many of them, they can be
//! searched: `/?q=WORDS`.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;
use protocol::client::Application;
use protocol::redirect_uri::guess_launch_url;

use super::sign_out;
use crate::pages::{FormAction, Home, Tile, TileGroup, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// More tiles than anybody reads.
const MOST_TILES: i64 = 300;
/// Among so many somebody searches.
const MOST_SEARCHED: i64 = 10_000;
/// So many are seen at a glance, and a search would only be in the way.
const AT_A_GLANCE: usize = 8;

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
    let params = visit.query(query)?;
    let wanted = params.get("q").unwrap_or_default().trim();
    let most = if wanted.is_empty() { MOST_TILES } else { MOST_SEARCHED };
    let applications = visit.app.store.load_application_tiles(most).await?;
    let openable: Vec<(&Application, String)> = applications
        .iter()
        .filter(|application| application.signs_people_in())
        .filter_map(|application| Some((application, launch_url(application)?)))
        .collect();
    let groups = grouped(&openable, wanted);
    let is_searched = openable.len() > AT_A_GLANCE || !wanted.is_empty();
    let is_admin = visit.app.store.load_is_admin(&here.user).await?;
    let page = Home {
        frame: &visit.frame(&[]),
        person: shown_person(&here),
        groups: &groups,
        search: is_searched.then_some(wanted),
        sign_out_action: "/logout",
        sign_out_everywhere: sign_out::EVERYWHERE,
        csrf: &visit.browser.csrf(visit.app, &sign_out::purpose(&here)),
        administration: is_admin.then_some(ADMINISTRATION),
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// Where a tile leads: the address that was given, or else the site of the first redirect URI.
fn launch_url(application: &Application) -> Option<String> {
    application.launch_url.clone().or_else(|| guess_launch_url(application))
}

/// The tiles of what is wanted, by groups: each in the order of its name, and last what belongs to no group.
fn grouped<'a>(openable: &'a [(&'a Application, String)], wanted: &str) -> Vec<TileGroup<'a>> {
    let wanted: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let found = openable.iter().filter(|(application, _)| fits(application, &wanted));
    let mut groups: BTreeMap<_, TileGroup<'a>> = BTreeMap::new();
    for (application, launch_url) in found {
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
    groups.into_values().collect()
}

/// Whether each of these words is somewhere in what a tile says.
fn fits(application: &Application, wanted: &[String]) -> bool {
    let Application {
        name,
        slug,
        group,
        description,
        ..
    } = application;
    let said = format!("{name} {slug} {group} {description}").to_lowercase();
    wanted.iter().all(|word| said.contains(word))
}

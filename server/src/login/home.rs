//! `/`: who the person is here, and the applications that they may open.

use axum::response::Response;
use http::StatusCode;
use protocol::client::Application;
use protocol::redirect_uri::guess_launch_url;

use super::sign_out;
use crate::pages::{FormAction, Home, Tile, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// More tiles than anybody reads.
const MOST_TILES: i64 = 300;

/// Where administrators go on.
const ADMINISTRATION: &str = "/admin/";

/// Shows the start page, or sends to the sign-in.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit).await)
}

async fn open(visit: &Visit<'_>) -> Shown {
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(see_other("/login"));
    };
    let applications = visit.app.store.load_application_tiles(MOST_TILES).await?;
    let openable: Vec<(&Application, String)> = applications
        .iter()
        .filter(|application| application.signs_people_in())
        .filter_map(|application| Some((application, launch_url(application)?)))
        .collect();
    let tiles: Vec<Tile<'_>> = openable
        .iter()
        .map(|(application, launch_url)| Tile {
            slug: &application.slug,
            name: &application.name,
            description: &application.description,
            icon_url: application.icon_url.as_deref().or(application.logo_uri.as_deref()),
            launch_url: Some(launch_url),
        })
        .collect();
    let is_admin = visit.app.store.load_is_admin(&here.user).await?;
    let page = Home {
        frame: &visit.frame(&[]),
        person: shown_person(&here),
        tiles: &tiles,
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

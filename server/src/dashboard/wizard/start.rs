//! `/admin/applications/{id}/start`: what to enter in an application, and its first sign-in.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::live::{self, LIVE_PARAMETERS};
use crate::dashboard::api::Answer;
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::reading::{items, segment, text, with_query};
use crate::pages::dashboard::table::Link;
use crate::pages::dashboard::wizard::{LiveCard, PasteView, StartPage};
use crate::pages::{FormAction, Frame, reply, reply_with_calls};
use crate::web::visit::{Halt, Shown, Visit};

/// The addresses that an application without a recipe is told, with their messages.
const ADDRESSES: [(&str, &str); 7] = [
    ("issuer", "wizard-issuer"),
    ("openid_configuration", "wizard-discovery"),
    ("authorization_endpoint", "wizard-authorize"),
    ("token_endpoint", "wizard-token"),
    ("userinfo_endpoint", "wizard-userinfo"),
    ("end_session_endpoint", "wizard-end-session"),
    ("jwks_uri", "wizard-keys"),
];

/// Shows the page again; the secret is not shown any more.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(again(&visit, &arrival, &id).await)
}

/// The card alone, for the script that looks again and again.
pub(in crate::dashboard) async fn card(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(card_of(&visit, &arrival, &id).await)
}

async fn card_of(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let application = desk.read(&format!("/applications/{}", segment(id))).await?;
    let frame = visit.frame(&[]);
    let page = LiveCard {
        live: live::look(&desk, &frame, &application).await?,
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn again(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let query = visit.query(arrival.incoming.query())?;
    let application = desk.read(&format!("/applications/{}", segment(id))).await?;
    let pairs: Vec<(&str, &str)> = query
        .iter()
        .filter(|(name, _)| !LIVE_PARAMETERS.contains(name))
        .collect();
    let recipe = query.get("recipe").map(segment).unwrap_or_default();
    let pastes = if recipe.is_empty() {
        addresses(&desk, &application).await?
    } else {
        let answers = pairs.iter().copied().filter(|(name, _)| *name != "recipe");
        let own = [("application", application.text("id"))];
        let path = with_query(&format!("/recipes/{recipe}"), answers.chain(own));
        pastes_of(&desk.read(&path).await?.body)
    };
    page(&desk, &application, pastes, None, &pairs).await
}

/// Shows an application that was made a moment ago, with its secret, this once. `query`: what brings the page back.
pub(super) async fn made(desk: &Desk<'_>, made: &Answer, query: &[(&str, &str)]) -> Shown {
    let secret = made.member("client_secret").as_str();
    let pastes = if made.member("paste").is_array() {
        pastes_of(&made.body)
    } else {
        addresses(desk, made).await?
    };
    page(desk, made, pastes, secret, query).await
}

fn pastes_of(body: &Value) -> Vec<PasteView> {
    let pastes = items(body, "paste").iter().map(|paste| PasteView {
        title: text(paste, "title").to_owned(),
        text: paste.get("text").and_then(Value::as_str).map(str::to_owned),
        fields: items(paste, "fields").iter().map(pair).collect(),
        is_english: true,
    });
    pastes.collect()
}

fn pair(field: &Value) -> (String, String) {
    let part = |at: usize| field.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
    (part(0), part(1))
}

/// What an application without a recipe is told.
async fn addresses(desk: &Desk<'_>, application: &Answer) -> Result<Vec<PasteView>, Halt> {
    let frame = desk.visit.frame(&[]);
    let setup = desk
        .read(&format!("/applications/{}/setup", segment(application.text("id"))))
        .await?;
    let mut fields = vec![(frame.say("wizard-client-id"), application.text("client_id").to_owned())];
    let listed = ADDRESSES
        .iter()
        .map(|(member, label)| (frame.say(label), setup.text(member).to_owned()));
    fields.extend(listed);
    Ok(vec![PasteView {
        title: frame.say("wizard-values"),
        text: None,
        fields,
        is_english: false,
    }])
}

async fn page(
    desk: &Desk<'_>,
    application: &Answer,
    pastes: Vec<PasteView>,
    secret: Option<&str>,
    query: &[(&str, &str)],
) -> Shown {
    let frame = desk.visit.frame(&[]);
    let id = application.text("id");
    let address = with_query(&format!("/admin/applications/{id}/start"), query.iter().copied());
    let page = StartPage {
        shell: desk.shell(&frame),
        trail: trail(&frame, application),
        name: application.text("name").to_owned(),
        secret: secret.map(str::to_owned),
        pastes,
        live: live::look(desk, &frame, application).await?,
        card: format!("/admin/applications/{id}/start/card"),
        settings: format!("/admin/applications/{id}"),
        opens: crate::pages::dashboard::wizard::opening(application.member("launch_url").as_str()),
        address,
        frame: &frame,
    };
    Ok(reply_with_calls(StatusCode::OK, &page, &FormAction::Here))
}

fn trail(frame: &Frame<'_>, application: &Answer) -> Vec<Link> {
    vec![
        Link {
            address: "/admin/applications".to_owned(),
            text: frame.say("dashboard-applications"),
        },
        Link {
            address: format!("/admin/applications/{}", application.text("id")),
            text: application.text("name").to_owned(),
        },
    ]
}

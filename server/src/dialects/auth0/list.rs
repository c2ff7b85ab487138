//! `GET /api/v2/connections`: three shapes of one list (B-5.12 to B-5.14).

use axum::extract::RawQuery;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use protocol::auth0::{STRATEGY, is_connection};
use serde_json::{Map, Value, json};
use store::sources::StoredSource;

use super::call::Call;
use super::connection::{clients_of, object};
use super::connections::SEES_SECRETS;
use super::failure::Failure;
use super::query::{Choice, Query};
use crate::web::reply;

/// Connections of a page when nothing is said.
const USUAL: usize = 50;
/// The most of one page.
const MOST: usize = 100;
/// Further than this only the checkpoint form reaches.
const DEEPEST: usize = 1_000;

const KNOWN: [&str; 9] = [
    "fields",
    "from",
    "include_fields",
    "include_totals",
    "name",
    "page",
    "per_page",
    "strategy",
    "take",
];

/// The list.
pub(super) async fn get(call: Call, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    call.needs("read:connections")?;
    let query = Query::parse(query.as_deref(), &KNOWN, "strategy")?;
    let choice = query.choice()?;
    let take = query.number("take", 1, MOST)?;
    let page = query.number("page", 0, usize::MAX)?.unwrap_or(0);
    let per_page = query.number("per_page", 0, MOST)?.unwrap_or(USUAL);
    let totals = query.flag("include_totals")?.unwrap_or(false);
    let mut found = call.app.store.load_sources().await?;
    found.retain(|stored| is_connection(&stored.source) && is_wanted(stored, &query));
    found.sort_by(|one, other| one.source.id.cmp(&other.source.id));
    if take.is_some() || query.get("from").is_some() {
        return checkpoint(&call, found, &query, &choice, take.unwrap_or(USUAL)).await;
    }
    let start = page.saturating_mul(per_page);
    if start.saturating_add(per_page) > DEEPEST {
        return Err(Failure::query(
            "Only the first 1000 connections can be reached by pages; use from and take.",
        ));
    }
    let total = found.len();
    let shown = show(&call, found.iter().skip(start).take(per_page), &choice).await?;
    let body = if totals {
        json!({ "connections": shown, "start": start, "limit": per_page, "total": total })
    } else {
        Value::from(shown)
    };
    Ok(reply::json(StatusCode::OK, &body))
}

fn is_wanted(stored: &StoredSource, query: &Query) -> bool {
    let mut strategies = query.all("strategy").peekable();
    let by_strategy = strategies.peek().is_none() || strategies.any(|strategy| strategy == STRATEGY);
    by_strategy && query.get("name").is_none_or(|name| name == stored.source.key)
}

/// The form with a cursor, which is the id of the last one before.
async fn checkpoint(
    call: &Call,
    mut found: Vec<StoredSource>,
    query: &Query,
    choice: &Choice,
    take: usize,
) -> Result<Response, Failure> {
    if let Some(from) = query.get("from") {
        let last = parse_cursor(from).ok_or_else(|| Failure::query("from is no cursor of this list."))?;
        found.retain(|stored| stored.source.id > last);
    }
    let more = found.len() > take;
    found.truncate(take);
    let mut body = Map::new();
    if let Some(last) = found.last().filter(|_| more) {
        body.insert("next".to_owned(), cursor(&last.source.id).into());
    }
    let shown = show(call, found.iter(), choice).await?;
    body.insert("connections".to_owned(), shown.into());
    Ok(reply::json(StatusCode::OK, &body))
}

fn cursor(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

fn parse_cursor(text: &str) -> Option<String> {
    let id = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    id.starts_with("src_").then_some(id)
}

async fn show(call: &Call, found: impl Iterator<Item = &StoredSource>, choice: &Choice) -> Result<Vec<Value>, Failure> {
    let secrets = call.may(SEES_SECRETS);
    let mut shown = Vec::new();
    for stored in found {
        let clients = if choice.shows("enabled_clients") {
            clients_of(&call.app, stored).await?
        } else {
            Vec::new()
        };
        shown.push(choice.of(object(stored, clients, secrets)));
    }
    Ok(shown)
}

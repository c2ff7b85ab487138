//! `/api/v2/connections/{id}/clients`: which applications offer a connection (B-5.15, B-5.16).

use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::body::read_json;
use super::call::Call;
use super::connection::{all_clients, application_ids, clients_of, find};
use super::failure::Failure;
use super::query::Query;
use crate::actions::changes::{ATTEMPTS, Changes, Expected};
use crate::actions::outcome::ActionError;
use crate::actions::sources;
use crate::actions::sources::fields::SourceFields;
use crate::web::reply;

const USUAL: usize = 50;
const MOST: usize = 1_000;
/// The most changes of one call.
const MOST_CHANGES: usize = 50;

/// B-5.15: a page, whose cursor is the last client before.
pub(super) async fn get(call: Call, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    call.needs("read:connections")?;
    let query = Query::parse(query.as_deref(), &["from", "take"], "")?;
    let take = query.number("take", 1, MOST)?.unwrap_or(USUAL);
    let stored = find(&call.app, &id).await?;
    let mut clients = clients_of(&call.app, &stored).await?;
    clients.sort_unstable();
    if let Some(from) = query.get("from") {
        let last = URL_SAFE_NO_PAD
            .decode(from)
            .ok()
            .and_then(|last| String::from_utf8(last).ok());
        let last = last.ok_or_else(|| Failure::query("from is no cursor of this list."))?;
        clients.retain(|client| *client > last);
    }
    let more = clients.len() > take;
    clients.truncate(take);
    let mut body = Map::new();
    if let Some(last) = clients.last().filter(|_| more) {
        body.insert("next".to_owned(), URL_SAFE_NO_PAD.encode(last).into());
    }
    let clients: Vec<Value> = clients
        .iter()
        .map(|client_id| json!({ "client_id": client_id }))
        .collect();
    body.insert("clients".to_owned(), clients.into());
    Ok(reply::json(StatusCode::OK, &body))
}

/// B-5.16: clients that are not named stay as they are.
pub(super) async fn patch(
    call: Call,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    call.needs("update:connections")?;
    find(&call.app, &id).await?;
    let wanted = read(read_json(&headers, body).await?)?;
    let names: Vec<String> = wanted.iter().map(|(client_id, _)| client_id.clone()).collect();
    let ids = application_ids(&call.app, &names).await?;
    let wanted: Vec<(String, bool)> = ids.into_iter().zip(wanted).map(|(id, (_, on))| (id, on)).collect();
    for _ in 0..ATTEMPTS {
        let source = find(&call.app, &id).await?.source;
        let mut applications = match source.applications {
            Some(applications) => applications,
            // One that every application offers is from now on offered by those that there are.
            None => all_clients(&call.app).await?.into_iter().map(|(id, _)| id).collect(),
        };
        for (application, on) in &wanted {
            applications.retain(|id| id != application);
            if *on {
                applications.push(application.clone());
            }
        }
        let mut fields = Map::new();
        fields.insert("applications".to_owned(), applications.into());
        let changes: Changes<SourceFields> = Changes::parse(fields)?;
        let expected = Expected::Versions(vec![source.version]);
        match sources::update(&call.app, call.authority(), &source.id, &expected, changes).await {
            Err(ActionError::Stale) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(reply::empty(StatusCode::NO_CONTENT)),
        }
    }
    Err(ActionError::Stale.into())
}

/// Client ids, and whether each shall offer the connection.
fn read(value: Value) -> Result<Vec<(String, bool)>, Failure> {
    let wrong = || Failure::body("Expected a list of 1 to 50 objects with client_id and status.");
    let Value::Array(list) = value else { return Err(wrong()) };
    if list.is_empty() || list.len() > MOST_CHANGES {
        return Err(wrong());
    }
    list.iter()
        .map(|one| {
            let members = one.as_object().filter(|members| members.len() == 2).ok_or_else(wrong)?;
            let client_id = members.get("client_id").and_then(Value::as_str).ok_or_else(wrong)?;
            let status = members.get("status").and_then(Value::as_bool).ok_or_else(wrong)?;
            Ok((client_id.to_owned(), status))
        })
        .collect()
}

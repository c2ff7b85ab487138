//! `/api/v2/connections` and `/api/v2/connections/{id}`: making, reading, changing, deleting (B-5.1 to B-5.11, B-5.17).

use axum::body::Body;
use axum::extract::{Path, RawQuery};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::auth0::is_connection;
use protocol::upstream::{Made, OPTIONS};
use serde_json::{Map, Value, json};
use store::sources::StoredSource;

use super::body::{Written, read_connection, read_json};
use super::call::Call;
use super::connection::{HAS_DISPLAY_NAME, application_ids, clients_of, find, load, object};
use super::failure::Failure;
use super::options::{Read, auth_method};
use super::options_view::EMPTY_SECRET;
use super::query::Query;
use crate::actions::changes::{ATTEMPTS, Changes, Expected};
use crate::actions::outcome::ActionError;
use crate::actions::sources::fields::SourceFields;
use crate::actions::sources::{self, Manner, people};
use crate::web::reply;

/// Shows secrets.
pub(super) const SEES_SECRETS: &str = "read:connections_options";

/// B-5.1
pub(super) async fn create(call: Call, headers: HeaderMap, body: Body) -> Result<Response, Failure> {
    call.needs("create:connections")?;
    let written = read_connection(read_json(&headers, body).await?, true)?;
    let clients = written.enabled_clients.clone().unwrap_or_default();
    let applications = application_ids(&call.app, &clients).await?;
    let mut members = Map::new();
    keep(&mut members, &written);
    let mut fields = Map::new();
    fields.insert("key".to_owned(), written.name.as_str().into());
    fields.insert("kind".to_owned(), "oauth2".into());
    let name = written.display_name.as_ref().unwrap_or(&written.name);
    fields.insert("name".to_owned(), name.as_str().into());
    fields.insert("applications".to_owned(), applications.into());
    fields.insert("token_endpoint_auth_method".to_owned(), auth_method());
    set_activity(&mut fields, &written);
    let options = written.options.map(|read| read.fields).unwrap_or_default();
    fields.extend(options.into_iter().filter(|(_, value)| !value.is_null()));
    let changes: Changes<SourceFields> = Changes::parse(fields)?;
    let manner = Manner {
        made: Made::Auth0,
        members: Some(&members),
        ..Manner::default()
    };
    let stored = sources::create_as(&call.app, call.authority(), changes, manner).await?;
    show(&call, StatusCode::CREATED, &stored).await
}

/// B-5.2
pub(super) async fn read(call: Call, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    call.needs("read:connections")?;
    let query = Query::parse(query.as_deref(), &["fields", "include_fields"], "")?;
    let choice = query.choice()?;
    let stored = find(&call.app, &id).await?;
    let clients = clients_of(&call.app, &stored).await?;
    let object = object(&stored, clients, call.may(SEES_SECRETS));
    Ok(reply::json(StatusCode::OK, &choice.of(object)))
}

/// B-5.3: decided again when others change the connection at the same moment.
pub(super) async fn update(
    call: Call,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    call.needs("update:connections")?;
    find(&call.app, &id).await?;
    let written = read_connection(read_json(&headers, body).await?, false)?;
    let applications = match &written.enabled_clients {
        Some(clients) => Some(application_ids(&call.app, clients).await?),
        None => None,
    };
    for _ in 0..ATTEMPTS {
        let before = find(&call.app, &id).await?;
        match try_update(&call, &before, &written, applications.clone()).await {
            Err(ActionError::Stale) => {}
            Err(error) => return Err(error.into()),
            Ok(stored) => return show(&call, StatusCode::OK, &stored).await,
        }
    }
    Err(ActionError::Stale.into())
}

async fn try_update(
    call: &Call,
    before: &StoredSource,
    written: &Written,
    applications: Option<Vec<String>>,
) -> Result<StoredSource, ActionError> {
    let source = &before.source;
    let mut members = source.dialect_members.clone();
    keep(&mut members, written);
    let mut fields = Map::new();
    // B-5.6: what is not sent is the name again.
    let name = written.display_name.as_ref().unwrap_or(&source.key);
    if *name != source.name {
        fields.insert("name".to_owned(), name.as_str().into());
    }
    if let Some(applications) = applications {
        fields.insert("applications".to_owned(), applications.into());
    }
    set_activity(&mut fields, written);
    if let Some(read) = &written.options {
        fields.extend(read.fields.clone());
    }
    let expected = Expected::Versions(vec![source.version]);
    let changes = Changes::parse(fields)?;
    let manner = Manner {
        members: Some(&members),
        ..Manner::default()
    };
    sources::update_as(&call.app, call.authority(), &source.id, &expected, changes, manner).await
}

/// Puts what is only kept beside the fields of the source. Options are replaced whole (B-5.4).
fn keep(members: &mut Map<String, Value>, written: &Written) {
    members.extend(written.kept.clone());
    if written.display_name.is_some() {
        members.insert(HAS_DISPLAY_NAME.to_owned(), true.into());
    }
    if let Some(Read { kept, empty_secret, .. }) = &written.options {
        members.insert(OPTIONS.to_owned(), kept.clone().into());
        members.insert(EMPTY_SECRET.to_owned(), (*empty_secret).into());
    }
}

/// `authentication.active` takes a connection out of login use, and nothing else (B-13.5).
fn set_activity(fields: &mut Map<String, Value>, written: &Written) {
    let active = written
        .kept
        .get("authentication")
        .and_then(|authentication| authentication.get("active"));
    if let Some(active) = active {
        fields.insert("allow_sign_in".to_owned(), active.clone());
        fields.insert("allow_sign_up".to_owned(), active.clone());
    }
}

/// B-5.9 and B-5.10: one that is not there is deleted already.
pub(super) async fn delete(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    call.needs("delete:connections")?;
    let Some(stored) = load(&call.app, &id).await? else {
        return Ok(reply::empty(StatusCode::NO_CONTENT));
    };
    match people::delete_with_people(&call.app, call.authority(), &stored.source.id).await {
        Ok(()) => {}
        Err(ActionError::NotFound) => return Ok(reply::empty(StatusCode::NO_CONTENT)),
        Err(error) => return Err(error.into()),
    }
    let deleted_at = super::users::moment(call.app.now());
    Ok(reply::json(StatusCode::ACCEPTED, &json!({ "deleted_at": deleted_at })))
}

/// B-5.17: whether people can be sent there now.
pub(super) async fn status(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    call.needs("read:connections")?;
    let source = find(&call.app, &id).await?.source;
    let whole = source.has_button() && source.token_endpoint.is_some() && !source.client_id.is_empty();
    if source.enabled && source.allow_sign_in | source.allow_sign_up && whole {
        return Ok(reply::json(StatusCode::OK, &json!({})));
    }
    let message = "The connection is not online: it is switched off, or lacks something that a sign-in needs";
    Err(Failure::new(StatusCode::NOT_FOUND, "connection_offline", message))
}

async fn show(call: &Call, status: StatusCode, stored: &StoredSource) -> Result<Response, Failure> {
    // A change natively may have made something else of it meanwhile.
    if !is_connection(&stored.source) {
        return Err(Failure::no_connection());
    }
    let clients = clients_of(&call.app, stored).await?;
    let object = object(stored, clients, call.may(SEES_SECRETS));
    Ok(reply::json(status, &Value::Object(object)))
}

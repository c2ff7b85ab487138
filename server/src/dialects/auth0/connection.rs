//! A connection: a source as Auth0's programs see it (section 1 of the sheet).

use protocol::auth0::{STRATEGY, connection_id, is_connection, parse_connection_id};
use serde_json::{Map, Value, json};
use store::StoreError;
use store::page::ListQuery;
use store::sources::StoredSource;

use super::failure::Failure;
use super::options_view::options_of;
use crate::actions::lists::cursor_key;
use crate::app::App;
use crate::clients::By;

/// The member that remembers that a display name was written once.
pub(super) const HAS_DISPLAY_NAME: &str = "has_display_name";

/// The source of a connection's id.
pub(super) async fn find(app: &App, id: &str) -> Result<StoredSource, Failure> {
    match load(app, id).await? {
        Some(stored) => Ok(stored),
        None => Err(Failure::no_connection()),
    }
}

/// The same; `None`: there is none.
pub(super) async fn load(app: &App, id: &str) -> Result<Option<StoredSource>, Failure> {
    let message = "Expected con_ and 16 letters or digits on property id.";
    let end = parse_connection_id(id).ok_or_else(|| Failure::path(message))?;
    let found = app.store.load_source_ending(end).await?;
    Ok(found.filter(|stored| is_connection(&stored.source)))
}

/// The object. `secrets`: whether the caller may see the client secret and the header fields of the token request.
pub(super) fn object(stored: &StoredSource, clients: Vec<String>, secrets: bool) -> Map<String, Value> {
    let source = &stored.source;
    let members = &source.dialect_members;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("id", connection_id(&source.id).into());
    put("name", source.key.as_str().into());
    put("strategy", STRATEGY.into());
    if source.name != source.key || members.get(HAS_DISPLAY_NAME) == Some(&true.into()) {
        put("display_name", source.name.as_str().into());
    }
    put("options", options_of(stored, secrets).into());
    let kept = |name: &str| members.get(name).cloned();
    put("realms", kept("realms").unwrap_or_else(|| json!([source.key])));
    put("enabled_clients", clients.into());
    put(
        "is_domain_connection",
        kept("is_domain_connection").unwrap_or(Value::Bool(false)),
    );
    for name in ["show_as_button", "metadata", "connected_accounts"] {
        if let Some(value) = kept(name) {
            put(name, value);
        }
    }
    let active = source.allow_sign_in || source.allow_sign_up;
    match kept("authentication") {
        Some(mut authentication) => {
            authentication["active"] = active.into();
            put("authentication", authentication);
        }
        None if !active => {
            put("authentication", json!({ "active": false }));
        }
        None => {}
    }
    object
}

/// The client ids of the applications that offer a source, in the order in which they were added.
pub(super) async fn clients_of(app: &App, stored: &StoredSource) -> Result<Vec<String>, StoreError> {
    let Some(ids) = &stored.source.applications else {
        return Ok(all_clients(app)
            .await?
            .into_iter()
            .map(|(_, client_id)| client_id)
            .collect());
    };
    let mut clients = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(entry) = app.client(By::Id(id)).await? {
            clients.push(entry.client.application.client_id.clone());
        }
    }
    Ok(clients)
}

/// All applications, each by its id and its client id: a source that was made natively may serve every one.
pub(super) async fn all_clients(app: &App) -> Result<Vec<(String, String)>, StoreError> {
    let key = cursor_key(app)?;
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let query = ListQuery {
            limit: Some(200),
            cursor: cursor.as_deref(),
            ..ListQuery::default()
        };
        let page = app
            .store
            .list_applications(&query, &key)
            .await
            .map_err(|error| match error {
                store::ListError::Store(error) => error,
                store::ListError::Query(error) => StoreError::Corrupt(error.to_string()),
            })?;
        all.extend(
            page.items
                .into_iter()
                .map(|application| (application.id, application.client_id)),
        );
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// The ids of the applications of these client ids.
pub(super) async fn application_ids(app: &App, clients: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::with_capacity(clients.len());
    for client_id in clients {
        match app.client(By::ClientId(client_id)).await? {
            Some(entry) => ids.push(entry.client.application.id.clone()),
            None => {
                let shown: String = client_id.chars().take(64).collect();
                return Err(Failure::body(format!("There is no client {shown}.")));
            }
        }
    }
    Ok(ids)
}

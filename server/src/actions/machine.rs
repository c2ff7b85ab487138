//! The service account behind an application's own tokens, and the standing grant that they hang under. Both are made
//! at the first use and found again at every later one.

use protocol::client::Client;
use protocol::grants::Found;
use protocol::id::new_id;
use protocol::records::{Event, Grant, GrantFacts};
use protocol::time::Time;
use protocol::user::{User, UserType};
use protocol::writes::Write;
use store::StoreError;

use crate::app::App;

/// The longest user name.
const LONGEST_USERNAME: usize = 150;

/// The standing grant of an application with its service account.
///
/// # Errors
/// When the database is unavailable.
pub async fn load(app: &App, client: &Client, now: Time) -> Result<Found, StoreError> {
    let application = &client.application;
    if let Some(found) = app.store.load_machine_grant(&application.id).await? {
        return Ok(found);
    }
    let username = service_username(&application.name);
    let user = match app.store.load_user_by_username(&username).await? {
        // A person who happens to have this name is not a service account; the application's own id makes it unique.
        Some(found) if found.user.kind == UserType::ServiceAccount && is_of(&found.user, &application.id) => {
            found.user.id
        }
        Some(_) => make(app, client, service_username(&application.id), now).await?,
        None => make(app, client, username, now).await?,
    };
    let grant = Grant {
        id: app.new_id("grant", now),
        user_id: user,
        application_id: application.id.clone(),
        session_id: None,
        transaction_id: None,
        kind: store::grants::MACHINE.to_owned(),
        scopes: Vec::new(),
        facts: GrantFacts::default(),
        issued_at: now,
        expires_at: Time::NEVER,
        revoked_at: None,
    };
    match app.store.commit(vec![Write::CreateGrant(Box::new(grant))]).await {
        // Another request was first: its grant is as good.
        Ok(()) | Err(StoreError::Taken { .. }) => {}
        Err(error) => return Err(error),
    }
    Ok(app.store.load_machine_grant(&application.id).await?.unwrap_or_default())
}

fn service_username(name: &str) -> String {
    let room = LONGEST_USERNAME - "ak--client_credentials".len();
    format!("ak-{}-client_credentials", name.chars().take(room).collect::<String>())
}

fn is_of(user: &User, application_id: &str) -> bool {
    user.attributes.get("application").and_then(serde_json::Value::as_str) == Some(application_id)
}

async fn make(app: &App, client: &Client, username: String, now: Time) -> Result<String, StoreError> {
    let application = &client.application;
    let user = User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        username: username.clone(),
        name: format!("Service account of {}", application.name),
        is_active: true,
        kind: UserType::ServiceAccount,
        attributes: serde_json::json!({ "application": application.id, "goauthentik.io/user/service-account": true })
            .as_object()
            .cloned()
            .unwrap_or_default(),
        ..User::default()
    };
    let mut statements = app.store.create_user(&user, None)?;
    statements.push(store::events::insert(Event {
        id: new_id("evt", now, &app.entropy),
        action: "user_created".to_owned(),
        actor: Some(application.id.clone()),
        target: Some(user.id.clone()),
        client_address: None,
        detail: serde_json::json!({ "reason": "client_credentials" }),
        at: now,
    }));
    match app.store.commit_statements(statements, Vec::new()).await {
        Ok(()) => Ok(user.id),
        Err(StoreError::Taken { .. }) => {
            let found = app.store.load_user_by_username(&username).await?;
            found.map(|found| found.user.id).ok_or(StoreError::Conflict)
        }
        Err(error) => Err(error),
    }
}

/// A random UUID (RFC 9562, section 5.4) in its text form.
#[must_use]
pub fn new_uuid(app: &App) -> String {
    let mut bytes = [0u8; 16];
    app.entropy.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = protocol::id::hex(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

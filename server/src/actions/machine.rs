//! What machine grants are decided from: the service account behind an application's own tokens, app passwords with the
//! limits on wrong ones, and access tokens that come as assertions.

use std::net::IpAddr;
use std::time::Duration;

use protocol::client::{Application, Client};
use protocol::grants::Found;
use protocol::grants::assertion::FoundAssertion;
use protocol::id::{SecretHash, new_id};
use protocol::records::{Event, Grant};
use protocol::time::{SECOND, Time};
use protocol::user::{User, UserType};
use store::{StoreError, events};

use super::browser_session::{Accounts, Origin, event, micros};
use super::sign_in::{account_key, address_key, load_block};
use crate::app::App;
use crate::clients::By;

/// The longest user name.
pub const LONGEST_USERNAME: usize = 150;
/// The attributes of a service account that we made.
const OF_APPLICATION: &str = "application";
pub(super) const GENERATED: &str = "goauthentik.io/user/generated";
pub(super) const SERVICE_ACCOUNT: &str = "goauthentik.io/user/service-account";
pub(super) const PATH: &str = "goauthentik.io/user/path";

/// The service account of an application, made at the first use, with its standing grant when there is one.
///
/// It is made once and stays the same when the application is renamed, so that the groups it was put into keep counting.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_service_account(app: &App, client: &Client, now: Time) -> Result<Found, StoreError> {
    let application = &client.application;
    // A person who happens to have the first name is not a service account; the application's own id is unique.
    for username in [service_username(&application.name), service_username(&application.id)] {
        if let Some(found) = app.store.load_service_account(&application.id).await? {
            return Ok(found);
        }
        let there = app.store.load_user_by_username(&username).await?;
        let made = match there.map(|found| found.user) {
            None => make(app, application, username, now).await,
            Some(user) if is_of(&user, &application.id) => {
                let statement = app.store.set_service_account(&application.id, &user.id);
                app.store.commit_statements(vec![statement], Vec::new()).await
            }
            Some(_) => continue,
        };
        match made {
            // Another request was first: its account is as good.
            Ok(()) | Err(StoreError::Taken { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    let found = app.store.load_service_account(&application.id).await?;
    Ok(found.unwrap_or_default())
}

/// The service account of an application with its standing grant at the management interface when there is one.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_for_management(app: &App, client: &Client, now: Time) -> Result<Found, StoreError> {
    let mut found = load_service_account(app, client, now).await?;
    let key = Grant::management_key(&client.application.id);
    found.grant = app.store.load_standing_grant(&key).await?;
    Ok(found)
}

fn service_username(name: &str) -> String {
    let room = LONGEST_USERNAME - "ak--client_credentials".len();
    format!("ak-{}-client_credentials", name.chars().take(room).collect::<String>())
}

fn is_of(user: &User, application_id: &str) -> bool {
    user.kind == UserType::ServiceAccount
        && user.attributes.get(OF_APPLICATION).and_then(serde_json::Value::as_str) == Some(application_id)
}

async fn make(app: &App, application: &Application, username: String, now: Time) -> Result<(), StoreError> {
    let user = User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        username,
        name: format!("Service account of {} (client credentials)", application.name),
        is_active: true,
        kind: UserType::ServiceAccount,
        attributes: serde_json::json!({
            OF_APPLICATION: application.id,
            GENERATED: true,
            SERVICE_ACCOUNT: true,
            PATH: format!("goauthentik.io/apps/{}", application.slug),
        })
        .as_object()
        .cloned()
        .unwrap_or_default(),
        ..User::default()
    };
    let mut statements = app.store.create_user(&user, None)?;
    statements.push(app.store.set_service_account(&application.id, &user.id));
    statements.push(events::insert(Event {
        id: new_id("evt", now, &app.entropy),
        action: "user_created".to_owned(),
        actor: Some(application.id.clone()),
        target: Some(user.id.clone()),
        client_address: None,
        detail: serde_json::json!({ "reason": "client_credentials" }),
        at: now,
    }));
    app.store.commit_statements(statements, Vec::new()).await
}

/// An access token that came as an assertion, with everything that is decided from: its user, its application with the
/// keys that this publishes, and the standing grant of that user with `client`.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_assertion(app: &App, client: &Client, hash: &SecretHash, now: Time) -> Result<Found, StoreError> {
    let Some(access) = app.store.load_access_token(hash, now).await? else {
        return Ok(Found::default());
    };
    let issued_to = app.client(By::Id(&access.grant.application_id)).await?;
    let keys = match &issued_to {
        Some(entry) => app
            .snapshot()
            .verifying_keys_of(entry.client.application.signing_key.as_deref()),
        None => Vec::new(),
    };
    let key = Grant::assertion_key(&client.application.id, &access.grant.user_id);
    Ok(Found {
        grant: app.store.load_standing_grant(&key).await?,
        subject: access.subject,
        assertion: Some(FoundAssertion {
            token: access.token,
            grant: access.grant,
            session_alive: access.session_alive,
            application: issued_to.map(|entry| entry.client.application.clone()),
            keys,
        }),
        ..Found::default()
    })
}

/// Somebody tries an app password.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The user name that came with it.
    pub username: &'a str,
    /// From where.
    pub client_address: IpAddr,
    /// When.
    pub now: Time,
}

/// How long nothing is looked at, after too many failures of the account or the address: at a page or here, they count
/// together.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_wait(app: &App, attempt: Attempt<'_>) -> Result<Option<Duration>, StoreError> {
    let (account, address) = (account_key(attempt.username), address_key(attempt.client_address));
    let until = load_block(app, &account, &address, attempt.now).await?;
    Ok(until.map(|until| {
        let seconds = until.since(attempt.now).max(0) / SECOND;
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
    }))
}

/// Counts a wrong app password. A success does not forget the failures: a program that signs in every minute would hide
/// the guesses of others.
///
/// Failures of one account are counted one after the other. `Some`: others have used up the limit meanwhile, and the
/// answer is to wait.
///
/// # Errors
/// When the database is unavailable.
pub async fn note_failure(app: &App, client: &Client, attempt: Attempt<'_>) -> Result<Option<Duration>, StoreError> {
    let (account, address) = (account_key(attempt.username), address_key(attempt.client_address));
    let _turn = app.sign_in_turns.of(&account).await;
    if let Some(wait) = load_wait(app, attempt).await? {
        return Ok(Some(wait));
    }
    let now = attempt.now;
    let until = now.plus(micros(app.config.limits.sign_in_window));
    let origin = Origin {
        now,
        client_address: attempt.client_address,
        user_agent: None,
        accounts: Accounts::default(),
    };
    let application = client.application.id.as_str();
    let detail = [("reason", "app_password"), ("application", application)];
    let statements = vec![
        app.store.count_failure(&account, now, until),
        app.store.count_failure(&address, now, until),
        events::insert(event(app, origin, "login_failed", Some(application), None, &detail)),
    ];
    app.store.commit_statements(statements, Vec::new()).await?;
    Ok(None)
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

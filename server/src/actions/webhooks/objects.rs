//! What events say: the envelope, and the object that something happened to. Sources and links have authn.sh's form, as far as
//! they fit it (authn.sh sheet, sections 2, 16 and 18); users, sessions and other sources that of our management API. No object
//! holds a secret.

use protocol::records::Session;
use protocol::time::Time;
use protocol::upstream::{ExternalAccount, Source};
use protocol::user::User;
use protocol::webhook::{Envelope, EventType, instance_id};
use serde_json::{Map, Value, json};
use store::StoreError;
use store::users::list::UserWithGroups;
use store::webhooks::outbox::Record;

use crate::actions::oauth_provider::{ProviderView, milliseconds};
use crate::actions::times::rfc3339;
use crate::actions::users::fields;
use crate::app::App;
use crate::clients::By;

/// Members of a source that say nothing to others, or that may hold what is not for them.
const UNTOLD: [&str; 5] = ["version", "made", "dialect_members", "profile_script", "response_iss"];

/// An event with its id, as it is sent.
#[must_use]
pub fn event(app: &App, kind: EventType, at: Time, data: &Value) -> (String, String) {
    let id = app.new_id("whe", at);
    let instance_id = instance_id(app.salt());
    let envelope = Envelope {
        id: &id,
        kind,
        at,
        instance_id: &instance_id,
    };
    let body = envelope.with(data).to_string();
    (id, body)
}

/// The object that something happened to.
///
/// # Errors
/// When the database is unavailable.
pub async fn data_of(app: &App, record: &Record) -> Result<Value, StoreError> {
    Ok(match record {
        Record::Source(stored) => match ProviderView::of(&stored.source, &app.public_url) {
            Some(provider) => serde_json::to_value(provider)?,
            None => native_source(app, &stored.source).await?,
        },
        Record::ExternalAccount(account) => external_account(account),
        Record::User(user) => native_user(user),
        Record::Session(session) => native_session(session),
    })
}

/// A source under the names of the management API, applications under their slugs.
async fn native_source(app: &App, source: &Source) -> Result<Value, StoreError> {
    let mut members = match serde_json::to_value(source) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    for name in UNTOLD {
        members.remove(name);
    }
    members.insert("object".to_owned(), "source".into());
    members.insert("created_at".to_owned(), rfc3339(source.created_at).into());
    members.insert("updated_at".to_owned(), rfc3339(source.updated_at).into());
    members.insert("has_client_secret".to_owned(), source.has_client_secret.into());
    members.insert("redirect_uri".to_owned(), source.redirect_uri(&app.public_url).into());
    if let Some(ids) = &source.applications {
        let mut slugs = Vec::with_capacity(ids.len());
        for id in ids {
            let entry = app.client(By::Id(id)).await?;
            slugs.extend(entry.map(|entry| Value::from(entry.client.application.slug.as_str())));
        }
        members.insert("applications".to_owned(), Value::from(slugs));
    }
    Ok(Value::Object(members))
}

/// A link (authn.sh sheet, A-16.1), with the name of the strategy and whose it is beside it.
#[must_use]
pub fn external_account(account: &ExternalAccount) -> Value {
    json!({
        "id": account.id,
        "object": "external_account",
        "type": format!("oauth_{}", account.source_key),
        "user_id": account.user_id,
        "provider": account.source_name,
        "provider_key": account.source_key,
        "provider_user_id": account.provider_user_id,
        "email_address": account.email_address,
        "scopes": account.scopes,
        "public_metadata": account.public_metadata,
        "verified": account.verified,
        "linked_at": milliseconds(account.linked_at),
        "last_signed_in_at": account.last_signed_in_at.map(milliseconds),
        "created_at": milliseconds(account.linked_at),
        "updated_at": milliseconds(account.updated_at),
    })
}

/// A user under the names of the management API, without the groups: those change by themselves and are no part of the account.
fn native_user(user: &User) -> Value {
    let mut members = fields::shown(&UserWithGroups {
        user: user.clone(),
        ..UserWithGroups::default()
    });
    members.remove("groups");
    members.insert("id".to_owned(), user.id.as_str().into());
    members.insert("object".to_owned(), "user".into());
    members.insert("number".to_owned(), user.number.into());
    members.insert("uuid".to_owned(), user.uuid.as_str().into());
    members.insert("created_at".to_owned(), rfc3339(user.created_at).into());
    members.insert("updated_at".to_owned(), rfc3339(user.updated_at).into());
    Value::Object(members)
}

/// A session under the names of the management API.
fn native_session(session: &Session) -> Value {
    json!({
        "id": session.id,
        "object": "session",
        "user": session.user_id,
        "created_at": rfc3339(session.created_at),
        "last_seen_at": rfc3339(session.last_seen_at),
        "expires_at": rfc3339(session.expires_at),
        "ended_at": session.ended_at.map(rfc3339),
        "client_address": session.client_address,
        "user_agent": session.user_agent,
        "amr": session.amr,
        "auth_time": rfc3339(session.auth_time),
    })
}

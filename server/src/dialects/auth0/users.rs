//! `GET /api/v2/users/{id}`: a person who came through a connection (section 11 of the sheet). The id is the one that tokens carry
//! as `sub`, or our own.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use http::StatusCode;
use protocol::auth0::{STRATEGY, is_connection_name, parse_user_id, user_id};
use protocol::time::Time;
use protocol::upstream::ExternalAccount;
use protocol::user::User;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::failure::Failure;
use super::query::Query;
use crate::actions::source_calls::KeptTokens;
use crate::app::App;
use crate::web::reply;

/// Shows the tokens of the providers (B-11.3).
const SEES_TOKENS: &str = "read:user_idp_tokens";
/// Attributes of the user that are objects of their own there (B-11.5).
const METADATA: [&str; 2] = ["user_metadata", "app_metadata"];

/// The person.
pub(super) async fn get(call: Call, Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    call.needs("read:users")?;
    let choice = Query::parse(query.as_deref(), &["fields", "include_fields"], "")?.choice()?;
    let user = find(&call.app, &id).await?;
    let mut accounts = call.app.store.load_external_accounts_of(&user.id).await?;
    accounts.retain(|account| is_connection_name(&account.source_key) && !account.provider_user_id.is_empty());
    // The identity that was asked for comes first: it gives the profile.
    accounts.sort_by_key(|account| user_id(&account.source_key, &account.provider_user_id) != id);
    let mut identities = Vec::with_capacity(accounts.len());
    for account in &accounts {
        identities.push(identity(&call, account).await?);
    }
    let object = object(&user, &accounts, identities);
    Ok(reply::json(StatusCode::OK, &choice.of(object)))
}

async fn find(app: &App, id: &str) -> Result<User, Failure> {
    let unknown = || Failure::new(StatusCode::NOT_FOUND, "inexistent_user", "The user does not exist.");
    if id.chars().any(char::is_control) || id.len() > 1024 {
        return Err(Failure::path("Expected the id of a user on property id."));
    }
    if id.starts_with("user_") {
        return Ok(app.store.load_user(id).await?.ok_or_else(unknown)?.user);
    }
    let (connection, identifier) = parse_user_id(id).ok_or_else(unknown)?;
    let source = app
        .store
        .load_source_by_key(connection)
        .await?
        .ok_or_else(unknown)?
        .source;
    let found = app.store.load_linked_account(&source.id, identifier).await?;
    Ok(found.ok_or_else(unknown)?.user)
}

/// B-11.2: the name of the connection is part of the identifier.
async fn identity(call: &Call, account: &ExternalAccount) -> Result<Value, Failure> {
    let mut identity = json!({
        "provider": STRATEGY,
        "user_id": format!("{}|{}", account.source_key, account.provider_user_id),
        "connection": account.source_key,
        "isSocial": true,
    });
    if call.may(SEES_TOKENS)
        && let Some((text, _)) = call.app.store.load_source_tokens(&account.id).await?
    {
        let tokens: KeptTokens = serde_json::from_slice(&text).map_err(store::StoreError::from)?;
        identity["access_token"] = tokens.access_token().into();
        if let Some(refresh_token) = tokens.refresh_token() {
            identity["refresh_token"] = refresh_token.into();
        }
    }
    Ok(identity)
}

/// The document. What only this server knows stands above what a script returned (B-11.9).
fn object(user: &User, accounts: &[ExternalAccount], identities: Vec<Value>) -> Map<String, Value> {
    let first = accounts.first();
    let mut object = first.map(|account| account.public_metadata.clone()).unwrap_or_default();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Value::from);
    let claims = &user.claims;
    put("name", Some(user.name.as_str().into()));
    put("given_name", text(&claims.given_name));
    put("family_name", text(&claims.family_name));
    put("nickname", text(&claims.nickname));
    put("picture", text(&claims.picture));
    put("phone_number", text(&claims.phone_number));
    put("phone_verified", claims.phone_number_verified.map(Value::from));
    put("username", Some(user.username.as_str().into()));
    // B-11.8: as the provider wrote it.
    let of_account = first.and_then(|account| Some((account.email_address.clone()?, account.verified)));
    let of_user = || user.email.clone().map(|email| (email, user.email_verified));
    if let Some((email, verified)) = of_account.or_else(of_user) {
        put("email", Some(email.into()));
        put("email_verified", Some(verified.into()));
    }
    for name in METADATA {
        put(name, user.attributes.get(name).cloned());
    }
    if !user.is_active {
        put("blocked", Some(true.into()));
    }
    let id = first.map_or_else(
        || user.id.clone(),
        |account| user_id(&account.source_key, &account.provider_user_id),
    );
    put("user_id", Some(id.into()));
    put("identities", Some(identities.into()));
    put("created_at", Some(moment(user.created_at).into()));
    let seen = accounts.iter().map(|account| account.updated_at).max();
    let updated_at = seen.unwrap_or(user.updated_at).max(user.updated_at);
    put("updated_at", Some(moment(updated_at).into()));
    let last = accounts
        .iter()
        .filter(|account| account.sign_ins > 0)
        .max_by_key(|account| account.last_signed_in_at.unwrap_or(account.linked_at));
    if let Some(last) = last {
        let at = last.last_signed_in_at.unwrap_or(last.linked_at);
        put("last_login", Some(moment(at).into()));
        put("last_ip", text(&last.last_address));
        let count: i64 = accounts.iter().map(|account| account.sign_ins).sum();
        put("logins_count", Some(count.into()));
    }
    object
}

/// A moment as Auth0 writes it: ISO 8601 with milliseconds.
pub(super) fn moment(time: Time) -> String {
    jiff::Timestamp::from_microsecond(time.0).map_or_else(|_| String::new(), |moment| format!("{moment:.3}"))
}

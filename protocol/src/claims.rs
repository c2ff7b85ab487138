//! Claims about a person: the managed scopes computed natively, and the `claims` parameter (OpenID Connect Core,
//! sections 5.1, 5.4 and 5.5).
//!
//! Stored values are given as they are; what is not stored is left out. What mappings of an installation's own returned
//! comes in as [`Evaluated`]. This file does not decide which token the claims stand in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::error::OAuthError;
use crate::evaluation::Evaluated;
use crate::refusal::Refusal;
use crate::scope::ManagedScope;
use crate::user::Subject;

pub use crate::subject::subject_identifier;

/// The names of the claims that a managed scope may give.
#[must_use]
pub const fn names_of(scope: ManagedScope) -> &'static [&'static str] {
    match scope {
        ManagedScope::Openid | ManagedScope::OfflineAccess | ManagedScope::Api => &[],
        ManagedScope::Email => &["email", "email_verified"],
        ManagedScope::Profile => &[
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
            "groups",
        ],
        ManagedScope::Address => &["address"],
        ManagedScope::Phone => &["phone_number", "phone_number_verified"],
        ManagedScope::Groups => &["groups"],
        ManagedScope::Entitlements => &["entitlements", "roles"],
    }
}

/// Whether the claims of `scopes` or the single claims `names` need the groups of the subject.
#[must_use]
pub fn need_groups<'a>(mut scopes: impl Iterator<Item = &'a str>, mut names: impl Iterator<Item = &'a str>) -> bool {
    scopes.any(|scope| matches!(scope, "profile" | "groups")) || names.any(|name| name == "groups")
}

/// Claims that a mapping can not set: they say who made the token, for which request and until when, and where it
/// belongs.
const RESERVED: [&str; 9] = ["iss", "exp", "iat", "nonce", "at_hash", "c_hash", "sid", "azp", "jti"];

/// Whether the claims of `scopes` or the single claims `names` need the entitlements of the subject.
#[must_use]
pub fn need_entitlements<'a>(
    mut scopes: impl Iterator<Item = &'a str>,
    mut names: impl Iterator<Item = &'a str>,
) -> bool {
    scopes.any(|scope| scope == "entitlements") || names.any(|name| matches!(name, "entitlements" | "roles"))
}

/// The claims of all mappings of the client whose scope was granted, in the order of the scopes: dictionaries are merged,
/// lists joined, anything else is replaced by what comes later. Null claims and those that belong to the token itself are
/// left out; `groups` has no repeats.
#[must_use]
pub fn of_scopes(client: &Client, scopes: &[String], subject: &Subject, evaluated: &Evaluated) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut own = false;
    for mapping in client.scopes.iter().filter(|mapping| scopes.contains(&mapping.scope)) {
        if let Some(managed) = mapping.managed {
            for name in names_of(managed) {
                match value_of(name, subject) {
                    Some(value) if own => merge_value(&mut claims, name, &value),
                    Some(value) => {
                        claims.insert((*name).to_owned(), value);
                    }
                    None => {}
                }
            }
        } else if let Some(returned) = evaluated.claims.get(&mapping.id) {
            own = true;
            merge(&mut claims, returned);
        }
    }
    if own {
        claims.retain(|name, value| !value.is_null() && !RESERVED.contains(&name.as_str()));
        if let Some(Value::Array(groups)) = claims.get_mut("groups") {
            let mut seen: Vec<Value> = Vec::with_capacity(groups.len());
            groups.retain(|group| {
                let new = !seen.contains(group);
                if new {
                    seen.push(group.clone());
                }
                new
            });
        }
    }
    claims
}

/// Joins `more` into `claims`: dictionaries member by member, lists one behind the other, anything else is replaced.
pub fn merge(claims: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, value) in more {
        merge_value(claims, name, value);
    }
}

fn merge_value(claims: &mut Map<String, Value>, name: &str, value: &Value) {
    match (claims.get_mut(name), value) {
        (Some(Value::Object(there)), Value::Object(more)) => merge(there, more),
        (Some(Value::Array(there)), Value::Array(more)) => there.extend(more.iter().cloned()),
        _ => {
            claims.insert(name.to_owned(), value.clone());
        }
    }
}

/// Single claims by name, added to `claims` where they are not there yet. A claim that no mapping of the client gives
/// any more is left out, whatever was agreed when the request was made.
pub fn add_named(
    client: &Client,
    names: &[String],
    subject: &Subject,
    evaluated: &Evaluated,
    claims: &mut Map<String, Value>,
) {
    for name in names {
        if claims.contains_key(name) || RESERVED.contains(&name.as_str()) {
            continue;
        }
        let givers = client.scopes.iter().filter(|mapping| mapping.may_give(name));
        for mapping in givers {
            let value = match mapping.managed {
                Some(_) => value_of(name, subject),
                None => evaluated
                    .claims
                    .get(&mapping.id)
                    .and_then(|returned| returned.get(name).cloned()),
            };
            if let Some(value) = value.filter(|value| !value.is_null()) {
                claims.insert(name.clone(), value);
            }
        }
    }
}

/// One standard claim, as it is stored.
fn value_of(name: &str, subject: &Subject) -> Option<Value> {
    let user = &subject.user;
    let stored = &user.claims;
    let text = |value: &Option<String>| value.clone().filter(|value| !value.is_empty()).map(Value::String);
    match name {
        "email" => text(&user.email),
        "email_verified" => text(&user.email).map(|_| Value::Bool(user.email_verified)),
        "name" => (!user.name.is_empty()).then(|| Value::String(user.name.clone())),
        "given_name" => text(&stored.given_name),
        "family_name" => text(&stored.family_name),
        "middle_name" => text(&stored.middle_name),
        "nickname" => text(&stored.nickname).or_else(|| Some(Value::String(user.username.clone()))),
        "preferred_username" => Some(Value::String(user.username.clone())),
        "profile" => text(&stored.profile),
        "picture" => text(&stored.picture),
        "website" => text(&stored.website),
        "gender" => text(&stored.gender),
        "birthdate" => text(&stored.birthdate),
        "zoneinfo" => text(&stored.zoneinfo),
        "locale" => text(&stored.locale),
        "phone_number" => text(&stored.phone_number),
        "phone_number_verified" => stored.phone_number_verified.map(Value::Bool),
        "address" => stored
            .address
            .as_ref()
            .and_then(|address| serde_json::to_value(address).ok()),
        "updated_at" => Some(Value::from(user.updated_at.seconds())),
        "entitlements" | "roles" => Some(Value::Array(
            subject.entitlements.iter().cloned().map(Value::String).collect(),
        )),
        "groups" => Some(Value::Array(
            subject.groups.iter().cloned().map(Value::String).collect(),
        )),
        _ => None,
    }
}

/// The `claims` parameter, reduced to the claims that the application's scope mappings could give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// Asked for at userinfo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub userinfo: Vec<String>,
    /// Asked for in the ID token.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub id_token: Vec<String>,
    /// The subject that the application expects (`claims.id_token.sub.value`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
}

impl ClaimsRequest {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The names asked for anywhere, sorted and without repeats; what a person agrees to.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.userinfo.iter().chain(&self.id_token).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Reads the `claims` parameter (OpenID Connect Core, section 5.5).
///
/// # Errors
/// [`Refusal::ClaimsMalformed`] for what is not a JSON object of objects.
pub fn parse_claims_request(client: &Client, value: Option<&str>) -> Result<ClaimsRequest, OAuthError> {
    let Some(value) = value else {
        return Ok(ClaimsRequest::default());
    };
    let malformed = || OAuthError::new(Refusal::ClaimsMalformed).given(value);
    let document: Map<String, Value> = serde_json::from_str(value).map_err(|_| malformed())?;
    let section = |name: &str| match document.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(malformed()),
    };
    let (userinfo, id_token) = (section("userinfo")?, section("id_token")?);
    let sub = match id_token
        .and_then(|members| members.get("sub"))
        .and_then(|sub| sub.get("value"))
    {
        None => None,
        Some(Value::String(sub)) => Some(sub.clone()),
        Some(_) => return Err(malformed()),
    };
    let offered = |members: Option<&Map<String, Value>>| -> Vec<String> {
        members
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(|name| may_give(client, name))
            .cloned()
            .collect()
    };
    Ok(ClaimsRequest {
        userinfo: offered(userinfo),
        id_token: offered(id_token),
        sub,
    })
}

fn may_give(client: &Client, claim: &str) -> bool {
    client.scopes.iter().any(|mapping| mapping.may_give(claim))
}

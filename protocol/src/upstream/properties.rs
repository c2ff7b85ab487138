//! Property mappings of a source: what they begin with, how their results are put together, and what of them a person gets.
//!
//! The expressions run elsewhere. Each result is merged into what stands so far: lists are united, dictionaries merged, everything
//! else replaced; `None` at the end takes a property away.

use serde_json::{Map, Value};

use super::document::Document;
use super::email::parse_email;
use super::profile::{Dropped, Profile};
use super::profile_fields::Reading;
use super::source::Source;
use super::source_groups::read_groups;

/// Properties that are read; every other one is dropped. `path` is accepted and means nothing here.
const READ: [&str; 13] = [
    "username",
    "email",
    "email_verified",
    "name",
    "given_name",
    "family_name",
    "nickname",
    "picture",
    "phone_number",
    "locale",
    "zoneinfo",
    "attributes",
    "groups",
];

/// What property mappings begin with: the variable `properties`.
#[must_use]
pub fn base_properties(source: &Source, profile: &Profile) -> Map<String, Value> {
    let fields = [
        ("username", &profile.username),
        ("email", &profile.email_address),
        ("name", &profile.name),
        ("given_name", &profile.given_name),
        ("family_name", &profile.family_name),
        ("nickname", &profile.nickname),
        ("picture", &profile.picture),
        ("phone_number", &profile.phone_number),
        ("locale", &profile.locale),
        ("zoneinfo", &profile.zoneinfo),
    ];
    let present = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?.into())));
    let mut properties: Map<String, Value> = present.collect();
    let groups = profile.groups.iter().map(|group| Value::from(group.id.as_str()));
    properties.insert("groups".to_owned(), groups.collect());
    properties.insert("attributes".to_owned(), Value::Object(profile.attributes.clone()));
    properties.insert(
        "path".to_owned(),
        format!("goauthentik.io/sources/{}", source.key).into(),
    );
    properties
}

/// Merges the result of one property mapping. A result that is no dictionary, or an empty one, is skipped.
pub fn merge_properties(properties: &mut Map<String, Value>, result: &Value) {
    if let Value::Object(members) = result {
        merge(properties, members);
    }
}

fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(standing)), Value::Object(value)) => merge(standing, value),
            (Some(Value::Array(standing)), Value::Array(value)) => {
                for item in value {
                    if !standing.contains(item) {
                        standing.push(item.clone());
                    }
                }
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Takes away what is `None`, in dictionaries inside too.
fn without_nulls(members: Map<String, Value>) -> Map<String, Value> {
    let kept = members.into_iter().filter(|(_, value)| !value.is_null());
    kept.map(|(name, value)| match value {
        Value::Object(inner) => (name, Value::Object(without_nulls(inner))),
        value => (name, value),
    })
    .collect()
}

/// The person as property mappings left them. An address that a mapping changed is no longer the one that the source verified,
/// unless a mapping sets `email_verified` itself.
#[must_use]
pub fn apply_properties(profile: Profile, properties: Map<String, Value>) -> Profile {
    let properties = without_nulls(properties);
    let document = Document::from_members(properties);
    let mut reading = Reading::new(&document);
    let email = reading.first(&["email"]).map(|address| address.trim().to_owned());
    let email_address = email.filter(|address| {
        let fits = parse_email(address).is_some();
        if !fits {
            reading
                .dropped
                .push(Dropped::new("properties.email", "it is no e-mail address"));
        }
        fits
    });
    let is_unchanged = email_address
        == profile
            .email_address
            .as_deref()
            .map(|address| address.trim().to_owned());
    let verified = match document.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        _ => is_unchanged && profile.verified,
    };
    let mut next = Profile {
        verified: verified && email_address.is_some(),
        // The source's own spelling stays where nothing was changed.
        email_address: if is_unchanged {
            profile.email_address.clone()
        } else {
            email_address
        },
        username: reading.username(&["username"]),
        name: reading.text(&["name"]),
        given_name: reading.text(&["given_name"]),
        family_name: reading.text(&["family_name"]),
        nickname: reading.text(&["nickname"]),
        picture: reading.url(&["picture"]),
        phone_number: reading.phone_number(&["phone_number"]),
        locale: reading.locale(&["locale"]),
        zoneinfo: reading.zoneinfo(&["zoneinfo"]),
        ..profile
    };
    if let Some(Value::Object(attributes)) = document.get("attributes") {
        next.attributes.clone_from(attributes);
    }
    let groups = read_groups(document.get("groups"), "properties.groups", &mut reading.dropped);
    // The names that came with objects are kept: the list of properties holds ids.
    next.groups = groups
        .into_iter()
        .map(|group| match next.groups.iter().find(|known| known.id == group.id) {
            Some(known) => known.clone(),
            None => group,
        })
        .collect();
    for name in document.members().keys() {
        if !READ.contains(&name.as_str()) && name != "path" {
            reading
                .dropped
                .push(Dropped::new(format!("properties.{name}"), "there is no such property"));
        }
    }
    next.dropped.append(&mut reading.dropped);
    next
}

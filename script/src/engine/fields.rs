//! The fields of the objects, by the names that expressions use.

use std::collections::BTreeMap;

use monty_types::MontyObject;

use super::convert::{datetime, dict, text};
use crate::inputs::{ApplicationObject, GroupObject, UserObject};

/// Fields of a user that are handed in when an expression mentions them.
pub(super) const USER_FIELDS: &[&str] = &[
    "username",
    "email",
    "name",
    "uid",
    "uuid",
    "is_active",
    "is_superuser",
    "type",
    "path",
    "attributes",
];

pub(super) fn user_field(user: &UserObject, name: &str) -> Option<MontyObject> {
    Some(match name {
        "pk" | "id" => MontyObject::Int(user.pk),
        "uid" => text(user.uid.as_str()),
        "uuid" => text(user.uuid.as_str()),
        "username" => text(user.username.as_str()),
        "email" => text(user.email.as_str()),
        "name" => text(user.name.as_str()),
        "is_active" => MontyObject::Bool(user.is_active),
        "is_superuser" => MontyObject::Bool(user.is_superuser),
        "is_authenticated" => MontyObject::Bool(true),
        "is_anonymous" => MontyObject::Bool(false),
        "type" => text(user.kind.as_str()),
        "path" => text(user.path.as_str()),
        "date_joined" => datetime(user.date_joined),
        "last_login" => user.last_login.map_or(MontyObject::None, datetime),
        "attributes" => dict(&user.attributes),
        _ => return None,
    })
}

pub(super) fn anonymous_field(name: &str) -> Option<MontyObject> {
    Some(match name {
        "pk" | "id" | "last_login" => MontyObject::None,
        "username" | "email" | "name" | "uid" | "path" => text(""),
        "is_active" | "is_superuser" | "is_authenticated" => MontyObject::Bool(false),
        "is_anonymous" => MontyObject::Bool(true),
        "attributes" => MontyObject::dict(Vec::new()),
        _ => return None,
    })
}

pub(super) fn group_field(group: &GroupObject, name: &str) -> Option<MontyObject> {
    Some(match name {
        "uuid" | "group_uuid" | "id" => text(group.uuid.as_str()),
        "num_pk" | "number" => MontyObject::Int(group.number),
        "attributes" => dict(&group.attributes),
        "is_superuser" => MontyObject::Bool(group.is_superuser),
        _ => return None,
    })
}

pub(super) fn application_fields(application: &ApplicationObject) -> Vec<(MontyObject, MontyObject)> {
    [
        ("pk", &application.uuid),
        ("uuid", &application.uuid),
        ("name", &application.name),
        ("slug", &application.slug),
        ("group", &application.group),
        ("meta_launch_url", &application.launch_url),
        ("meta_description", &application.description),
    ]
    .into_iter()
    .map(|(name, value)| (text(name), text(value.as_str())))
    .collect()
}

pub(super) fn pairs(map: &BTreeMap<String, String>, name: impl Fn(&str) -> String) -> MontyObject {
    let pairs: Vec<_> = map
        .iter()
        .map(|(key, value)| (text(name(key)), text(value.as_str())))
        .collect();
    MontyObject::dict(pairs)
}

/// A header name as people write it: `user-agent` as `User-Agent`.
pub(super) fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first
                .to_uppercase()
                .chain(letters.flat_map(char::to_lowercase))
                .collect()
        })
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

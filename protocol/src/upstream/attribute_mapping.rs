//! `attribute_mapping`: from which path of a profile each field of the account comes.
//!
//! The keys are those of authn.sh and hold for every kind of source. A path that leads nowhere is no error: its field is empty.
//! What no path consumed is left over, with its own names and types.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::document::{Document, descend};

/// The keys that a mapping may have.
pub const KEYS: [&str; 6] = [
    "provider_user_id",
    "email_address",
    "first_name",
    "last_name",
    "profile_image_url",
    "_verified",
];

/// What a mapping made of a profile. `None`: the field does not stand in the mapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapped {
    /// Who it is; empty when the path leads nowhere or to something that is no identifier.
    pub provider_user_id: Option<String>,
    /// Address.
    pub email_address: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Picture.
    pub profile_image_url: Option<String>,
    /// Whether what `_verified` points at is truthy.
    pub verified: Option<bool>,
}

/// Reads the fields of a mapping out of a profile.
#[must_use]
pub fn map_attributes(profile: &Document, mapping: &BTreeMap<String, String>) -> Mapped {
    let field = |key: &str| mapping.get(key).map(|path| profile.scalar(path));
    Mapped {
        provider_user_id: mapping
            .get("provider_user_id")
            .map(|path| read_identifier(profile, path).unwrap_or_default()),
        email_address: field("email_address"),
        first_name: field("first_name"),
        last_name: field("last_name"),
        profile_image_url: field("profile_image_url"),
        verified: mapping
            .get("_verified")
            .map(|path| profile.at(path).is_some_and(is_truthy)),
    }
}

/// Whether a value counts as yes for `_verified`: a text that is not empty (`"false"` and `"0"` too), a number that is not zero,
/// `true`. Null, lists and objects never do.
#[must_use]
pub fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// The identifier at a path: a text, or a whole number with its own digits. `None` for everything that can not tell people apart:
/// nothing, an empty text, null, a list, an object, a boolean, zero, and the texts that programs write in the place of nothing.
#[must_use]
pub(super) fn read_identifier(profile: &Document, path: &str) -> Option<String> {
    const NOTHING: [&str; 4] = ["null", "undefined", "NaN", "[object Object]"];
    match profile.at(path)? {
        Value::String(text) if text.trim().is_empty() || NOTHING.contains(&text.as_str()) => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(_) => Some(profile.scalar(path)).filter(|digits| digits != "0"),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The members of a profile without those that `paths` consumed. Below an object only the consumed member goes, and the object with
/// it when nothing else was in it.
#[must_use]
pub fn leftovers<'a>(profile: &Map<String, Value>, paths: impl IntoIterator<Item = &'a str>) -> Map<String, Value> {
    let mut left = profile.clone();
    for path in paths {
        if descend(profile, path).is_some() {
            remove(&mut left, path);
        } else {
            left.remove(path);
        }
    }
    left
}

fn remove(members: &mut Map<String, Value>, path: &str) {
    let Some((first, rest)) = path.split_once('.') else {
        members.remove(path);
        return;
    };
    if let Some(Value::Object(inner)) = members.get_mut(first) {
        remove(inner, rest);
        if inner.is_empty() {
            members.remove(first);
        }
    }
}

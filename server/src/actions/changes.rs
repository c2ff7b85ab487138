//! What a caller wants to change: the fields that it names, and those that it sets back to their defaults.
//!
//! A JSON merge patch (RFC 7396) becomes one of these; so do the arguments of a command.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use store::StoreError;
use utoipa::openapi::{Object, ObjectBuilder, Type};

use super::outcome::{ActionError, FieldError};

/// A field of the interface whose feature this version does not have. It is refused, unless its value is the one that
/// says so.
#[derive(Clone, Copy, Debug)]
pub struct Absent {
    /// Name of the field.
    pub name: &'static str,
    /// The value, as JSON, that asks for nothing; `null` always does.
    pub idle: &'static str,
}

/// The writable fields of a resource: a struct of options that refuses unknown members.
pub trait Fields: DeserializeOwned + Default {
    /// Members of the object that only we set.
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at"];
    /// Fields of the interface that this version does not have.
    const ABSENT: &'static [Absent] = &[];
}

/// What a caller wants to change.
#[derive(Clone, Debug, Default)]
pub struct Changes<T> {
    /// The fields with values.
    pub fields: T,
    /// The fields that go back to their defaults: `null` in a merge patch.
    pub reset: BTreeSet<String>,
    /// The names of the fields with values, as far as a caller has written them.
    given: BTreeSet<String>,
}

impl<T> Changes<T> {
    /// Sets these fields and resets none.
    #[must_use]
    pub fn of(fields: T) -> Self {
        Self {
            fields,
            reset: BTreeSet::new(),
            given: BTreeSet::new(),
        }
    }

    /// The names of the fields that the caller sets or resets, for the audit log.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.given.union(&self.reset).map(String::as_str).collect()
    }

    /// Whether the caller says anything about `field`.
    #[must_use]
    pub fn sets(&self, field: &str) -> bool {
        self.given.contains(field) || self.reset.contains(field)
    }

    /// Whether `field` goes back to its default.
    #[must_use]
    pub fn resets(&self, field: &str) -> bool {
        self.reset.contains(field)
    }
}

impl<T: Fields> Changes<T> {
    /// Reads the members of an object, each by itself, so that every wrong one is named.
    ///
    /// # Errors
    /// [`ActionError::Invalid`] with one entry for each wrong member.
    pub fn parse(members: Map<String, Value>) -> Result<Self, ActionError> {
        let mut errors = Vec::new();
        let mut reset = BTreeSet::new();
        let mut known = Map::new();
        for (name, value) in members {
            match check_member::<T>(&name, &value) {
                Err(error) => errors.push(error),
                Ok(Member::Idle) => {}
                Ok(Member::Known) if value.is_null() => {
                    reset.insert(name);
                }
                Ok(Member::Known) => {
                    known.insert(name, value);
                }
            }
        }
        if !errors.is_empty() {
            return Err(ActionError::Invalid(errors));
        }
        let given = known.keys().cloned().collect();
        let fields = serde_json::from_value(Value::Object(known))
            .map_err(|error| ActionError::field(FieldError::invalid("", error.to_string())))?;
        Ok(Self { fields, reset, given })
    }
}

enum Member {
    Known,
    Idle,
}

fn check_member<T: Fields>(name: &str, value: &Value) -> Result<Member, FieldError> {
    if T::READ_ONLY.contains(&name) {
        return Err(FieldError::new(name, "read_only", "This field can not be written."));
    }
    if let Some(absent) = T::ABSENT.iter().find(|absent| absent.name == name) {
        let idle = value.is_null() || serde_json::from_str::<Value>(absent.idle).is_ok_and(|idle| idle == *value);
        return if idle {
            Ok(Member::Idle)
        } else {
            Err(FieldError::not_supported(name))
        };
    }
    if has_control(value) {
        return Err(FieldError::invalid(name, "Text may not contain control characters."));
    }
    let mut alone = Map::new();
    alone.insert(name.to_owned(), value.clone());
    match serde_json::from_value::<T>(Value::Object(alone)) {
        Ok(_) => Ok(Member::Known),
        Err(error) => Err(explain(name, &error.to_string())),
    }
}

/// The reason of the JSON reader in our codes. It speaks of types, variants and member names only, and quotes values of
/// enumerations and durations, which are no secrets.
fn explain(name: &str, reason: &str) -> FieldError {
    let shown: String = name.chars().take(64).collect();
    if reason.starts_with(&format!("unknown field `{name}`")) {
        return FieldError::new(&shown, "unknown_field", "There is no field of this name.");
    }
    if let Some(rest) = reason.strip_prefix("invalid type: ") {
        let expected = rest.rsplit(", expected ").next().unwrap_or_default();
        return FieldError::new(&shown, "wrong_type", format!("Expected {expected}."));
    }
    let mut message: String = reason.chars().take(300).collect();
    if let Some(first) = message.get(..1).map(str::to_ascii_uppercase) {
        message.replace_range(..1, &first);
    }
    FieldError::invalid(&shown, message)
}

/// Whether a text inside holds NUL or another control character that no field needs; line breaks and tabs are fine.
#[must_use]
pub fn has_control(value: &Value) -> bool {
    let bad = |text: &str| text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    match value {
        Value::String(text) => bad(text),
        Value::Array(items) => items.iter().any(has_control),
        Value::Object(members) => members.iter().any(|(name, value)| bad(name) || has_control(value)),
        _ => false,
    }
}

/// Which version of a record a caller has read (`If-Match`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any will do.
    #[default]
    Any,
    /// One of these.
    Versions(Vec<i64>),
}

impl Expected {
    /// Whether the record may be changed.
    ///
    /// # Errors
    /// [`ActionError::Stale`] when it has another version.
    pub fn check(&self, version: i64) -> Result<(), ActionError> {
        match self {
            Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(ActionError::Stale),
        }
    }

    /// Whether a commit went through. False: its guard missed, so the caller reads again and decides again.
    ///
    /// # Errors
    /// [`ActionError::Stale`] when the guard missed for a caller that named a version, or the store's.
    pub fn held(&self, committed: Result<(), StoreError>) -> Result<bool, ActionError> {
        match (committed, self) {
            (Ok(()), _) => Ok(true),
            (Err(StoreError::Conflict), Self::Any) => Ok(false),
            (Err(StoreError::Conflict), Self::Versions(_)) => Err(ActionError::Stale),
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// How often a change is decided again when others change the same record at the same moment.
pub const ATTEMPTS: usize = 8;

/// A field of a few words, for the description of the API.
#[must_use]
pub fn words(description: &str, words: &[&str]) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words.iter().copied()))
        .build()
}

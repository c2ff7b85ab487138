//! The properties of a provider that callers write: their types here, their names in the record of a source (authn.sh sheet, A-2.1).

use serde_json::{Map, Value};

use super::failure::{Entry, FORMAT, NIL, UNKNOWN};

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Flag,
    Texts,
    TextMap,
}

impl Shape {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::TextMap => value
                .as_object()
                .is_some_and(|members| members.values().all(Value::is_string)),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Text => "Expected a string.",
            Self::Flag => "Expected a boolean.",
            Self::Texts => "Expected a list of strings.",
            Self::TextMap => "Expected an object whose values are strings.",
        }
    }
}

/// A property that callers write.
struct Property {
    name: &'static str,
    /// The field of the source that it is; `None`: it is more than a field, and [`super::change`] says what.
    field: Option<&'static str>,
    shape: Shape,
    /// Whether null may be written.
    nullable: bool,
}

const fn property(name: &'static str, field: Option<&'static str>, shape: Shape, nullable: bool) -> Property {
    Property {
        name,
        field,
        shape,
        nullable,
    }
}

const fn own(name: &'static str, shape: Shape, nullable: bool) -> Property {
    property(name, Some(name), shape, nullable)
}

const PROPERTIES: [Property; 21] = [
    property("provider_kind", None, Shape::Text, false),
    property("provider_key", None, Shape::Text, false),
    own("name", Shape::Text, false),
    own("enabled", Shape::Flag, false),
    own("allow_sign_in", Shape::Flag, false),
    own("allow_sign_up", Shape::Flag, false),
    own("block_email_subaddresses", Shape::Flag, false),
    own("client_id", Shape::Text, false),
    own("client_secret", Shape::Text, true),
    own("scopes", Shape::Texts, false),
    property(
        "additional_authorization_params",
        Some("authorization_params"),
        Shape::TextMap,
        false,
    ),
    own("attribute_mapping", Shape::TextMap, false),
    property("issuer", None, Shape::Text, true),
    property("discovery_endpoint", None, Shape::Text, true),
    own("authorization_endpoint", Shape::Text, true),
    own("token_endpoint", Shape::Text, true),
    own("userinfo_endpoint", Shape::Text, true),
    own("jwks_uri", Shape::Text, true),
    own("id_token_signing_algs", Shape::Texts, true),
    own("userinfo_method", Shape::Text, true),
    own("userinfo_auth", Shape::Text, true),
];

/// Properties that only we set.
const READ_ONLY: [&str; 5] = ["id", "object", "redirect_uri", "created_at", "updated_at"];

/// The name here of a field of the source.
pub(super) fn name_of(field: &str) -> &str {
    match field {
        "key" | "preset" => "provider_key",
        "kind" => "provider_kind",
        "discovery_url" => "discovery_endpoint",
        _ => PROPERTIES
            .iter()
            .find(|property| property.field == Some(field))
            .map_or(field, |property| property.name),
    }
}

/// The properties that a body names, each of its type.
#[derive(Debug, Default)]
pub(super) struct Given(Map<String, Value>);

impl Given {
    /// Reads a body.
    ///
    /// # Errors
    /// One entry for each member that is wrong.
    pub(super) fn read(members: Map<String, Value>) -> Result<Self, Vec<Entry>> {
        let errors: Vec<Entry> = members.iter().filter_map(|(name, value)| check(name, value)).collect();
        if errors.is_empty() {
            Ok(Self(members))
        } else {
            Err(errors)
        }
    }

    /// Whether the body names a property, with null too.
    pub(super) fn names(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// Whether a property says something: neither null nor an empty text or list.
    pub(super) fn says(&self, name: &str) -> bool {
        match self.0.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(_) => true,
        }
    }

    /// The fields of a source that these properties are, under their names there.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let named = |property: &Property| {
            let value = self.0.get(property.name)?;
            Some((property.field?.to_owned(), value.clone()))
        };
        PROPERTIES.iter().filter_map(named).collect()
    }
}

fn check(name: &str, value: &Value) -> Option<Entry> {
    if READ_ONLY.contains(&name) {
        return Some(Entry::of(UNKNOWN, name, "Only the server sets this property."));
    }
    let Some(property) = PROPERTIES.iter().find(|property| property.name == name) else {
        return Some(Entry::of(UNKNOWN, name, "There is no property of this name."));
    };
    if value.is_null() {
        return (!property.nullable).then(|| Entry::of(NIL, name, "This property can not be null."));
    }
    (!property.shape.fits(value)).then(|| Entry::of(FORMAT, name, property.shape.words()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_have_one_name_on_each_side() {
        for property in &PROPERTIES {
            if let Some(field) = property.field {
                assert_eq!(name_of(field), property.name);
            }
        }
        assert_eq!(name_of("user_matching_mode"), "user_matching_mode");
    }

    #[test]
    fn each_member_is_checked_by_itself() {
        let body =
            json!({ "name": 1, "enabled": "yes", "scopes": [1], "attribute_mapping": [], "shoe_size": 42, "id": "x" });
        let errors = Given::read(body.as_object().cloned().unwrap_or_default()).expect_err("all are wrong");
        assert_eq!(errors.len(), 6);
    }
}

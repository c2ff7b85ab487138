//! Schemas of an OpenAPI document, flattened to the list of fields that a reader wants.

use serde_json::{Map, Value, json};

use crate::pages::Markup;

/// How many references are followed, and how deep an example goes. A document may refer to itself.
const DEEPEST: usize = 6;

/// A field of a body, or a parameter.
#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) place: String,
    pub(crate) description: Markup,
    pub(crate) default: Option<String>,
    pub(crate) values: Vec<String>,
}

/// The value itself, or what its `$ref` leads to within `document`.
pub(crate) fn follow<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut found = value;
    for _ in 0..DEEPEST {
        let Some(pointer) = found["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) else {
            break;
        };
        found = document.pointer(pointer).unwrap_or(&Value::Null);
    }
    found
}

/// A path, query or header parameter.
pub(crate) fn read_parameter(document: &Value, parameter: &Value) -> Property {
    let parameter = follow(document, parameter);
    let schema = follow(document, &parameter["schema"]);
    let mut property = read_property(document, parameter["name"].as_str().unwrap_or_default(), schema);
    property.required = parameter["required"] == true;
    property.place = parameter["in"].as_str().unwrap_or_default().to_owned();
    if let Some(description) = parameter["description"].as_str() {
        property.description = Markup::with_code(description);
    }
    property
}

/// The fields of an object, of the items of a list, or of all members of an `allOf`.
pub(crate) fn read_properties(document: &Value, schema: &Value) -> Vec<Property> {
    let mut found = Vec::new();
    collect(document, schema, 0, &mut found);
    found
}

fn collect(document: &Value, schema: &Value, depth: usize, found: &mut Vec<Property>) {
    if depth > DEEPEST {
        return;
    }
    let schema = follow(document, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, depth + 1, found);
    }
    if schema["properties"].is_null() && !schema["items"].is_null() {
        collect(document, &schema["items"], depth + 1, found);
    }
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|names| names.iter().any(|other| other == name))
    };
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let mut read = read_property(document, name, property);
        read.required = required(name);
        found.push(read);
    }
}

fn read_property(document: &Value, name: &str, schema: &Value) -> Property {
    let resolved = follow(document, schema);
    let description = schema["description"]
        .as_str()
        .or_else(|| resolved["description"].as_str())
        .unwrap_or_default();
    let values = resolved["enum"].as_array().into_iter().flatten().map(plain).collect();
    Property {
        name: name.to_owned(),
        kind: kind(document, schema, 0),
        required: false,
        place: String::new(),
        description: Markup::with_code(description),
        default: schema
            .get("default")
            .or_else(|| resolved.get("default"))
            .map(Value::to_string),
        values,
    }
}

/// The type in words: `string`, `list of string`, `string or null`, `string (date-time)`.
fn kind(document: &Value, schema: &Value, depth: usize) -> String {
    let schema = follow(document, schema);
    if depth > DEEPEST {
        return "object".to_owned();
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let kinds: Vec<String> = choices.iter().map(|part| kind(document, part, depth + 1)).collect();
            return kinds.join(" or ");
        }
    }
    let named = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(plain).collect::<Vec<_>>().join(" or "),
        _ if !schema["properties"].is_null() || !schema["allOf"].is_null() => "object".to_owned(),
        _ => "any".to_owned(),
    };
    if named.starts_with("array") {
        return named.replacen(
            "array",
            &format!("list of {}", kind(document, &schema["items"], depth + 1)),
            1,
        );
    }
    match schema["format"].as_str() {
        Some(format) => format!("{named} ({format})"),
        None => named,
    }
}

/// The example of the schema, or one made of its required fields.
pub(crate) fn example(document: &Value, schema: &Value) -> Option<Value> {
    let made = make_example(document, schema, 0);
    (!made.is_null()).then_some(made)
}

fn make_example(document: &Value, schema: &Value, depth: usize) -> Value {
    let schema = follow(document, schema);
    let given = schema
        .get("example")
        .or_else(|| schema.pointer("/examples/0"))
        .or_else(|| schema.get("default"));
    if let Some(given) = given.or_else(|| schema.pointer("/enum/0")) {
        return given.clone();
    }
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(properties) = schema["properties"].as_object() {
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        // Without required fields the first one shows the form.
        let shown = |position: usize, name: &str| {
            if required.is_empty() {
                position == 0
            } else {
                required.contains(&name)
            }
        };
        let members: Map<String, Value> = properties
            .iter()
            .enumerate()
            .filter(|(position, (name, _))| shown(*position, name))
            .map(|(_, (name, property))| (name.clone(), make_example(document, property, depth + 1)))
            .collect();
        return Value::Object(members);
    }
    let kind = match &schema["type"] {
        Value::Array(names) => names
            .iter()
            .find_map(|name| name.as_str().filter(|name| *name != "null")),
        other => other.as_str(),
    };
    match kind {
        Some("string") => json!("..."),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some("array") => json!([make_example(document, &schema["items"], depth + 1)]),
        Some("object") => json!({}),
        _ => schema["allOf"]
            .as_array()
            .into_iter()
            .flatten()
            .fold(Value::Null, |made, part| {
                merge(made, make_example(document, part, depth + 1))
            }),
    }
}

fn merge(mut left: Value, right: Value) -> Value {
    match (left.as_object_mut(), right) {
        (Some(members), Value::Object(more)) => {
            members.extend(more);
            left
        }
        (None, right) => right,
        (Some(_), _) => left,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

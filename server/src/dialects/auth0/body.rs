//! Bodies of the management interface: JSON of at most 512 KiB, which a profile script of the longest kind needs, and the members
//! of a connection (B-1, B-5.7).

use axum::body::Body;
use http::{HeaderMap, StatusCode, header};
use protocol::auth0::{STRATEGY, is_connection_name};
use serde_json::{Map, Value};

use super::failure::Failure;
use super::options::{self, Read};
use crate::actions::changes::has_control;
use crate::web::extract::{header_text, read_body_of};
use crate::web::json;

/// The largest body that is read, in bytes.
const MOST_BODY: usize = 512 * 1024;
const LONGEST_DISPLAY_NAME: usize = 128;
/// How many members `metadata` may have, and how long they may be, in characters.
const MOST_METADATA: usize = 10;
const LONGEST_METADATA: usize = 255;
const MOST_LISTED: usize = 10_000;

/// Members that are kept and shown as they were written.
pub(super) const KEPT: [&str; 6] = [
    "authentication",
    "connected_accounts",
    "is_domain_connection",
    "metadata",
    "realms",
    "show_as_button",
];

/// What a body says of a connection.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Only when it is made.
    pub(super) name: String,
    pub(super) display_name: Option<String>,
    pub(super) options: Option<Read>,
    pub(super) enabled_clients: Option<Vec<String>>,
    /// Members of [`KEPT`] that were sent.
    pub(super) kept: Map<String, Value>,
}

/// Reads a whole body as JSON.
pub(super) async fn read_json(headers: &HeaderMap, body: Body) -> Result<Value, Failure> {
    let kind = header_text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = "Send JSON: Content-Type: application/json";
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            message,
        ));
    }
    let body = read_body_of(body, MOST_BODY).await.map_err(|error| {
        let message = "The body could not be read, or is longer than 512 KiB";
        Failure::new(error.status, "invalid_body", message)
    })?;
    let value = json::parse(&body).map_err(|reason| Failure::body(format!("Invalid JSON: {reason}.")))?;
    if has_control(&value) {
        return Err(Failure::body("Text may not contain control characters."));
    }
    Ok(value)
}

/// Reads a connection. `new`: it is made, with a name and a strategy; afterwards neither is taken (B-5.7).
pub(super) fn read_connection(value: Value, new: bool) -> Result<Written, Failure> {
    let Value::Object(members) = value else {
        return Err(Failure::body("Expected one JSON object."));
    };
    let mut written = Written::default();
    let mut strategy = None;
    for (name, value) in members {
        match name.as_str() {
            "name" if new => written.name = text(&name, &value)?,
            "strategy" if new => strategy = Some(text(&name, &value)?),
            "display_name" => written.display_name = Some(display_name(&value)?),
            "options" => written.options = read_options(value)?,
            "enabled_clients" => written.enabled_clients = Some(texts(&name, &value)?),
            kept if KEPT.contains(&kept) => {
                check_kept(kept, &value)?;
                written.kept.insert(name, value);
            }
            _ => {
                let shown: String = name.chars().take(64).collect();
                return Err(Failure::body(format!("Additional properties not allowed: {shown}.")));
            }
        }
    }
    if new {
        check_name(&written.name)?;
        match strategy.as_deref() {
            Some(STRATEGY) => {}
            None => return Err(Failure::body("Missing required property: strategy.")),
            Some(_) => {
                return Err(Failure::body(
                    "Expected oauth2, the only strategy here, on property strategy.",
                ));
            }
        }
    }
    Ok(written)
}

fn check_name(name: &str) -> Result<(), Failure> {
    if name.is_empty() {
        Err(Failure::body("Missing required property: name."))
    } else if is_connection_name(name) {
        Ok(())
    } else {
        let message =
            "Expected 1 to 128 letters, digits and dashes, with a letter or digit at both ends, on property name.";
        Err(Failure::body(message))
    }
}

/// Null leaves the options alone (B-5.8).
fn read_options(value: Value) -> Result<Option<Read>, Failure> {
    match value {
        Value::Null => Ok(None),
        Value::Object(options) => options::read(&options).map(Some).map_err(Failure::body),
        _ => Err(wrong("options", "an object")),
    }
}

fn wrong(name: &str, expected: &str) -> Failure {
    Failure::body(format!("Expected {expected} on property {name}."))
}

fn text(name: &str, value: &Value) -> Result<String, Failure> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name, "a text"))
}

fn display_name(value: &Value) -> Result<String, Failure> {
    let text = text("display_name", value)?;
    if text.trim().is_empty() || text.chars().count() > LONGEST_DISPLAY_NAME {
        return Err(wrong("display_name", "1 to 128 characters"));
    }
    Ok(text)
}

fn texts(name: &str, value: &Value) -> Result<Vec<String>, Failure> {
    let list = value.as_array().filter(|list| list.len() <= MOST_LISTED);
    let list: Option<Vec<String>> =
        list.and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    list.ok_or_else(|| wrong(name, "a list of texts"))
}

fn check_kept(name: &str, value: &Value) -> Result<(), Failure> {
    let fits = match name {
        "is_domain_connection" | "show_as_button" => value.is_boolean(),
        "realms" => return texts(name, value).map(|_| ()),
        "metadata" => value.as_object().is_some_and(|members| {
            let short = |text: &str| text.chars().count() <= LONGEST_METADATA;
            let fits = |(name, value): (&String, &Value)| short(name) && value.as_str().is_some_and(short);
            members.len() <= MOST_METADATA && members.iter().all(fits)
        }),
        // `authentication` and `connected_accounts`.
        _ => value.get("active").is_some_and(Value::is_boolean),
    };
    let expected = match name {
        "metadata" => "an object of at most 10 texts",
        "authentication" | "connected_accounts" => "an object with active",
        _ => "true or false",
    };
    if fits { Ok(()) } else { Err(wrong(name, expected)) }
}

//! What stands in the inputs of a field, and the JSON that it stands for. Pure.

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};

use super::resource::{Field, Kind, Of};

/// What begins a line of a list of redirect URIs that holds a pattern.
const PATTERN: &str = "regex ";

/// What the inputs of a field hold: nothing or `on` for a switch, any number for a choice of several, one text otherwise.
pub(super) type Inputs = Vec<String>;

/// Among [`Inputs`] of a field that can mean all records: that it does.
pub(super) const ALL: &str = "*";

/// The inputs of a new record.
pub(super) fn initial(field: &Field) -> Inputs {
    match field.kind {
        Kind::Ticks(_) | Kind::Many(_) => field
            .initial
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
        Kind::ManyOrAll(_) => vec![ALL.to_owned()],
        Kind::Switch if field.initial.is_empty() => Vec::new(),
        Kind::Lines => vec![field.initial.replace(' ', "\n")],
        _ => vec![field.initial.to_owned()],
    }
}

/// The inputs for a stored value.
pub(super) fn show(field: &Field, value: &Value) -> Inputs {
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    match field.kind {
        Kind::Secret => vec![String::new()],
        Kind::Switch => {
            if value == &Value::Bool(true) {
                vec!["on".to_owned()]
            } else {
                Vec::new()
            }
        }
        Kind::Ticks(_) | Kind::Many(_) => texts(value),
        Kind::ManyOrAll(_) if value.is_null() => vec![ALL.to_owned()],
        Kind::ManyOrAll(_) => texts(value),
        Kind::Lines => vec![texts(value).join("\n")],
        Kind::Addresses => vec![addresses(value)],
        Kind::Json if value.is_null() || value.as_object().is_some_and(Map::is_empty) => vec![String::new()],
        Kind::Json => vec![serde_json::to_string_pretty(value).unwrap_or_default()],
        _ => vec![plain(value)],
    }
}

/// A value in one text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn addresses(value: &Value) -> String {
    let line = |item: &Value| {
        let url = item.get("url").map(plain).unwrap_or_default();
        match item.get("matching_mode").and_then(Value::as_str) {
            Some("regex") => format!("{PATTERN}{url}"),
            _ => url,
        }
    };
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is wrong with what was typed, before the API is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mistyped {
    /// It is no JSON, because of this.
    Json(String),
    /// It is no whole number.
    Number,
}

/// The value that inputs stand for. Nothing typed is null: the default.
///
/// # Errors
/// See [`Mistyped`].
pub(super) fn read(field: &Field, inputs: &[String]) -> Result<Value, Mistyped> {
    let text = inputs.first().map(String::as_str).unwrap_or_default();
    let trimmed = text.trim();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(match field.kind {
        Kind::Switch => Value::Bool(!inputs.is_empty()),
        Kind::Ticks(_) | Kind::Many(_) => json!(inputs.iter().filter(|text| !text.is_empty()).collect::<Vec<_>>()),
        Kind::ManyOrAll(_) if inputs.iter().any(|text| text == ALL) => Value::Null,
        Kind::ManyOrAll(_) => json!(inputs.iter().filter(|text| !text.is_empty()).collect::<Vec<_>>()),
        Kind::Lines => json!(lines().collect::<Vec<_>>()),
        Kind::Addresses => lines().map(address).collect(),
        Kind::Script if trimmed.is_empty() => Value::Null,
        // A secret and a script are taken to the letter.
        Kind::Secret | Kind::Script if !text.is_empty() => json!(text),
        _ if trimmed.is_empty() => Value::Null,
        Kind::Number => Value::from(trimmed.parse::<i64>().map_err(|_| Mistyped::Number)?),
        Kind::Json => serde_json::from_str(trimmed).map_err(|error| Mistyped::Json(error.to_string()))?,
        _ => json!(trimmed),
    })
}

fn address(line: &str) -> Value {
    match line.strip_prefix(PATTERN) {
        Some(pattern) => json!({ "matching_mode": "regex", "url": pattern.trim() }),
        None => json!({ "matching_mode": "strict", "url": line }),
    }
}

/// Inputs as they come back from a browser that nobody has typed in: line breaks of one kind, none in a single line.
pub(super) fn normalise(field: &Field, inputs: Inputs) -> Inputs {
    let several = matches!(
        field.kind,
        Kind::Text | Kind::Block | Kind::Lines | Kind::Addresses | Kind::Json | Kind::Script
    );
    let one = |text: String| {
        if !text.contains(['\r', '\n']) {
            text
        } else if several {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text.replace(['\r', '\n'], "")
        }
    };
    inputs.into_iter().map(one).collect()
}

/// A short digest, by which a form remembers what stood in it. No proof of anything: it only tells what was touched.
pub(super) fn digest_of(field: &Field, inputs: &[String]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for text in normalise(field, inputs.to_vec()) {
        context.update(text.as_bytes());
        context.update(&[0]);
    }
    let found = context.finish();
    found
        .as_ref()
        .iter()
        .take(5)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How a record is named in the API where others refer to it.
pub(super) fn named_by(of: Of, record: &Value) -> String {
    of.by
        .iter()
        .find_map(|member| record.get(*member).and_then(Value::as_str))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::resource::{by_id, code, line, switch, switch_on};
    use super::*;

    /// What a browser makes of it: the inputs shown, sent back untouched.
    fn untouched(field: &Field, value: &Value) -> bool {
        let shown = show(field, value);
        let back = normalise(field, shown.iter().map(|text| text.replace('\n', "\r\n")).collect());
        digest_of(field, &shown) == digest_of(field, &back)
    }

    #[test]
    fn what_is_shown_and_sent_back_is_the_same_value() {
        let cases = [
            (line("name"), json!("Wiki")),
            (switch("enabled"), json!(true)),
            (switch_on("enabled"), json!(false)),
            (Field::new("order", Kind::Number), json!(-3)),
            (Field::new("contacts", Kind::Lines), json!(["a", "b c"])),
            (
                Field::new("redirect_uris", Kind::Addresses),
                json!([{ "matching_mode": "strict", "url": "https://a/cb" }, { "matching_mode": "regex", "url": "https://[^.]+\\.a\\.de/" }]),
            ),
            (Field::new("attributes", Kind::Json), json!({ "a": [1, null, "\u{0}"] })),
            (Field::new("grant_types", Kind::Ticks(&[])), json!(["implicit"])),
            (Field::new("sources", Kind::ManyOrAll(by_id("sources"))), Value::Null),
            (Field::new("sources", Kind::ManyOrAll(by_id("sources"))), json!([])),
            (Field::new("expression", Kind::Script), json!("if x:\n  return True\n")),
            (code("issuer"), Value::Null),
        ];
        for (field, value) in cases {
            let shown = normalise(&field, show(&field, &value));
            assert_eq!(read(&field, &shown), Ok(value.clone()), "{field:?}");
            assert!(untouched(&field, &value), "{field:?}");
        }
    }

    #[test]
    fn nothing_typed_is_the_default_and_mistakes_are_named() {
        assert_eq!(read(&line("name"), &["  ".to_owned()]), Ok(Value::Null));
        assert_eq!(read(&line("name"), &[" a ".to_owned()]), Ok(json!("a")));
        let number = Field::new("order", Kind::Number);
        assert_eq!(read(&number, &["one".to_owned()]), Err(Mistyped::Number));
        let json = Field::new("attributes", Kind::Json);
        assert!(matches!(read(&json, &["{".to_owned()]), Err(Mistyped::Json(why)) if why.contains("line 1")));
        let secret = Field::new("password", Kind::Secret);
        assert_eq!(read(&secret, &[" a ".to_owned()]), Ok(json!(" a ")));
        assert_eq!(show(&secret, &json!("never shown")), [""]);
    }

    #[test]
    fn what_somebody_typed_counts_as_touched() {
        let field = line("name");
        let stored = show(&field, &json!("Wiki"));
        assert_ne!(digest_of(&field, &stored), digest_of(&field, &["Wiki2".to_owned()]));
        // A single line loses its breaks in a browser; that is nobody's change.
        let broken = json!("a\nb");
        assert_eq!(
            digest_of(&field, &show(&field, &broken)),
            digest_of(&field, &["ab".to_owned()])
        );
    }
}

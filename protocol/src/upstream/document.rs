//! A JSON object of a source, read the careful way, whose numbers keep their digits.
//!
//! The values are those of [`serde_json`], where a number beyond 64 bits or with a fraction becomes a float. An identifier must not
//! change on the way, so the text is kept beside them and asked for the digits where a float stands.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::jose::{JoseError, json};

/// How deep objects and lists may nest, the outermost object included.
const MOST_DEPTH: usize = 32;
/// The longest text that a number may become without an exponent.
const LONGEST_NUMBER: usize = 400;

/// A JSON object. `Debug` shows the names of its members only.
#[derive(Clone, Default, PartialEq)]
pub struct Document {
    members: Map<String, Value>,
    /// The texts that the members came from; a later one stands for its members.
    texts: Vec<String>,
}

impl Document {
    /// Reads one JSON object: UTF-8, no member twice, not too deep, nothing after it.
    ///
    /// # Errors
    /// [`JoseError::BadJson`], [`JoseError::DuplicateMember`] or [`JoseError::TooDeep`].
    pub fn parse(bytes: &[u8]) -> Result<Self, JoseError> {
        // A byte order mark is no JSON (RFC 8259, section 8.1), yet some servers send one.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let members = json::parse_object(bytes, MOST_DEPTH)?;
        let text = std::str::from_utf8(bytes).map_err(|_| JoseError::BadJson)?;
        Ok(Self {
            members,
            texts: vec![text.to_owned()],
        })
    }

    /// An object that is already read, such as the result of a script.
    #[must_use]
    pub fn from_members(members: Map<String, Value>) -> Self {
        Self {
            members,
            texts: Vec::new(),
        }
    }

    /// The members.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// A member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A member that is a text and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Whether it has no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Sets a member.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    /// Leaves a member out.
    pub(super) fn remove(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// This object with the members of `other` in front of its own.
    #[must_use]
    pub(super) fn overlaid(mut self, other: &Self) -> Self {
        for (name, value) in &other.members {
            self.members.insert(name.clone(), value.clone());
        }
        self.texts.extend(other.texts.iter().cloned());
        self
    }

    /// The value at a dotted path. Dots descend into objects, never into lists; where they lead nowhere, the path may be the name
    /// of one member (`https://example.com/email`).
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Value> {
        descend(&self.members, path).or_else(|| self.members.get(path))
    }

    /// The value at a dotted path as text: a text as it is, a number with its own digits, `true` or `false`; empty for null, lists,
    /// objects and for what is not there.
    #[must_use]
    pub fn scalar(&self, path: &str) -> String {
        match self.at(path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(value)) => value.to_string(),
            Some(Value::Number(number)) if number.is_f64() => {
                let written = self.texts.iter().rev().find_map(|text| raw_at(text, path));
                plain_number(&written.unwrap_or_else(|| number.to_string()))
            }
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.members.keys()).finish()
    }
}

/// The value at a dotted path below `members`.
pub(super) fn descend<'a>(members: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = members.get(parts.next()?)?;
    for part in parts {
        value = value.as_object()?.get(part)?;
    }
    Some(value)
}

/// The text of the number at `path`, as it stands in `text`.
fn raw_at(text: &str, path: &str) -> Option<String> {
    let found = raw_below(text, &mut path.split('.')).or_else(|| raw_below(text, &mut std::iter::once(path)))?;
    let is_number = found.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    is_number.then(|| found.to_owned())
}

fn raw_below<'a>(text: &'a str, parts: &mut dyn Iterator<Item = &str>) -> Option<&'a str> {
    let mut text = text;
    for part in parts {
        let members: BTreeMap<String, &'a RawValue> = serde_json::from_str(text).ok()?;
        text = members.get(part)?.get();
    }
    Some(text)
}

/// A JSON number without exponent and without zeros behind its point: `1.50` is `1.5`, `4.2e1` is `42`, `-0.0` is `0`. One whose
/// digits would not fit stays as it is.
fn plain_number(text: &str) -> String {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>()),
        None => (unsigned, Ok(0)),
    };
    let Ok(exponent) = exponent else { return text.to_owned() };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    // Where the point stands, counted from the first digit.
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent);
    let padded = match usize::try_from(point) {
        Ok(point) if point <= LONGEST_NUMBER => {
            let digits = format!("{digits:0<point$}");
            let (whole, fraction) = digits.split_at(point);
            format!("{whole}.{fraction}")
        }
        Err(_) if point.unsigned_abs() <= LONGEST_NUMBER as u64 => {
            let zeros = "0".repeat(usize::try_from(point.unsigned_abs()).unwrap_or_default());
            format!("0.{zeros}{digits}")
        }
        _ => return text.to_owned(),
    };
    let (whole, fraction) = padded.split_once('.').unwrap_or((&padded, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits() {
        let text = r#"{"a":42,"b":9007199254740993,"c":123456789012345678901234567890,"d":4.2e1,"e":1.50,"f":-0.0,
            "g":{"h":98765432109876543210},"i":1e-3,"j":1E400,"k":18446744073709551615,"l":-9223372036854775809}"#;
        // A number beyond a float is no JSON that can be read.
        assert!(Document::parse(text.as_bytes()).is_err());
        let document = Document::parse(text.replace("1E400", "1E300").as_bytes()).unwrap();
        let rows = [
            ("a", "42"),
            ("b", "9007199254740993"),
            ("c", "123456789012345678901234567890"),
            ("d", "42"),
            ("e", "1.5"),
            ("f", "0"),
            ("g.h", "98765432109876543210"),
            ("i", "0.001"),
            ("k", "18446744073709551615"),
            ("l", "-9223372036854775809"),
        ];
        for (path, expected) in rows {
            assert_eq!(document.scalar(path), expected, "{path}");
        }
        assert_eq!(document.scalar("j"), format!("1{}", "0".repeat(300)));
    }

    #[test]
    fn later_texts_stand_before_earlier_ones() {
        let first = Document::parse(br#"{"id":11111111111111111111111,"a":1}"#).unwrap();
        let second = Document::parse(br#"{"id":22222222222222222222222}"#).unwrap();
        let both = first.overlaid(&second);
        assert_eq!(both.scalar("id"), "22222222222222222222222");
        assert_eq!(both.scalar("a"), "1");
    }

    #[test]
    fn numbers_in_every_spelling() {
        let rows = [
            ("0", "0"),
            ("-0", "0"),
            ("10.0", "10"),
            ("0.10", "0.1"),
            ("-1.25e2", "-125"),
            ("-1.25e1", "-12.5"),
            ("5e-1", "0.5"),
            ("0e9", "0"),
            ("1e999999999999999999999", "1e999999999999999999999"),
            ("1e9999", "1e9999"),
            ("1e-9999", "1e-9999"),
        ];
        for (text, expected) in rows {
            assert_eq!(plain_number(text), expected, "{text}");
        }
    }
}

//! Between the values of the sandbox and JSON.

use monty_types::{DictPairs, MontyDate, MontyDateTime, MontyObject};
use serde_json::{Map, Number, Value};

/// Why a value is not written as JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoJson {
    /// It is of a kind that JSON does not have.
    Kind(String),
    /// It is too large.
    TooLarge,
}

/// A JSON value as a value of the sandbox.
pub(super) fn from_json(value: &Value) -> MontyObject {
    match value {
        Value::Null => MontyObject::None,
        Value::Bool(truth) => MontyObject::Bool(*truth),
        Value::Number(number) => number.as_i64().map_or_else(
            || MontyObject::Float(number.as_f64().unwrap_or(f64::NAN)),
            MontyObject::Int,
        ),
        Value::String(text) => MontyObject::String(text.clone()),
        Value::Array(items) => MontyObject::List(items.iter().map(from_json).collect()),
        Value::Object(map) => dict(map),
    }
}

/// A JSON object as a dictionary.
pub(super) fn dict(map: &Map<String, Value>) -> MontyObject {
    MontyObject::Dict(
        map.iter()
            .map(|(key, value)| (text(key), from_json(value)))
            .collect::<DictPairs>(),
    )
}

/// A text.
pub(super) fn text(value: impl Into<String>) -> MontyObject {
    MontyObject::String(value.into())
}

/// A list of texts.
pub(super) fn texts<'a>(values: impl IntoIterator<Item = &'a String>) -> MontyObject {
    MontyObject::List(values.into_iter().map(text).collect())
}

/// A time of ours as a `datetime` in UTC.
pub(super) fn datetime(micros: i64) -> MontyObject {
    let (days, within) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    let Some((year, month, day)) = civil(days) else {
        return MontyObject::None;
    };
    let seconds = within / 1_000_000;
    // Each part is small by construction.
    let small = |value: i64| u8::try_from(value).unwrap_or_default();
    MontyObject::DateTime(MontyDateTime {
        year,
        month,
        day,
        hour: small(seconds / 3_600),
        minute: small(seconds / 60 % 60),
        second: small(seconds % 60),
        microsecond: u32::try_from(within % 1_000_000).unwrap_or_default(),
        offset_seconds: Some(0),
        timezone_name: None,
    })
}

/// The Gregorian date of a day counted from 1970, for the years that Python has.
fn civil(days: i64) -> Option<(i32, u8, u8)> {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let year = i32::try_from(year).ok().filter(|year| (1..=9_999).contains(year))?;
    Some((year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

/// A value of the sandbox as JSON of at most `most` bytes. Sets and tuples become arrays, dates text in ISO 8601.
pub(super) fn to_json(value: &MontyObject, most: usize) -> Result<Value, NoJson> {
    let mut left = most;
    json(value, &mut left)
}

/// A dictionary as a JSON object of at most `most` bytes.
pub(super) fn to_map(value: &MontyObject, most: usize) -> Result<Map<String, Value>, NoJson> {
    match to_json(value, most)? {
        Value::Object(map) => Ok(map),
        _ => Err(NoJson::Kind(value.type_name().to_owned())),
    }
}

fn json(value: &MontyObject, left: &mut usize) -> Result<Value, NoJson> {
    let size = match value {
        MontyObject::String(text) => text.len() + 3,
        _ => 8,
    };
    *left = left.checked_sub(size).ok_or(NoJson::TooLarge)?;
    Ok(match value {
        MontyObject::None => Value::Null,
        MontyObject::Bool(truth) => Value::Bool(*truth),
        MontyObject::Int(number) => Value::from(*number),
        MontyObject::BigInt(number) => number
            .to_string()
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| NoJson::Kind("an integer beyond 64 bits".to_owned()))?,
        MontyObject::Float(number) => Number::from_f64(*number)
            .map(Value::Number)
            .ok_or_else(|| NoJson::Kind(format!("the number {number}")))?,
        MontyObject::String(text) => Value::String(text.clone()),
        MontyObject::List(items)
        | MontyObject::Tuple(items)
        | MontyObject::Set(items)
        | MontyObject::FrozenSet(items)
        | MontyObject::NamedTuple { values: items, .. } => {
            let items: Result<_, _> = items.iter().map(|item| json(item, left)).collect();
            Value::Array(items?)
        }
        MontyObject::Dict(pairs) => {
            let mut map = Map::with_capacity(pairs.len());
            for (name, value) in pairs.iter() {
                let name = key(name)?;
                *left = left.checked_sub(name.len() + 4).ok_or(NoJson::TooLarge)?;
                map.insert(name, json(value, left)?);
            }
            Value::Object(map)
        }
        MontyObject::Date(date) => Value::String(iso_date(date)),
        MontyObject::DateTime(time) => Value::String(iso(time)),
        MontyObject::Cycle(..) => return Err(NoJson::Kind("a value that contains itself".to_owned())),
        MontyObject::Repr(text) if text == "<deeply nested>" => {
            return Err(NoJson::Kind("a value that is nested too deeply".to_owned()));
        }
        other => return Err(NoJson::Kind(format!("a value of type {}", other.type_name()))),
    })
}

/// A key of a dictionary, as `json.dumps` writes it.
fn key(value: &MontyObject) -> Result<String, NoJson> {
    Ok(match value {
        MontyObject::String(text) => text.clone(),
        MontyObject::Int(number) => number.to_string(),
        MontyObject::Bool(truth) => truth.to_string(),
        MontyObject::None => "null".to_owned(),
        other => return Err(NoJson::Kind(format!("a key of type {}", other.type_name()))),
    })
}

fn iso_date(date: &MontyDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn iso(time: &MontyDateTime) -> String {
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        time.year, time.month, time.day, time.hour, time.minute, time.second
    );
    if time.microsecond != 0 {
        text.push_str(&format!(".{:06}", time.microsecond));
    }
    match time.offset_seconds {
        None => {}
        Some(0) => text.push('Z'),
        Some(offset) => {
            let (sign, offset) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
            text.push_str(&format!("{sign}{:02}:{:02}", offset / 3_600, offset / 60 % 60));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        let written = |micros| to_json(&datetime(micros), 100).unwrap();
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
        assert_eq!(written(951_827_696_789_000), "2000-02-29T12:34:56.789000Z");
        assert_eq!(written(1_795_824_000_000_000), "2026-11-28T00:00:00Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(datetime(i64::MAX), MontyObject::None);
    }

    #[test]
    fn what_json_lacks_is_named() {
        let kind = |value| to_json(&value, 100).unwrap_err();
        assert_eq!(
            kind(MontyObject::Bytes(vec![1])),
            NoJson::Kind("a value of type bytes".to_owned())
        );
        assert!(matches!(kind(MontyObject::Float(f64::NAN)), NoJson::Kind(_)));
        assert!(matches!(
            kind(MontyObject::Cycle(1, "[...]".to_owned())),
            NoJson::Kind(_)
        ));
        assert_eq!(kind(text("x".repeat(98))), NoJson::TooLarge);
        assert_eq!(to_json(&text("x".repeat(97)), 100).unwrap(), "x".repeat(97));
    }
}

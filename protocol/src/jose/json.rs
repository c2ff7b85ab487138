//! JSON read the careful way: no member twice (RFC 7515 section 4), no deep nesting, one object and nothing after it.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::JoseError;

/// Reads one JSON object. `depth` counts the outermost object as 1.
///
/// # Errors
/// `BadJson`, `DuplicateMember` or `TooDeep`.
pub(crate) fn parse_object(bytes: &[u8], depth: usize) -> Result<Map<String, Value>, JoseError> {
    let fault = Cell::new(JoseError::BadJson);
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth, fault: &fault }
        .deserialize(&mut input)
        .map_err(|_| fault.get())?;
    input.end().map_err(|_| JoseError::BadJson)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JoseError::BadJson),
    }
}

/// Builds a value; `fault` carries our own reason past the error type of the reader.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<JoseError>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(self, why: JoseError) -> E {
        self.fault.set(why);
        E::custom(why)
    }

    /// One level further down.
    fn descend<E: de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.refuse(JoseError::TooDeep)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| self.refuse(JoseError::BadJson))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.descend()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.descend()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(self.refuse(JoseError::DuplicateMember));
            }
            object.insert(name, members.next_value_seed(inner)?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_value() {
        let text = r#"{"a":null,"b":[true,-1,18446744073709551615,1.5,"\u00e9"],"c":{"a":{}}}"#;
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(parse_object(text.as_bytes(), 8).unwrap()), expected);
    }

    #[test]
    fn refuses_with_the_reason() {
        let refusals = [
            (r#"{"a":1,"a":1}"#, JoseError::DuplicateMember),
            (r#"{"a":1,"\u0061":2}"#, JoseError::DuplicateMember),
            (r#"{"x":{"a":1,"b":2,"a":3}}"#, JoseError::DuplicateMember),
            (r#"{"x":[[1]]}"#, JoseError::TooDeep),
            (r#"{"x":{"y":{}}}"#, JoseError::TooDeep),
            ("[1]", JoseError::BadJson),
            ("1", JoseError::BadJson),
            ("", JoseError::BadJson),
            ("{}{}", JoseError::BadJson),
            (r#"{"a":1e999}"#, JoseError::BadJson),
            (r#"{"a":NaN}"#, JoseError::BadJson),
            (r#"{"a":"\ud800"}"#, JoseError::BadJson),
            (r#"{"a":1,}"#, JoseError::BadJson),
        ];
        for (text, why) in refusals {
            assert_eq!(parse_object(text.as_bytes(), 2), Err(why), "{text}");
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}", 2), Err(JoseError::BadJson));
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert_eq!(parse_object(deep.as_bytes(), 32), Err(JoseError::TooDeep));
    }
}

//! The query of a call: which parameters it may have, and the choice of members by `fields` and `include_fields`.

use protocol::params::Params;
use serde_json::{Map, Value};

use super::failure::Failure;

/// More parameters than any call has.
const MOST: usize = 100;

/// The parameters of a query, of which some may stand several times.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query. `known`: the parameters that this call takes; `repeated`: the one that may stand several times.
    pub(super) fn parse(query: Option<&str>, known: &[&str], repeated: &str) -> Result<Self, Failure> {
        let query = query.unwrap_or_default();
        let mut pairs: Vec<(String, String)> = Vec::new();
        // The careful reader of the core, one parameter at a time, refuses broken escapes and control characters.
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            let read = Params::parse(piece.as_bytes()).map_err(|error| Failure::query(error.public()))?;
            for (name, value) in read.iter() {
                if !known.contains(&name) {
                    let shown: String = name.chars().take(64).collect();
                    return Err(Failure::query(format!("Additional properties not allowed: {shown}.")));
                }
                if name != repeated && pairs.iter().any(|(of, _)| of == name) {
                    return Err(Failure::query(format!("{name} stands twice.")));
                }
                if value.chars().any(char::is_control) {
                    return Err(Failure::query(format!("{name} contains control characters.")));
                }
                pairs.push((name.to_owned(), value.to_owned()));
            }
            if pairs.len() > MOST {
                return Err(Failure::query("There are too many parameters."));
            }
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a parameter.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let of = self.0.iter().filter(move |(given, _)| given == name);
        of.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A number between `least` and `most`.
    pub(super) fn number(&self, name: &str, least: usize, most: usize) -> Result<Option<usize>, Failure> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(Failure::query(format!("{name} must be between {least} and {most}."))),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.get(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Failure::query(format!("{name} must be true or false."))),
        }
    }

    /// The members that are asked for (B-5.2).
    pub(super) fn choice(&self) -> Result<Choice, Failure> {
        let include = self.flag("include_fields")?.unwrap_or(true);
        let names = self.get("fields").map(|list| {
            let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        });
        Ok(Choice { names, include })
    }
}

/// Which members of an object are shown.
#[derive(Debug)]
pub(super) struct Choice {
    names: Option<Vec<String>>,
    include: bool,
}

impl Choice {
    /// The object with the members that are asked for.
    pub(super) fn of(&self, mut object: Map<String, Value>) -> Value {
        if let Some(names) = &self.names {
            object.retain(|name, _| names.contains(name) == self.include);
        }
        Value::Object(object)
    }

    /// Whether a member is shown: what is not need not be looked up.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.names
            .as_ref()
            .is_none_or(|names| names.iter().any(|of| of == name) == self.include)
    }
}

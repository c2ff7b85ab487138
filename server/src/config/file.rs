//! Reads the TOML file into raw values with their places, and finds keys that do not exist.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::error::{Mistake, Place};
use super::keys;
use super::nearest::nearest;
use super::value::Raw;

/// What was given, by the path of its key.
pub(super) type Given = BTreeMap<&'static str, (Place, Raw)>;

/// Reads the text of the file. Mistakes are added to the list; what could be read is returned.
pub(super) fn read(path: &Path, text: &str, mistakes: &mut Vec<Mistake>) -> Given {
    let mut reader = Reader {
        path,
        text,
        given: Given::new(),
        mistakes,
    };
    match DeTable::parse(text) {
        Ok(table) => reader.group("", table.get_ref()),
        Err(error) => {
            // The library's own display repeats the line, which may hold a secret; its message names only what was expected.
            let place = reader.place(error.span().map_or(0, |span| span.start));
            reader.mistakes.push(Mistake::new(
                place,
                format!(
                    "this is not TOML: {}; write lines like `key = \"value\"`",
                    error.message()
                ),
            ));
        }
    }
    reader.given
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    given: Given,
    mistakes: &'a mut Vec<Mistake>,
}

impl Reader<'_> {
    fn group(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let place = self.place(name.span().start);
            let name = name.get_ref().as_ref();
            let path = if prefix.is_empty() {
                name.to_owned()
            } else {
                format!("{prefix}.{name}")
            };
            if name.contains('.') && (keys::find(&path).is_some() || keys::is_group(&path)) {
                self.wrong(
                    place,
                    format!("the key `\"{name}\"` is one name with a dot in it; write it without quotes"),
                );
            } else if let Some(key) = keys::find(&path) {
                let place = self.place(value.span().start);
                self.given.insert(key.path, (place, raw(value.get_ref())));
            } else if keys::is_group(&path) {
                match value.get_ref() {
                    DeValue::Table(table) => self.group(&path, table),
                    other => self.wrong(place, not_a_group(&path, other)),
                }
            } else {
                self.wrong(place, unknown(&path));
            }
        }
    }

    fn wrong(&mut self, place: Place, message: String) {
        self.mistakes.push(Mistake::new(place, message));
    }

    /// Line and column of a byte of the text.
    fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |position| position + 1);
        Place::File {
            path: self.path.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Raw::Integer(number.as_str().replace('_', "")),
        DeValue::Integer(_) => Raw::Other("a number that is not decimal"),
        DeValue::Boolean(value) => Raw::Boolean(*value),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date or time"),
        DeValue::Table(_) => Raw::Other("a group of keys"),
    }
}

fn not_a_group(path: &str, value: &DeValue<'_>) -> String {
    let members: Vec<String> = keys::all()
        .filter(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
        .map(|key| format!("`{}`", key.path))
        .collect();
    format!(
        "`{path}` is a group of keys, not {}; its keys are {}",
        raw(value).name(),
        members.join(", ")
    )
}

/// What is said of a key that does not exist.
fn unknown(path: &str) -> String {
    match nearest_key(path) {
        Some(near) => format!("there is no key `{path}`; did you mean `{near}`?"),
        None => format!("there is no key `{path}`; docs/reference/configuration.md lists them all"),
    }
}

/// The key or group that was probably meant: one whose last name is the same, or else the nearest path.
fn nearest_key(path: &str) -> Option<String> {
    let last = path.rsplit('.').next().unwrap_or(path);
    let mut same_name = keys::all().filter(|key| key.path.rsplit('.').next() == Some(last));
    if let (Some(key), None) = (same_name.next(), same_name.next()) {
        return Some(key.path.to_owned());
    }
    let groups = keys::all().filter_map(|key| key.path.split_once('.').map(|(group, _)| group));
    let paths = keys::all().map(|key| key.path);
    if path.contains('.') {
        nearest(path, paths)
    } else {
        nearest(path, paths.chain(groups))
    }
    .map(str::to_owned)
}

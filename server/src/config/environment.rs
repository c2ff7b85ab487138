//! Variables that override keys. One that begins like ours and names no key is a mistake, not noise.

use super::Environment;
use super::error::{Mistake, Place};
use super::file::Given;
use super::keys;
use super::nearest::nearest;
use super::value::Raw;

/// Names the configuration file, when `--config` does not.
pub(super) const FILE: &str = "VESTIBULE_CONFIG";

/// What begins like this belongs to the test harness.
const TESTS: &str = "VESTIBULE_TEST_";

/// Lets the variables override what the file gave.
pub(super) fn read(environment: &Environment, given: &mut Given, mistakes: &mut Vec<Mistake>) {
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with("VESTIBULE_")) else {
            continue;
        };
        if name == FILE || name.starts_with(TESTS) {
            continue;
        }
        let place = Place::Variable(name.to_owned());
        let Some(key) =
            keys::all().find(|key| keys::variable(key.path) == name || keys::short_variable(key.path) == name)
        else {
            mistakes.push(Mistake::new(place, unknown(name)));
            continue;
        };
        if matches!(given.get(key.path), Some((Place::Variable(_), _))) {
            let other = if keys::variable(key.path) == name {
                keys::short_variable(key.path)
            } else {
                keys::variable(key.path)
            };
            mistakes.push(Mistake::new(
                place,
                format!("`{}` is set by {other} too; keep one of them", key.path),
            ));
            continue;
        }
        match value.to_str() {
            Some(text) => {
                given.insert(key.path, (place, Raw::Variable(text.to_owned())));
            }
            None => mistakes.push(Mistake::new(place, format!("`{}` is not UTF-8", key.path))),
        }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<String> = keys::all()
        .flat_map(|key| [keys::variable(key.path), keys::short_variable(key.path)])
        .chain([FILE.to_owned()])
        .collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("no key has this variable; did you mean {near}?"),
        None => "no key has this variable; docs/reference/configuration.md lists them all".to_owned(),
    }
}

//! How a run ends: what the script's side reports, as a profile or a fault.

use serde_json::{Map, Value};

use crate::outcome::SyntaxFault;
use crate::profile::{ScriptFault, ScriptLimits};

/// The name of a script in positions.
pub(super) const FILE: &str = "script";

/// The longest message of a fault, in characters.
const LONGEST: usize = 2_000;

/// How deep the members of a profile may be nested: less than what a reader of JSON takes.
const DEEPEST: usize = 100;

/// What became of a run.
pub(super) type Outcome = Result<Map<String, Value>, ScriptFault>;

/// Reads what the file `core.js` reports.
pub(super) fn settled(kind: &str, text: &str, detail: &str, limits: &ScriptLimits) -> Outcome {
    Err(match kind {
        "profile" => return profile(text, limits),
        "nothing" => ScriptFault::NoProfile,
        "kind" => ScriptFault::NotAnObject(text.to_owned()),
        "json" => ScriptFault::NotJson(cut(text)),
        "function" => ScriptFault::NoFunction,
        "never" => ScriptFault::NeverCalledBack,
        // Where memory ran out there is no room for an error either, and the interpreter throws null; so may the script.
        "null" => ScriptFault::ThrewNull,
        "limit" => limit(text, limits).unwrap_or_else(|| thrown(text, detail)),
        _ => thrown(text, detail),
    })
}

fn profile(json: &str, limits: &ScriptLimits) -> Outcome {
    if json.len() > limits.result_bytes {
        return Err(ScriptFault::ResultTooLarge(limits.result_bytes));
    }
    let whole = without_halves(json);
    let profile: Map<String, Value> =
        serde_json::from_str(&whole).map_err(|error| ScriptFault::NotJson(error.to_string()))?;
    if profile.values().all(|value| depth(value, DEEPEST)) {
        Ok(profile)
    } else {
        Err(ScriptFault::NotJson(format!("it is nested more than {DEEPEST} deep")))
    }
}

/// Whether a value is nested no deeper than that.
fn depth(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(values) => left > 0 && values.iter().all(|value| depth(value, left - 1)),
        Value::Object(members) => left > 0 && members.values().all(|value| depth(value, left - 1)),
        _ => true,
    }
}

/// JSON text whose halves of surrogate pairs are replaced: JavaScript writes them as escapes, and they are no characters.
fn without_halves(json: &str) -> std::borrow::Cow<'_, str> {
    if !json.contains("\\ud") {
        return json.into();
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let half = escape.get(1..3).is_some_and(|start| start == "ud") && escape.get(3..4).is_some_and(|c| c >= "8");
        let length = if half { 6 } else { 2 };
        whole.push_str(if half {
            "\u{fffd}"
        } else {
            escape.get(..2).unwrap_or(escape)
        });
        rest = escape.get(length..).unwrap_or_default();
    }
    whole.push_str(rest);
    whole.into()
}

/// A limit of the interpreter that shows as an exception.
pub(super) fn limit(message: &str, limits: &ScriptLimits) -> Option<ScriptFault> {
    match message {
        "out of memory" => Some(ScriptFault::Memory(limits.memory_bytes)),
        "Maximum call stack size exceeded" | "stack overflow" => Some(ScriptFault::Recursion),
        _ => None,
    }
}

/// An exception with the line of the script that it comes from.
pub(super) fn thrown(message: &str, stack: &str) -> ScriptFault {
    let line = stack.lines().find_map(|frame| position(frame).map(|(line, _)| line));
    ScriptFault::Thrown {
        message: cut(message),
        line,
    }
}

/// An exception from reading the program as a whole: its first frame is a position and nothing else.
pub(super) fn syntax(message: &str, stack: &str) -> Option<SyntaxFault> {
    let frame = stack.lines().next()?;
    let bare = frame.trim_start().strip_prefix("at ")?.starts_with(FILE);
    let (line, column) = position(frame).filter(|_| bare)?;
    Some(SyntaxFault {
        line,
        column,
        message: cut(message),
        suggestion: None,
    })
}

/// `script:3:14` somewhere in a frame, as line and column.
fn position(frame: &str) -> Option<(u32, u32)> {
    let (before, after) = frame.split_once("script:")?;
    if !before.ends_with([' ', '(']) {
        return None;
    }
    let mut numbers = after.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ScriptLimits = ScriptLimits::LOGIN;

    #[test]
    fn whole_numbers_stay_whole() {
        let profile = settled("profile", "{\"id\":9007199254740991,\"half\":0.5}", "", &LIMITS).unwrap();
        assert_eq!(profile["id"], 9_007_199_254_740_991_u64);
        assert_eq!(profile["half"], 0.5);
    }

    #[test]
    fn halves_of_characters_are_replaced_and_escapes_are_not() {
        let profile = settled(
            "profile",
            r#"{"a":"\ud800x","b":"\\ud800","c":"\ndie","d":"\udbff"}"#,
            "",
            &LIMITS,
        )
        .unwrap();
        assert_eq!(profile["a"], "\u{fffd}x");
        assert_eq!(profile["b"], "\\ud800");
        assert_eq!(profile["c"], "\ndie");
        assert_eq!(profile["d"], "\u{fffd}");
    }

    #[test]
    fn a_profile_has_a_size_and_a_depth() {
        let limits = ScriptLimits {
            result_bytes: 8,
            ..LIMITS
        };
        assert_eq!(
            settled("profile", "{\"a\":123}", "", &limits),
            Err(ScriptFault::ResultTooLarge(8))
        );
        let nested = |deep: usize| format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
        assert!(settled("profile", &nested(100), "", &LIMITS).is_ok());
        assert!(matches!(
            settled("profile", &nested(101), "", &LIMITS),
            Err(ScriptFault::NotJson(_))
        ));
        assert!(matches!(
            settled("profile", &nested(500), "", &LIMITS),
            Err(ScriptFault::NotJson(_))
        ));
    }

    #[test]
    fn positions_are_those_of_the_script() {
        let stack = "    at fail (request.js:3:1)\n    at fetchUserProfile (script:7:12)\n";
        assert_eq!(
            thrown("m", stack),
            ScriptFault::Thrown {
                message: "m".to_owned(),
                line: Some(7)
            }
        );
        assert_eq!(
            thrown("m", "    at myscript:3:1"),
            ScriptFault::Thrown {
                message: "m".to_owned(),
                line: None
            }
        );
        assert_eq!(
            syntax("m", "    at script:2:5\n").map(|fault| (fault.line, fault.column)),
            Some((2, 5))
        );
        assert_eq!(syntax("m", "    at parse (native)\n    at <eval> (script:2:5)\n"), None);
    }
}

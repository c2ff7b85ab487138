//! What the API says is wrong, in the language of the page where that is known.

use serde_json::Value;

use super::api::Answer;
use crate::pages::Frame;

/// Field and sentence of each error.
pub(super) fn errors(frame: &Frame<'_>, answer: &Answer) -> Vec<(String, String)> {
    let list = answer.member("errors").as_array();
    let text = |error: &Value, member: &str| error.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    list.into_iter()
        .flatten()
        .map(|error| {
            let said = match text(error, "code").as_str() {
                "required" => frame.say("dashboard-required"),
                "taken" => frame.say("dashboard-taken"),
                _ => text(error, "message"),
            };
            (text(error, "field"), said)
        })
        .collect()
}

//! What things are called: messages whose id follows from the name of what they name.

use crate::pages::Frame;

/// Values of the API that people read in words of their language; all others are shown as they are.
const WORDS: &[&str] = &[
    "true",
    "false",
    "person",
    "service_account",
    "confidential",
    "public",
    "application",
    "source",
    "active",
    "next",
    "retired",
    "expired",
    "revoked",
    "waiting",
    "delivered",
    "failed",
    "generated",
    "imported",
    "sig",
    "enc",
    "any",
    "all",
    "remember",
    "always",
    "skip",
    "off",
    "administrator",
    "anyone",
    "none",
    "passkey",
    "totp",
    "recovery_codes",
];

/// What can be said when something is done; other actions say that it is done.
pub(super) const DONE: &[&str] = &["made", "changed", "deleted", "done", "nothing"];

/// Every message of these.
pub(super) fn messages() -> impl Iterator<Item = String> {
    let words = WORDS.iter().map(|word| format!("dashboard-word-{word}"));
    words.chain(DONE.iter().map(|done| format!("dashboard-done-{done}")))
}

/// A value in words.
pub(super) fn word(frame: &Frame<'_>, value: &str) -> String {
    if WORDS.contains(&value) {
        frame.say(&format!("dashboard-word-{value}"))
    } else {
        value.to_owned()
    }
}

/// The name of a member.
pub(super) fn label(frame: &Frame<'_>, member: &str) -> String {
    let id = format!("dashboard-field-{member}");
    frame.find(&id).unwrap_or_else(|| member.to_owned())
}

/// What a resource is called.
pub(super) fn title(frame: &Frame<'_>, path: &str) -> String {
    frame.say(&format!("dashboard-{path}"))
}

/// What an action is called.
pub(super) fn action(frame: &Frame<'_>, name: &str) -> String {
    frame.say(&format!("dashboard-do-{name}"))
}

/// What is said of something that was done a moment ago, from the query of the page that follows.
pub(super) fn notice(frame: &Frame<'_>, done: Option<&str>) -> Option<String> {
    let done = DONE.iter().find(|known| Some(**known) == done)?;
    Some(frame.say(&format!("dashboard-done-{done}")))
}

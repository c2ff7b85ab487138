//! Every value at its own place, a little changed (security sheet, item 21; CVE-2026-27840): whole values are compared,
//! and no part, extension or other spelling of one passes.

use super::tokens::{Kind, PLACES, Place, World, present};
use super::ways::issued;
use crate::harness::{Harness, on_both};

on_both!(
    "[limits]\nsign_in_failures_per_account = 100\nsign_in_failures_per_address = 1000\nuser_code_failures_per_account = 100\nuser_code_failures_per_address = 1000\n":
    no_change_of_a_value_passes,
);

/// The value with one thing changed each time.
fn mutations(value: &str) -> Vec<(&'static str, String)> {
    let last = value.chars().last().expect("a value");
    let other = if last == 'B' { 'C' } else { 'B' };
    let shorter = &value[..value.len() - last.len_utf8()];
    let swapped = value.chars().map(|letter| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    });
    vec![
        ("the last character missing", shorter.to_owned()),
        ("the first character missing", value[1..].to_owned()),
        ("its first half", value[..value.len() / 2].to_owned()),
        ("its second half", value[value.len() / 2..].to_owned()),
        ("its first eight", value[..8.min(value.len() - 1)].to_owned()),
        ("another last character", format!("{shorter}{other}")),
        ("one character more", format!("{value}B")),
        ("one character before", format!("B{value}")),
        ("twice", format!("{value}{value}")),
        ("a wildcard", format!("{shorter}%25")),
        ("a pattern", format!("{shorter}%")),
        ("another case", swapped.collect()),
        ("a blank behind", format!("{value} ")),
        ("a blank before", format!(" {value}")),
        ("a line end", format!("{value}\n")),
        ("a zero", format!("{value}\0")),
    ]
}

/// Whether a change is none at this place: a user code is read in any spelling, and blanks around a header value are no
/// part of it.
fn means_the_same(place: Place, changed: &str, value: &str) -> bool {
    match place {
        Place::UserCodeForm => changed.trim().eq_ignore_ascii_case(value) || changed.contains('\0'),
        Place::Userinfo | Place::ManagementApi | Place::Cookie => {
            !changed.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        }
        _ => false,
    }
}

async fn no_change_of_a_value_passes(harness: &Harness) {
    let mut world = World::new(harness).await;
    let before = issued(harness).await;
    let mut tried = 0;
    for (place, right, _) in PLACES {
        for kind in right {
            // An ID token is a hint by its signature: its own table is that of hostile tokens.
            if *kind == Kind::IdToken {
                continue;
            }
            let value = world.value(*kind);
            for (change, changed) in mutations(&value) {
                if changed == value || means_the_same(place, &changed, &value) {
                    continue;
                }
                let came = present(harness, &mut world.browser, place, &changed).await;
                assert_ne!(came, "passes", "{kind:?} at {place:?}: {change}");
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "{tried}");
    assert_eq!(issued(harness).await, before);
}

//! What the values of a person's record may be: user name, e-mail address and the standard claims (OpenID Connect Core,
//! section 5.1).
//!
//! Every way in (management API, command line, pages) asks here. What is stored is handed to applications as it is, so
//! it is checked before.

mod syntax;

use crate::user::{Address, Group, StandardClaims, User};

pub use self::syntax::{check_birthdate, check_email, check_locale, check_phone_number, check_url, check_zoneinfo};

/// Why a value is refused: a stable code and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: &'static str,
}

impl Violation {
    pub(crate) const fn new(code: &'static str, message: &'static str) -> Self {
        Self { code, message }
    }
}

/// The longest user name, in characters.
const LONGEST_USERNAME: usize = 150;
/// The longest name and the longest text of a claim, in characters.
const LONGEST_TEXT: usize = 255;
/// The longest text of a part of a postal address, in characters.
const LONGEST_ADDRESS: usize = 500;

const CONTROL: Violation = Violation::new("control_characters", "must not hold control characters");
const REQUIRED: Violation = Violation::new("required", "must not be empty");
const TRIMMED: Violation = Violation::new("surrounding_space", "must not begin or end with white space");
const LONG_TEXT: Violation = Violation::new("too_long", "must have at most 255 characters");

/// Checks a user name: 1 to 150 characters, none of them a control character, no white space around it.
///
/// # Errors
/// What is wrong with it.
pub fn check_username(text: &str) -> Result<(), Violation> {
    check_label(text)?;
    if text.chars().count() > LONGEST_USERNAME {
        return Err(Violation::new("too_long", "must have at most 150 characters"));
    }
    // An id is looked for before a user name, so a name in the form of an id could hide behind another account.
    if text.starts_with("user_") && text.len() == 31 {
        return Err(Violation::new("like_an_id", "must not have the form of an id"));
    }
    Ok(())
}

/// Checks the name of a group: 1 to 255 characters, none of them a control character, no white space around it.
///
/// # Errors
/// What is wrong with it.
pub fn check_group_name(text: &str) -> Result<(), Violation> {
    check_label(text)?;
    check_text(text)
}

fn check_label(text: &str) -> Result<(), Violation> {
    if text.is_empty() {
        return Err(REQUIRED);
    }
    if text.chars().any(is_hidden) {
        return Err(CONTROL);
    }
    if text.trim() != text {
        return Err(TRIMMED);
    }
    Ok(())
}

/// Control characters, and the marks that change the direction of what follows: one name must not look like another.
fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Checks a text of one line: at most 255 characters, none of them a control character.
///
/// # Errors
/// What is wrong with it.
pub fn check_text(text: &str) -> Result<(), Violation> {
    if text.chars().any(is_hidden) {
        return Err(CONTROL);
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(LONG_TEXT);
    }
    Ok(())
}

fn check_address_part(text: &str) -> Result<(), Violation> {
    // Section 5.1.1: the parts may hold line breaks.
    if text
        .chars()
        .any(|letter| is_hidden(letter) && !matches!(letter, '\n' | '\r'))
    {
        return Err(CONTROL);
    }
    if text.chars().count() > LONGEST_ADDRESS {
        return Err(Violation::new("too_long", "must have at most 500 characters"));
    }
    Ok(())
}

/// Everything that is wrong with a user's fields, each under its name in the management API.
#[must_use]
pub fn check_user(user: &User) -> Vec<(&'static str, Violation)> {
    let mut found = Vec::new();
    note(&mut found, "username", check_username(&user.username));
    note(&mut found, "name", check_text(&user.name));
    match &user.email {
        Some(email) => note(&mut found, "email", check_email(email)),
        None if user.email_verified => found.push((
            "email_verified",
            Violation::new("needs_email", "must be false while there is no e-mail address"),
        )),
        None => {}
    }
    check_claims(&user.claims, &mut found);
    found
}

/// Everything that is wrong with a group's fields.
#[must_use]
pub fn check_group(group: &Group) -> Vec<(&'static str, Violation)> {
    let mut found = Vec::new();
    note(&mut found, "name", check_group_name(&group.name));
    if group.parents.contains(&group.id) {
        found.push(("parents", Violation::new("cycle", "a group can not stand above itself")));
    }
    found
}

type Check = fn(&str) -> Result<(), Violation>;

fn check_claims(claims: &StandardClaims, found: &mut Vec<(&'static str, Violation)>) {
    let table: [(&'static str, &Option<String>, Check); 12] = [
        ("given_name", &claims.given_name, check_text),
        ("family_name", &claims.family_name, check_text),
        ("middle_name", &claims.middle_name, check_text),
        ("nickname", &claims.nickname, check_text),
        ("gender", &claims.gender, check_text),
        ("profile", &claims.profile, check_url),
        ("picture", &claims.picture, check_url),
        ("website", &claims.website, check_url),
        ("birthdate", &claims.birthdate, check_birthdate),
        ("zoneinfo", &claims.zoneinfo, check_zoneinfo),
        ("locale", &claims.locale, check_locale),
        ("phone_number", &claims.phone_number, check_phone_number),
    ];
    for (field, value, check) in table {
        if let Some(value) = value {
            note(found, field, check(value));
        }
    }
    if claims.phone_number_verified == Some(true) && claims.phone_number.is_none() {
        found.push((
            "phone_number_verified",
            Violation::new("needs_phone_number", "must be false while there is no phone number"),
        ));
    }
    if let Some(address) = &claims.address {
        check_address(address, found);
    }
}

fn check_address(address: &Address, found: &mut Vec<(&'static str, Violation)>) {
    let parts = [
        ("address.formatted", &address.formatted),
        ("address.street_address", &address.street_address),
        ("address.locality", &address.locality),
        ("address.region", &address.region),
        ("address.postal_code", &address.postal_code),
        ("address.country", &address.country),
    ];
    for (field, value) in parts {
        if let Some(value) = value {
            note(found, field, check_address_part(value));
        }
    }
}

fn note(found: &mut Vec<(&'static str, Violation)>, field: &'static str, outcome: Result<(), Violation>) {
    if let Err(violation) = outcome {
        found.push((field, violation));
    }
}

//! All addresses of a user as one list: the primary one stands in the record, the others beside it.

use protocol::profile::check_email;
use protocol::user::email_key;
use store::users::emails::UserEmail;
use store::users::list::UserWithGroups;

use super::fields::EmailFields;
use crate::actions::outcome::FieldError;

/// The most addresses of one user.
const MOST: usize = 20;

/// Makes `given` the addresses of a user.
pub(super) fn apply(given: &[EmailFields], found: &mut UserWithGroups) -> Result<(), FieldError> {
    let wrong = |message: &str| Err(FieldError::invalid("emails", message));
    if given.len() > MOST {
        return Err(FieldError::new("emails", "too_long", "Give at most 20 addresses."));
    }
    let mut keys: Vec<String> = given.iter().map(|email| email_key(&email.address)).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        return wrong("An address stands there twice.");
    }
    if given.iter().any(|email| check_email(&email.address).is_err()) {
        return wrong("One of these is no e-mail address.");
    }
    let (primary, others): (Vec<_>, Vec<_>) = given.iter().partition(|email| email.primary);
    let primary = match (primary.as_slice(), given.is_empty()) {
        ([], true) => None,
        ([one], _) => Some(*one),
        _ => return wrong("Exactly one of them is the primary one."),
    };
    found.user.email = primary.map(|email| email.address.clone());
    found.user.email_verified = primary.is_some_and(|email| email.verified);
    found.emails = others
        .into_iter()
        .map(|email| UserEmail {
            address: email.address.clone(),
            verified: email.verified,
        })
        .collect();
    Ok(())
}

//! The fields by which somebody who is new says who they are, by the same rules on every page that asks for them.

use protocol::params::Params;
use protocol::profile::{self, Violation};
use secrecy::SecretString;

use crate::pages::FieldProblem;
use crate::passwords::Passwords;

/// A field of text that may not be left empty.
#[derive(Clone, Copy)]
pub(crate) struct TextField {
    /// Its name in the form.
    pub(crate) name: &'static str,
    /// What its rule allows, in characters, for the sentence beside it.
    longest: u32,
    rule: fn(&str) -> Result<(), Violation>,
}

/// What one signs in with.
pub(crate) const USERNAME: TextField = TextField {
    name: "username",
    longest: 150,
    rule: profile::check_username,
};
/// The full name.
pub(crate) const NAME: TextField = TextField {
    name: "name",
    longest: 255,
    rule: profile::check_text,
};
/// The address.
pub(crate) const EMAIL: TextField = TextField {
    name: "email",
    longest: 254,
    rule: profile::check_email,
};

impl TextField {
    /// What is wrong with it.
    pub(crate) fn check(self, form: &Params) -> Option<FieldProblem> {
        let text = form.get(self.name).unwrap_or_default().trim();
        if text.is_empty() {
            return Some(FieldProblem::Missing);
        }
        (self.rule)(text).err().map(|violation| match violation.code {
            "too_long" => FieldProblem::TooLong(self.longest),
            _ => FieldProblem::Malformed,
        })
    }
}

/// What is wrong with the password of a form.
pub(crate) fn check_password(form: &Params) -> Option<FieldProblem> {
    match form.get("password") {
        None => Some(FieldProblem::Missing),
        Some(password) => {
            let refused = Passwords::check(&SecretString::from(password)).err();
            refused.map(FieldProblem::from)
        }
    }
}

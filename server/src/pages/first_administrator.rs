//! The page that creates the first administrator, opened by the one-time link of the first start.

use askama::Template;

use super::frame::Frame;
use crate::passwords::{LONGEST, PasswordError, SHORTEST};

/// `#setup-form` with `username`, `name`, `email`, `password`, `csrf` and `token`.
#[derive(Debug, Template)]
#[template(path = "first_administrator.html")]
pub struct FirstAdministrator<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The one-time value of the link.
    pub token: &'a str,
    /// The address that Vestibule believes it has, to be compared with the browser's.
    pub public_url: &'a str,
    /// Name to sign in with.
    pub username: Field<'a>,
    /// Full name.
    pub name: Field<'a>,
    /// Address for mail.
    pub email: Field<'a>,
    /// What is wrong with the password; what was typed is never sent back.
    pub password_problem: Option<FieldProblem>,
}

/// What was typed into a field, and what is wrong with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// What was typed.
    pub value: &'a str,
    /// What is wrong with it.
    pub problem: Option<FieldProblem>,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldProblem {
    /// It is empty.
    Missing,
    /// It has fewer characters than this.
    TooShort(u32),
    /// It has more characters than this.
    TooLong(u32),
    /// It has characters or a form that the field does not take.
    Malformed,
    /// Someone else has it.
    Taken,
    /// The person has it already.
    Own,
}

impl From<PasswordError> for FieldProblem {
    fn from(error: PasswordError) -> Self {
        let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        match error {
            PasswordError::TooShort => Self::TooShort(length(SHORTEST)),
            PasswordError::TooLong => Self::TooLong(length(LONGEST)),
            PasswordError::Failed => Self::Malformed,
        }
    }
}

impl FieldProblem {
    /// In the person's language.
    pub(super) fn say(self, frame: &Frame<'_>) -> String {
        match self {
            Self::Missing => frame.say("field-missing"),
            Self::TooShort(least) => frame.say_count("field-too-short", "least", least),
            Self::TooLong(most) => frame.say_count("field-too-long", "most", most),
            Self::Malformed => frame.say("field-malformed"),
            Self::Taken => frame.say("field-taken"),
            Self::Own => frame.say("field-own"),
        }
    }
}

impl FirstAdministrator<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        problem.map(|problem| problem.say(self.frame))
    }
}

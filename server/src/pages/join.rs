//! Making one's own account: asking for a mail, and the form behind the link of a mail or an invitation.

use askama::Template;

use super::first_administrator::{Field, FieldProblem};
use super::frame::Frame;
use super::recovery::MailState;
use super::strength::Advice;

/// `/sign-up`: `#enroll-form` with `name=email`, or `#mail-sent` when it was sent off.
#[derive(Debug, Template)]
#[template(path = "sign_up.html")]
pub struct SignUp<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// What was typed.
    pub email: &'a str,
    /// What came of it.
    pub state: MailState,
}

impl SignUp<'_> {
    fn problem(&self) -> Option<String> {
        self.state.problem(self.frame)
    }
}

/// `/sign-up/finish` and `/invitation`: `#enroll-form` with `username`, `name`, `password` and, when the link was not sent to an
/// address, `email`.
#[derive(Debug, Template)]
#[template(path = "join.html")]
pub struct Join<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The value of the link.
    pub token: &'a str,
    /// The address that the link was sent to.
    pub address: Option<&'a str>,
    /// Name to sign in with.
    pub username: Field<'a>,
    /// Full name.
    pub name: Field<'a>,
    /// Address; `None`: it is known.
    pub email: Option<Field<'a>>,
    /// What is wrong with the password; what was typed is never sent back.
    pub password_problem: Option<FieldProblem>,
    /// Why the password is too easy to guess.
    pub advice: Option<Advice>,
}

impl Join<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        problem.map(|problem| problem.say(self.frame))
    }

    fn password_text(&self) -> Option<String> {
        let problem = self.password_problem.map(|problem| problem.say(self.frame));
        problem.or_else(|| self.advice.as_ref().map(|advice| advice.say(self.frame)))
    }
}

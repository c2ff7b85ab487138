//! `/account/password`: setting another password.

use askama::Template;

use super::super::first_administrator::FieldProblem;
use super::super::frame::Frame;
use super::super::strength::Advice;
use super::room::AccountRoom;

/// `#password-form` with `current` (when there is a password), `password` and the checkbox `end_others`; without a fresh
/// sign-in `#confirm` in its place.
#[derive(Debug, Template)]
#[template(path = "account/password.html")]
pub struct PasswordPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// Where the person confirms who they are; `None`: they have just done so.
    pub confirm: Option<&'a str>,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether every other session is to end.
    pub end_others: bool,
    /// What is wrong with the password of now.
    pub current_problem: Option<CurrentProblem>,
    /// What is wrong with the new one.
    pub problem: Option<FieldProblem>,
    /// Why the new one is too easy to guess.
    pub advice: Option<Advice>,
}

/// What is wrong with the password of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurrentProblem {
    /// It is another one.
    Wrong,
    /// There were too many wrong ones.
    TooMany {
        /// Minutes to wait, at least one.
        minutes: u32,
    },
}

impl PasswordPage<'_> {
    fn current_text(&self) -> Option<String> {
        self.current_problem.map(|problem| match problem {
            CurrentProblem::Wrong => self.frame.say("password-current-wrong"),
            CurrentProblem::TooMany { minutes } => self.frame.say_count("sign-in-too-many", "minutes", minutes),
        })
    }

    fn new_text(&self) -> Option<String> {
        let problem = self.problem.map(|problem| problem.say(self.frame));
        problem.or_else(|| self.advice.as_ref().map(|advice| advice.say(self.frame)))
    }
}

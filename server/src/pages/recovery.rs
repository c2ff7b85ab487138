//! Getting back into an account: asking for a mail, and setting a new password by its link.

use askama::Template;

use super::first_administrator::FieldProblem;
use super::frame::Frame;
use super::strength::Advice;

/// `/recover`: `#recover-form` with `name=username`, or `#mail-sent` when it was sent off.
#[derive(Debug, Template)]
#[template(path = "recover.html")]
pub struct Recover<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// What was typed.
    pub username: &'a str,
    /// What came of it.
    pub state: MailState,
}

/// What came of asking for a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// It was not asked yet.
    Asking,
    /// If there is somebody to send it to, it is on its way.
    Sent,
    /// There is nothing in the field, or no address.
    Wrong(FieldProblem),
    /// It was asked too often.
    TooMany {
        /// Minutes to wait, at least one.
        minutes: u32,
    },
}

impl MailState {
    /// Whether a mail is on its way.
    pub(super) fn is_sent(self) -> bool {
        self == Self::Sent
    }

    /// What is wrong, in the person's language.
    pub(super) fn problem(self, frame: &Frame<'_>) -> Option<String> {
        match self {
            Self::Asking | Self::Sent => None,
            Self::Wrong(problem) => Some(problem.say(frame)),
            Self::TooMany { minutes } => Some(frame.say_count("mail-too-many", "minutes", minutes)),
        }
    }
}

impl Recover<'_> {
    fn problem(&self) -> Option<String> {
        self.state.problem(self.frame)
    }
}

/// `/recover/new`: `#recovery-form` with `name=password`, or `#recovered` when it is done.
#[derive(Debug, Template)]
#[template(path = "recover_new.html")]
pub struct RecoverNew<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The value of the link.
    pub token: &'a str,
    /// Whose account it is.
    pub username: &'a str,
    /// What is wrong with the password.
    pub problem: Option<FieldProblem>,
    /// Why it is too easy to guess.
    pub advice: Option<Advice>,
    /// Whether the password is set.
    pub done: bool,
}

impl RecoverNew<'_> {
    fn text(&self) -> Option<String> {
        let problem = self.problem.map(|problem| problem.say(self.frame));
        problem.or_else(|| self.advice.as_ref().map(|advice| advice.say(self.frame)))
    }
}

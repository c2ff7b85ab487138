//! The second factor on the way in: the page that asks for it, and the page for somebody who has none.

use askama::Template;

use super::frame::{Application, Frame, Person};

/// `#factor-form` with `code`; `#passkey-form` with `#passkey-sign-in`, which a script shows and sends.
#[derive(Debug, Template)]
#[template(path = "factor.html")]
pub struct SecondFactor<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who is to prove it.
    pub person: Person<'a>,
    /// What they are on their way to.
    pub application: Option<Application<'a>>,
    /// The anti-forgery value of both forms.
    pub csrf: &'a str,
    /// Further hidden fields of both forms.
    pub hidden: &'a [(&'a str, &'a str)],
    /// Whether a code will do.
    pub code: bool,
    /// Whether a passkey will do.
    pub passkey: bool,
    /// Why the last try failed.
    pub problem: Option<FactorProblem<'a>>,
}

/// Why a person is still asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorProblem<'a> {
    /// The code is wrong or was used.
    WrongCode,
    /// The passkey was not taken.
    Passkey(PasskeyProblem<'a>),
    /// Too many wrong ones; the next is looked at after so many minutes.
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The form was too old or came from another browser; nothing was looked at.
    FormExpired,
}

/// Why a passkey was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyProblem<'a> {
    /// The page was open at another address than this one.
    Elsewhere(&'a str),
    /// It took too long, or the answer was sent twice.
    Late,
    /// The device did not check that it is the person.
    NotVerified,
    /// There may be a copy of the key.
    Copied,
    /// It belongs to nobody here, or to another account.
    Unknown,
    /// Somebody has it already.
    Taken,
    /// Something else.
    Failed,
}

impl PasskeyProblem<'_> {
    pub(super) fn text(self, frame: &Frame<'_>) -> String {
        match self {
            Self::Elsewhere(address) => frame.say_with("passkey-elsewhere", "address", address),
            Self::Late => frame.say("passkey-late"),
            Self::NotVerified => frame.say("passkey-not-verified"),
            Self::Copied => frame.say("passkey-copied"),
            Self::Unknown => frame.say("passkey-unknown"),
            Self::Taken => frame.say("passkey-taken"),
            Self::Failed => frame.say("passkey-failed"),
        }
    }
}

impl FactorProblem<'_> {
    pub(super) fn text(self, frame: &Frame<'_>) -> String {
        match self {
            Self::WrongCode => frame.say("factor-wrong"),
            Self::Passkey(problem) => problem.text(frame),
            Self::TooManyAttempts { minutes } => frame.say_count("factor-too-many", "minutes", minutes.max(1)),
            Self::FormExpired => frame.say("factor-expired"),
        }
    }
}

impl SecondFactor<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| problem.text(self.frame))
    }

    fn is_wrong(&self) -> bool {
        self.problem == Some(FactorProblem::WrongCode)
    }
}

/// `#factor-needed`: the application asks for a factor that the person does not have.
#[derive(Debug, Template)]
#[template(path = "factor_needed.html")]
pub struct FactorNeeded<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who has none.
    pub person: Person<'a>,
    /// What they are on their way to.
    pub application: Option<Application<'a>>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// Further hidden fields of the form.
    pub hidden: &'a [(&'a str, &'a str)],
    /// Where a factor can be set up.
    pub set_up: &'a str,
    /// Whether it has to be a passkey.
    pub passkey: bool,
    /// Whether there is an application to go back to.
    pub back: bool,
}

//! The sign-in page: name and password, and buttons for the sources that one may come from.

use askama::Template;

use super::factor::PasskeyProblem;
use super::frame::{Application, Frame};
use super::links;

/// `#login-form` with `username`, `password`, `csrf` and `transaction`; `.source[data-source=KEY]` per source.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// What the person signs in to; none when they come to Vestibule itself.
    pub application: Option<Application<'a>>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The waiting authorization; none when there is no application.
    pub transaction: Option<&'a str>,
    /// Filled into the name field: what was typed before, or `login_hint`.
    pub username: &'a str,
    /// Whether someone is signed in already and proves it once more (`prompt=login`, `max_age`).
    pub again: bool,
    /// What it asks for.
    pub step: SignInStep,
    /// Why the last try failed.
    pub problem: Option<SignInProblem<'a>>,
    /// Other places to sign in from, in the order to show them.
    pub sources: &'a [SourceButton<'a>],
    /// Whether one can come in by a passkey.
    pub passkeys: bool,
    /// Where one goes on to, when no application waits.
    pub next: Option<&'a str>,
    /// What is offered because mail can be sent.
    pub offers: MailOffers,
    /// Where one chooses among the accounts that this browser remembers; none when there are none.
    pub accounts: Option<&'a str>,
}

/// What the sign-in page offers because mail can be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailOffers {
    /// Getting back in: `#recover`.
    pub recover: bool,
    /// Making an account: `#sign-up`.
    pub sign_up: bool,
}

/// What the sign-in page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInStep {
    /// Name and password at once.
    Both,
    /// The name. The field of the password is there and out of sight, so that password managers fill in both.
    Name,
    /// The password of a name that was said before and may be changed.
    Password,
}

/// Why a person is still on the sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInProblem<'a> {
    /// Name or password is wrong; which of them is not told.
    WrongNameOrPassword,
    /// Too many failed tries; the next one is looked at after so many minutes.
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The passkey was not taken.
    Passkey(PasskeyProblem<'a>),
    /// The form was too old or came from another browser; nothing was checked.
    FormExpired,
}

/// A button that starts the sign-in at a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceButton<'a> {
    /// The source's key.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its picture; shown when it is https, a `data:` image or a path of ours.
    pub icon: Option<&'a str>,
    /// Its start path.
    pub href: &'a str,
}

impl SourceButton<'_> {
    fn picture(&self) -> Option<&str> {
        self.icon.and_then(links::picture_link)
    }
}

impl SignIn<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| match problem {
            SignInProblem::WrongNameOrPassword => self.frame.say("sign-in-wrong"),
            SignInProblem::TooManyAttempts { minutes } => {
                self.frame.say_count("sign-in-too-many", "minutes", minutes.max(1))
            }
            SignInProblem::Passkey(problem) => problem.text(self.frame),
            SignInProblem::FormExpired => self.frame.say("sign-in-expired"),
        })
    }

    fn asks_password(&self) -> bool {
        self.step != SignInStep::Name
    }

    fn is_second_step(&self) -> bool {
        self.step == SignInStep::Password
    }

    fn name_label(&self) -> String {
        self.frame.say(match self.step {
            SignInStep::Both => "username",
            SignInStep::Name | SignInStep::Password => "sign-in-name",
        })
    }

    /// Whether a passkey was just refused. It is not offered by itself again: a device that answers by itself would do so for ever.
    fn refused_passkey(&self) -> bool {
        matches!(self.problem, Some(SignInProblem::Passkey(_)))
    }

    fn is_wrong(&self) -> bool {
        self.problem == Some(SignInProblem::WrongNameOrPassword)
    }
}

//! The pages of one's own second factors and passkeys.

use askama::Template;

use super::account::moment::Moment;
use super::account::room::AccountRoom;
use super::factor::PasskeyProblem;
use super::frame::{Frame, Person};

/// `/account/factors`: items `.passkey` and `.authenticator`, `#passkey-add`, `#authenticator-add`, `#recovery-codes`.
#[derive(Debug, Template)]
#[template(path = "account/factors.html")]
pub struct Factors<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// Where the person was on their way to, when they came to set up a factor.
    pub next: Option<&'a str>,
    /// Whether there is a factor that satisfies whoever sent them here.
    pub done: bool,
    /// Whether there can be passkeys at this address.
    pub passkeys_possible: bool,
    /// Passkeys.
    pub passkeys: &'a [FactorItem<'a>],
    /// Authenticator apps.
    pub authenticators: &'a [FactorItem<'a>],
    /// Recovery codes that are left; none: there are none at all.
    pub codes_left: Option<u32>,
    /// Why something that was asked for did not happen.
    pub problem: Option<FactorsProblem<'a>>,
}

/// One factor.
#[derive(Debug, Clone)]
pub struct FactorItem<'a> {
    /// Its id.
    pub id: &'a str,
    /// What the person calls it; may be empty.
    pub name: &'a str,
    /// When it was added.
    pub added: Moment,
    /// When it was used last.
    pub used: Option<Moment>,
}

/// Why something did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorsProblem<'a> {
    /// The passkey is the only way into the account.
    LastWayIn,
    /// There are as many as there may be.
    TooMany,
    /// What was begun has expired.
    Expired,
    /// The passkey was not taken.
    Passkey(PasskeyProblem<'a>),
}

/// So few recovery codes are a reason to make new ones.
const FEW: u32 = 3;

impl Factors<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| match problem {
            FactorsProblem::LastWayIn => self.frame.say("factors-last-way-in"),
            FactorsProblem::TooMany => self.frame.say("factors-too-many"),
            FactorsProblem::Expired => self.frame.say("factors-expired"),
            FactorsProblem::Passkey(problem) => problem.text(self.frame),
        })
    }

    fn few_codes(&self) -> bool {
        self.codes_left.is_some_and(|left| left <= FEW)
    }

    fn guarded(&self) -> bool {
        !self.passkeys.is_empty() || !self.authenticators.is_empty()
    }

    fn passkey_name<'f>(&'f self, item: &'f FactorItem<'_>) -> String {
        named(item, || self.frame.say("factors-passkey"))
    }

    fn authenticator_name<'f>(&'f self, item: &'f FactorItem<'_>) -> String {
        named(item, || self.frame.say("factors-authenticator"))
    }
}

fn named(item: &FactorItem<'_>, otherwise: impl FnOnce() -> String) -> String {
    if item.name.is_empty() {
        otherwise()
    } else {
        item.name.to_owned()
    }
}

/// The secret of a new authenticator app: `#authenticator-form` with `code` and `name`.
#[derive(Debug, Template)]
#[template(path = "authenticator.html")]
pub struct NewAuthenticator<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Whose it is to be.
    pub person: Person<'a>,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The secret that waits.
    pub enrolment: &'a str,
    /// Where the person was on their way to.
    pub next: Option<&'a str>,
    /// The secret, as it is typed.
    pub secret: &'a str,
    /// The address that opens an app on the same device.
    pub uri: &'a str,
    /// Width and height of the picture; none when there is none.
    pub size: usize,
    /// Its dark modules.
    pub path: &'a str,
    /// What was typed for a name.
    pub name: &'a str,
    /// Why the last try failed.
    pub problem: Option<AuthenticatorProblem>,
}

/// Why a new authenticator app is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthenticatorProblem {
    /// The code does not belong to the secret.
    WrongCode,
    /// Too many wrong ones; the next is looked at after so many minutes.
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
}

impl NewAuthenticator<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| match problem {
            AuthenticatorProblem::WrongCode => self.frame.say("authenticator-wrong"),
            AuthenticatorProblem::TooManyAttempts { minutes } => {
                self.frame.say_count("factor-too-many", "minutes", minutes.max(1))
            }
        })
    }
}

/// New recovery codes, shown this once: `#codes` with an item for each.
#[derive(Debug, Template)]
#[template(path = "recovery_codes.html")]
pub struct RecoveryCodes<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Whose they are.
    pub person: Person<'a>,
    /// The codes.
    pub codes: &'a [&'a str],
    /// The same, for the button that copies them.
    pub all: &'a str,
    /// Where the person goes on to.
    pub onward: &'a str,
}

//! The pages of a device without a browser (RFC 8628, section 3.3): its code, the question, and the answer.

use askama::Template;

use super::consent::ScopeItem;
use super::frame::{Application, Frame, Person};

/// `#device-form` with `code`.
#[derive(Debug, Template)]
#[template(path = "device.html")]
pub struct DeviceEntry<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who is signed in.
    pub person: Person<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// What was typed before.
    pub code: &'a str,
    /// Why the last try failed.
    pub problem: Option<DeviceProblem>,
}

/// Why a person is asked for a code again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceProblem {
    /// No device shows this code.
    Unknown,
    /// It was too late.
    Expired,
    /// Somebody has answered already.
    Answered,
    /// Too many wrong codes; the next one is looked at after so many minutes.
    TooManyAttempts {
        /// Minutes to wait, at least 1.
        minutes: u32,
    },
    /// The form was too old or came from another browser; nothing was looked at.
    FormExpired,
}

impl DeviceEntry<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem.map(|problem| match problem {
            DeviceProblem::Unknown => self.frame.say("device-unknown"),
            DeviceProblem::Expired => self.frame.say("device-expired"),
            DeviceProblem::Answered => self.frame.say("device-answered"),
            DeviceProblem::TooManyAttempts { minutes } => {
                self.frame.say_count("device-too-many", "minutes", minutes.max(1))
            }
            DeviceProblem::FormExpired => self.frame.say("device-form-expired"),
        })
    }

    fn is_wrong(&self) -> bool {
        matches!(
            self.problem,
            Some(DeviceProblem::Unknown | DeviceProblem::Expired | DeviceProblem::Answered)
        )
    }
}

/// `#consent-form`, whose `decision` is `allow` (`#allow`), `deny` (`#deny`) or `another` (`#another`: use another
/// account); each scope is `li[data-scope=NAME]`, the code is `#user-code`.
#[derive(Debug, Template)]
#[template(path = "device_question.html")]
pub struct DeviceQuestion<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who asks.
    pub application: Application<'a>,
    /// Who is asked.
    pub person: Person<'a>,
    /// Every scope that is asked for.
    pub scopes: &'a [ScopeItem<'a>],
    /// The code, to be compared with the one on the device.
    pub code: &'a str,
    /// The address that the device asked from.
    pub asked_from: Option<&'a str>,
    /// When it asked, in RFC 3339.
    pub asked_at: &'a str,
    /// How long ago that was.
    pub minutes_ago: u32,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
}

impl DeviceQuestion<'_> {
    /// The moment without seconds: `2030-01-31 12:00 UTC`.
    fn moment(&self) -> String {
        match (self.asked_at.get(..10), self.asked_at.get(11..16)) {
            (Some(day), Some(time)) => format!("{day} {time} UTC"),
            _ => self.asked_at.to_owned(),
        }
    }
}

/// `#device-answered[data-decision=allow]` or `[data-decision=deny]`: the device knows, and the person goes back to it.
#[derive(Debug, Template)]
#[template(path = "device_answered.html")]
pub struct DeviceAnswered<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who asked.
    pub application: Application<'a>,
    /// What the person said.
    pub allowed: bool,
}

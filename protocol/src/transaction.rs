//! One authorization as it is recorded: who said what to whom, which check passed and which refused.
//!
//! A record explains; it never lets anybody in. What is secret does not get into it: codes, tokens, verifiers, passwords,
//! `state` and `nonce` are named and never shown ([`mask`]).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::time::Time;

pub mod mask;

/// Somebody who takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The browser of the person.
    Browser,
    /// The application that asks for the sign-in.
    Application,
    /// We.
    #[default]
    Vestibule,
    /// The identity provider that the person comes from.
    Source,
}

impl Party {
    /// All of them, from left to right in a drawing.
    pub const ALL: [Self; 4] = [Self::Application, Self::Browser, Self::Vestibule, Self::Source];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Application => "application",
            Self::Vestibule => "vestibule",
            Self::Source => "source",
        }
    }
}

/// What kind of step it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Somebody asks.
    Request,
    /// The browser is sent on.
    Redirect,
    /// Something is compared.
    #[default]
    Check,
    /// Somebody answers.
    Answer,
    /// A rule of an administrator is asked.
    Policy,
    /// An expression makes claims or a profile.
    Mapping,
    /// It is decided what comes next.
    Decision,
}

impl StepKind {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Redirect => "redirect",
            Self::Check => "check",
            Self::Answer => "answer",
            Self::Policy => "policy",
            Self::Mapping => "mapping",
            Self::Decision => "decision",
        }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Well.
    #[default]
    Passed,
    /// With a no.
    Refused,
    /// It could not be carried out.
    Failed,
}

impl StepOutcome {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// When.
    pub at: Time,
    /// Who does it.
    pub from: Party,
    /// Towards whom; the same party where it concerns nobody else.
    pub to: Party,
    /// What it is.
    pub kind: StepKind,
    /// The field, endpoint or rule that it is about, in the words of the standards: `redirect_uri`, `id_token aud`.
    pub name: Cow<'static, str>,
    /// How it ended.
    pub outcome: StepOutcome,
    /// The code of the refusal, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Cow<'static, str>>,
    /// What came. Never a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What would have been right. Never a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// More, for administrators. Never a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Step {
    /// A step that went well.
    #[must_use]
    pub fn new(kind: StepKind, from: Party, to: Party, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            from,
            to,
            kind,
            name: name.into(),
            ..Self::default()
        }
    }

    /// At this moment; where none is set, it is that of the request.
    #[must_use]
    pub const fn at(mut self, at: Time) -> Self {
        self.at = at;
        self
    }

    /// Ended otherwise.
    #[must_use]
    pub const fn ended(mut self, outcome: StepOutcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// With what came.
    #[must_use]
    pub fn given(mut self, given: impl Into<String>) -> Self {
        self.given = Some(given.into()).filter(|given| !given.is_empty());
        self
    }

    /// With more about it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail| !detail.is_empty());
        self
    }

    /// Whether it ended with a no, or not at all.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.outcome != StepOutcome::Passed
    }
}

/// What a transaction is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    /// A sign-in for an application.
    #[default]
    Authorization,
    /// A token request that belongs to no recorded sign-in.
    Token,
    /// A sign-in of a device.
    Device,
    /// A sign-in through a source for Vestibule itself.
    Source,
    /// A sign-out.
    SignOut,
    /// A page of ours.
    Page,
}

impl TransactionKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Authorization,
        Self::Token,
        Self::Device,
        Self::Source,
        Self::SignOut,
        Self::Page,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorization => "authorization",
            Self::Token => "token",
            Self::Device => "device",
            Self::Source => "source",
            Self::SignOut => "sign_out",
            Self::Page => "page",
        }
    }

    /// The kind of a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionState {
    /// A person, a device or the application has to do something.
    #[default]
    Open,
    /// It came to its end.
    Done,
    /// It was refused, and has not gone on since.
    Refused,
}

impl TransactionState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Done, Self::Refused];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// The state of a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Letters and digits of a case number, without the dash.
const CASE_LENGTH: usize = 8;

/// The case number of a transaction or request: what a person reads to an administrator on the telephone. Its last eight
/// letters and digits, in two groups; none is I, L, O or U.
#[must_use]
pub fn case_number(id: &str) -> String {
    let start = id.len().saturating_sub(CASE_LENGTH);
    let tail = id.get(start..).unwrap_or(id);
    match tail.split_at_checked(CASE_LENGTH / 2) {
        Some((first, second)) => format!("{first}-{second}"),
        None => tail.to_owned(),
    }
}

/// Reads a case number as people write it: in small letters, without the dash, with O for 0 and I or L for 1.
#[must_use]
pub fn parse_case_number(text: &str) -> Option<String> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|letter| !matches!(letter, '-' | ' '))
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let fits = plain.len() == CASE_LENGTH && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| case_number(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_is_short_and_found_however_it_is_written() {
        let case = case_number("txn_01K2ABCDEFGH0123456789QR0T");
        assert_eq!(case, "6789-QR0T");
        for written in ["6789-QR0T", "6789qr0t", " 6789 QROT ", "6789-qrot"] {
            assert_eq!(parse_case_number(written).as_deref(), Some("6789-QR0T"), "{written}");
        }
        for written in ["", "6789", "6789-QR0TX", "6789-QR%T", "txn_01K2ABCDEFGH0123456789QR0T"] {
            assert_eq!(parse_case_number(written), None, "{written}");
        }
    }

    #[test]
    fn a_step_reads_back_as_it_was_written_and_leaves_out_what_is_not_there() {
        let step = Step::new(StepKind::Request, Party::Browser, Party::Vestibule, "authorize")
            .given("client_id=a")
            .detail("");
        let text = serde_json::to_string(&step).expect("it is written");
        assert!(!text.contains("detail") && !text.contains("expected"), "{text}");
        assert_eq!(serde_json::from_str::<Step>(&text).expect("it is read"), step);
    }

    #[test]
    fn names_lead_back_to_kinds_and_states() {
        for kind in TransactionKind::ALL {
            assert_eq!(TransactionKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(TransactionState::parse("refused"), Some(TransactionState::Refused));
        assert_eq!(TransactionState::parse("nothing"), None);
    }
}

//! The pages about recorded transactions: the list, and one of them as a drawing and in words.

use askama::Template;
use protocol::transaction::{Party, Step, TransactionKind, TransactionState};

use super::Shell;
pub use super::drawing::Drawing;
use super::drawing::{Lane, Row};
use super::table::OptionView;
use crate::pages::explanation::Explanation;
use crate::pages::frame::Frame;

/// `/admin/transactions`: form `#finder` with `name=q` and `name=state`, items `li[data-case=CASE]`.
#[derive(Debug, Template)]
#[template(path = "dashboard/transactions/list.html")]
pub struct RecordList<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// What surrounds it in the dashboard.
    pub shell: Shell<'a>,
    /// What was looked for.
    pub q: &'a str,
    /// How far it came, to choose from.
    pub states: Vec<OptionView>,
    /// One page of what was found.
    pub items: &'a [RecordItem],
    /// The page after this one.
    pub older: Option<String>,
    /// The first page, where this is another one.
    pub newer: Option<String>,
}

impl RecordList<'_> {
    /// Whether only those of one state are shown.
    fn is_narrowed(&self) -> bool {
        self.states.iter().any(|state| state.chosen)
    }
}

/// A transaction in the list.
#[derive(Debug)]
pub struct RecordItem {
    /// The number to quote.
    pub case: String,
    /// What it is about.
    pub kind: TransactionKind,
    /// How far it came.
    pub state: TransactionState,
    /// The code of its last refusal.
    pub code: Option<String>,
    /// The name of the application.
    pub application: Option<String>,
    /// The user name of the person.
    pub person: Option<String>,
    /// The key of the source.
    pub source: Option<String>,
    /// When it began, as machines write it.
    pub at: String,
    /// When it began, as people read it.
    pub at_text: String,
}

/// `/admin/transactions/CASE`: `#transaction[data-state]`, the drawing `#drawing`, the steps `ol.steps`, and what explains it.
#[derive(Debug, Template)]
#[template(path = "dashboard/transactions/one.html")]
pub struct Record<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// What surrounds it in the dashboard.
    pub shell: Shell<'a>,
    /// The transaction.
    pub item: RecordItem,
    /// From where it began.
    pub address: Option<&'a str>,
    /// What was repaired a moment ago.
    pub done: Option<String>,
    /// Why it was refused.
    pub explained: Option<Explanation<'a>>,
    /// The drawing.
    pub drawing: Drawing,
    /// The steps in words.
    pub steps: Vec<StepLine>,
}

/// A step in words.
#[derive(Debug)]
pub struct StepLine {
    /// What happened.
    pub what: String,
    /// How it ended.
    pub outcome: String,
    /// Whether it stopped the sign-in.
    pub stopped: bool,
    /// Milliseconds after the beginning.
    pub after: String,
    /// When.
    pub at: String,
    /// The code of a refusal.
    pub code: Option<String>,
    /// What came.
    pub given: Option<String>,
    /// What would have been right.
    pub expected: Option<String>,
    /// More about it.
    pub detail: Option<String>,
}

/// Names of steps that have words, messages `transaction-name-NAME`; others are shown as they are.
const NAMED: [&str; 40] = [
    "client_id",
    "client_enabled",
    "redirect_uri",
    "state",
    "response_mode",
    "request_object",
    "response_type",
    "scope",
    "nonce",
    "code_challenge",
    "pkce",
    "prompt",
    "max_age",
    "claims",
    "id_token_hint",
    "hints",
    "client_authentication",
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "person",
    "upstream_callback",
    "upstream_request_token",
    "upstream_token",
    "upstream_id_token",
    "upstream_userinfo",
    "upstream_supplement",
    "upstream_script",
    "upstream_revocation",
    "policy",
    "page",
    "connection",
    "source",
    "answer",
    "token",
    "authorize",
    "callback",
    "end_session",
    "linking",
    "repair",
];

/// What a step is called.
fn name_of(frame: &Frame<'_>, name: &str) -> String {
    let has_words = NAMED.contains(&name);
    if has_words {
        frame.say(&format!("transaction-name-{name}"))
    } else {
        name.to_owned()
    }
}

impl StepLine {
    /// A step, `after` so many milliseconds.
    #[must_use]
    pub fn new(frame: &Frame<'_>, step: &Step, after: i64, at: String) -> Self {
        let party = |party: Party| frame.say(&format!("transaction-party-{}", party.as_str()));
        let (from, to) = (party(step.from), party(step.to));
        let name = name_of(frame, step.name.as_ref());
        let values = [("from", from.as_str()), ("to", to.as_str()), ("name", name.as_str())];
        let count = after.max(0).to_string();
        Self {
            what: frame.say_values(&format!("transaction-step-{}", step.kind.as_str()), &values),
            outcome: frame.say(&format!("transaction-outcome-{}", step.outcome.as_str())),
            stopped: step.stopped(),
            after: frame.say_with("transaction-ms", "count", &count),
            at,
            code: step.code.as_deref().map(str::to_owned),
            given: step.given.clone(),
            expected: step.expected.clone(),
            detail: step.detail.clone(),
        }
    }
}

impl RecordItem {
    fn kind_text(&self, frame: &Frame<'_>) -> String {
        frame.say(&format!("transaction-kind-{}", self.kind.as_str()))
    }

    fn state_text(&self, frame: &Frame<'_>) -> String {
        frame.say(&format!("transaction-state-{}", self.state.as_str()))
    }
}

/// Every message whose id is put together from a name.
pub fn messages() -> impl Iterator<Item = String> {
    let kinds = TransactionKind::ALL.map(|kind| format!("transaction-kind-{}", kind.as_str()));
    let states = TransactionState::ALL.map(|state| format!("transaction-state-{}", state.as_str()));
    let parties = Party::ALL.map(|party| format!("transaction-party-{}", party.as_str()));
    let outcomes = ["passed", "refused", "failed"].map(|outcome| format!("transaction-outcome-{outcome}"));
    let steps = [
        "request", "redirect", "check", "answer", "policy", "mapping", "decision",
    ];
    let steps = steps.map(|kind| format!("transaction-step-{kind}"));
    let names = NAMED.iter().map(|name| format!("transaction-name-{name}"));
    kinds
        .into_iter()
        .chain(names)
        .chain(states)
        .chain(parties)
        .chain(outcomes)
        .chain(steps)
}

impl Record<'_> {
    fn party_text(&self, lane: &Lane) -> String {
        self.frame.say(&format!("transaction-party-{}", lane.party.as_str()))
    }

    fn label_text(&self, row: &Row) -> String {
        match row.checks {
            0 | 1 => row.label.clone(),
            checks => self.frame.say_with("transaction-checks", "count", &checks.to_string()),
        }
    }
}

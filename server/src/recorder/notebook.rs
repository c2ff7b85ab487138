//! The notes of one request: bounded, in memory, and thrown away unless something is worth keeping.

use protocol::error::OAuthError;
use protocol::explanation::field_of;
use protocol::recorder::{Observation, Verdict};
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::transaction::{Party, Step, StepKind, StepOutcome, TransactionKind, TransactionState, case_number, mask};
use store::transactions::{Segment, Transaction};

use crate::observe::RequestFacts;

/// Notes of one request; what comes after them is not kept.
const MOST_NOTES: usize = 100;

/// The longest text of a note, in characters.
const LONGEST: usize = 1_000;

/// One note. A check that passed costs no more than its name.
#[derive(Debug)]
enum Note {
    Passed(&'static str),
    Step(Box<Step>),
}

/// What is known of a request while it is answered.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The transaction, or the request where there is none.
    pub id: String,
    /// The id of the application.
    pub application: Option<String>,
    /// The id of the person.
    pub user: Option<String>,
    /// The key of the source.
    pub source: Option<String>,
    /// Whether there will be a record.
    pub is_kept: bool,
}

/// The notes.
#[derive(Debug)]
pub(super) struct Notebook {
    facts: RequestFacts,
    pub(super) kind: TransactionKind,
    pub(super) application: Option<String>,
    pub(super) user: Option<String>,
    pub(super) source: Option<String>,
    transaction: Option<String>,
    state: TransactionState,
    code: Option<&'static str>,
    opening: Option<Box<Step>>,
    notes: Vec<Note>,
}

impl Notebook {
    pub(super) const fn new(facts: RequestFacts) -> Self {
        Self {
            facts,
            kind: TransactionKind::Page,
            application: None,
            user: None,
            source: None,
            transaction: None,
            state: TransactionState::Open,
            code: None,
            opening: None,
            notes: Vec::new(),
        }
    }

    pub(super) fn belongs_to(&mut self, transaction: &str) {
        // The ids of requests and grants are no transactions.
        if self.transaction.is_none() && transaction.starts_with("txn_") {
            self.transaction = Some(transaction.to_owned());
            if matches!(self.kind, TransactionKind::Page | TransactionKind::Source) {
                self.kind = TransactionKind::Authorization;
            }
        }
    }

    pub(super) fn observe(&mut self, transaction: &str, observation: &Observation<'_>) {
        self.belongs_to(transaction);
        match observation.verdict {
            Verdict::Passed => self.push(Note::Passed(observation.check)),
            Verdict::Refused(error) => self.refuse(observation.check, error),
        }
    }

    pub(super) fn note(&mut self, step: Step) {
        self.push(Note::Step(Box::new(step)));
    }

    pub(super) fn begin(&mut self, step: Step) {
        self.opening.get_or_insert(Box::new(step));
    }

    pub(super) fn finish_well(&mut self) {
        self.state = TransactionState::Done;
    }

    pub(super) const fn is_refused(&self) -> bool {
        self.code.is_some()
    }

    pub(super) fn refuse(&mut self, name: &'static str, error: &OAuthError) {
        let code = error.refusal.code();
        // A device that waits is no refusal, and what is said twice is noted once.
        if error.refusal == Refusal::DeviceCodePending || self.code == Some(code) {
            return;
        }
        self.code = Some(code);
        // Somebody else's browser changes nothing about the sign-in that waits.
        if error.refusal != Refusal::TransactionForeign {
            self.state = TransactionState::Refused;
        }
        let field = field_of(error.refusal).unwrap_or(name);
        let mut step = Step::new(StepKind::Check, Party::Vestibule, Party::Vestibule, field);
        step.outcome = match error.refusal {
            Refusal::Internal
            | Refusal::StorageUnavailable
            | Refusal::UpstreamTokenUnreachable
            | Refusal::UpstreamUserinfoUnreachable
            | Refusal::UpstreamKeysUnreachable
            | Refusal::UpstreamScriptFailed
            | Refusal::UpstreamScriptUnavailable
            | Refusal::UpstreamMappingFailed => StepOutcome::Failed,
            _ => StepOutcome::Refused,
        };
        step.code = Some(code.into());
        step.given = mask::given(error);
        step.expected = error.expected.as_deref().map(|text| mask::printable(text, LONGEST));
        step.detail = error.detail.as_deref().map(|text| mask::printable(text, LONGEST));
        self.note(step);
    }

    fn push(&mut self, note: Note) {
        if self.notes.len() < MOST_NOTES {
            self.notes.push(note);
        }
    }

    /// What the request is about, as far as it is known.
    pub(super) fn known(&self) -> Known {
        Known {
            id: self
                .transaction
                .clone()
                .unwrap_or_else(|| self.facts.id.as_str().to_owned()),
            application: self.application.clone(),
            user: self.user.clone(),
            source: self.source.clone(),
            is_kept: self.transaction.is_some() || self.code.is_some(),
        }
    }

    /// Whether something is worth keeping: steps of a transaction, or a refusal.
    pub(super) const fn is_worth_keeping(&self) -> bool {
        self.code.is_some() || (self.transaction.is_some() && (self.opening.is_some() || !self.notes.is_empty()))
    }

    /// What is kept, and empties the notebook.
    pub(super) fn take(&mut self, now: Time) -> Segment {
        let notes = std::mem::take(&mut self.notes);
        let opening = self.opening.take();
        let started = Time(self.facts.now_micros);
        let id = self
            .transaction
            .take()
            .unwrap_or_else(|| self.facts.id.as_str().to_owned());
        let mut steps: Vec<Step> = Vec::with_capacity(notes.len() + 1);
        steps.extend(opening.map(|step| *step));
        steps.extend(notes.into_iter().map(Note::into_step));
        for step in &mut steps {
            if step.at == Time::default() {
                step.at = started;
            }
        }
        Segment {
            transaction: Transaction {
                case_number: case_number(&id),
                id,
                kind: self.kind,
                state: self.state,
                code: self.code.map(str::to_owned),
                application_id: self.application.take(),
                user_id: self.user.take(),
                source: self.source.take(),
                client_address: Some(self.facts.client_address.to_string()),
                started_at: started,
                updated_at: now,
            },
            steps,
            ..Segment::default()
        }
    }
}

impl Note {
    fn into_step(self) -> Step {
        match self {
            Self::Step(step) => *step,
            Self::Passed(check) => {
                let (kind, name) = match check.strip_prefix("next_step_") {
                    Some(next) => (StepKind::Decision, next),
                    None => (StepKind::Check, check),
                };
                Step::new(kind, Party::Vestibule, Party::Vestibule, name)
            }
        }
    }
}

//! Who hears of every check: the log, which takes note of refusals with their stable code, and the notebook of the request
//! that is being answered, from which the record of its transaction is written.
//!
//! Taking notes never waits and never fails. A request has a notebook of its own ([`record`]); when it has been answered, and
//! there is something to keep, the notes go into a bounded channel, and a task writes them in batches ([`Sink`]). What a
//! machine gets at the first attempt leaves nothing behind.

mod notebook;
mod sink;

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;

use protocol::client::Application;
use protocol::error::OAuthError;
use protocol::policy::PolicyOutcome;
use protocol::recorder::{Observation, Recorder, Verdict};
use protocol::transaction::{Party, Step, StepKind, StepOutcome, TransactionKind};

pub use self::notebook::Known;
use self::notebook::Notebook;
pub use self::sink::{Sink, sweep};
use crate::observe::RequestFacts;

tokio::task_local! {
    // The name of a place, not a value: each request has its own, and two servers in one process share nothing.
    static NOTEBOOK: RefCell<Notebook>;
}

/// Writes refusals to the log, with their transaction and what was given and expected. Passed checks are not written.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogRecorder;

impl Recorder for LogRecorder {
    fn observe(&self, transaction: &str, observation: &Observation<'_>) {
        if let Verdict::Refused(error) = observation.verdict {
            tracing::info!(
                transaction,
                check = observation.check,
                refusal = error.refusal.code(),
                given = error.given.as_deref(),
                expected = error.expected.as_deref(),
                detail = error.detail.as_deref(),
                "refused"
            );
        }
    }
}

/// Tells another listener, and takes notes for the request that is being answered.
pub struct Listening(pub Arc<dyn Recorder>);

impl Recorder for Listening {
    fn observe(&self, transaction: &str, observation: &Observation<'_>) {
        self.0.observe(transaction, observation);
        write(|notebook| notebook.observe(transaction, observation));
    }
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listening")
    }
}

fn write(what: impl FnOnce(&mut Notebook)) {
    // Outside of a request, or while nothing is recorded, there is no notebook.
    let _ = NOTEBOOK.try_with(|notebook| {
        if let Ok(mut notebook) = notebook.try_borrow_mut() {
            what(&mut notebook);
        }
    });
}

/// Answers a request with a notebook of its own, and gives what is in it to `sink`. `None`: nothing is recorded.
pub async fn record<T>(sink: Option<Arc<Sink>>, facts: RequestFacts, answering: impl Future<Output = T>) -> T {
    let Some(sink) = sink else {
        return answering.await;
    };
    let notebook = RefCell::new(Notebook::new(facts));
    NOTEBOOK
        .scope(notebook, async move {
            let answer = answering.await;
            write(|notebook| sink.take(notebook));
            answer
        })
        .await
}

/// Says to which transaction the request belongs.
pub fn belongs_to(transaction: &str) {
    write(|notebook| notebook.belongs_to(transaction));
}

/// Says what the request is about.
pub fn concerns(kind: TransactionKind) {
    write(|notebook| notebook.kind = kind);
}

/// Says which application asks.
pub fn of_application(application: &Application) {
    write(|notebook| notebook.application = Some(application.id.clone()));
}

/// Says who the person is.
pub fn of_user(id: &str) {
    write(|notebook| notebook.user = Some(id.to_owned()));
}

/// Says which source takes part.
pub fn of_source(key: &str) {
    write(|notebook| notebook.source = Some(key.to_owned()));
}

/// Notes a step.
pub fn note(step: impl FnOnce() -> Step) {
    write(|notebook| notebook.note(step()));
}

/// Notes what the request asked for, before everything else.
pub fn begins_with(step: impl FnOnce() -> Step) {
    write(|notebook| notebook.begin(step()));
}

/// Notes a refusal, unless this request has noted it already.
pub fn refused(name: &'static str, error: &OAuthError) {
    write(|notebook| notebook.refuse(name, error));
}

/// Notes that a refusal is said, to the browser or to the application, when one was noted.
pub fn refused_answer(to: Party, name: &'static str) {
    write(|notebook| {
        if notebook.is_refused() {
            let step = Step::new(StepKind::Answer, Party::Vestibule, to, name);
            notebook.note(step.ended(StepOutcome::Refused));
        }
    });
}

/// What is known of the request that is being answered; `None`: nothing is recorded.
#[must_use]
pub fn known() -> Option<Known> {
    NOTEBOOK
        .try_with(|notebook| notebook.try_borrow().ok().map(|notebook| notebook.known()))
        .ok()
        .flatten()
}

/// Says that the transaction came to its end.
pub fn done() {
    write(Notebook::finish_well);
}

/// Notes what each rule of a target said.
pub fn policies(outcome: &PolicyOutcome) {
    write(|notebook| {
        for verdict in &outcome.verdicts {
            let mut step = Step::new(
                StepKind::Policy,
                Party::Vestibule,
                Party::Vestibule,
                verdict.name.clone(),
            );
            step.outcome = match (verdict.passing, verdict.failed) {
                (true, false) => StepOutcome::Passed,
                (_, true) => StepOutcome::Failed,
                (false, false) => StepOutcome::Refused,
            };
            let counts = if verdict.counted { "" } else { ", not counted" };
            notebook.note(step.detail(format!("{}{counts}", verdict.kind)));
        }
    });
}

//! Runs what a decision asked for: the policies of an application and the expressions of its scope mappings.
//!
//! What they need of the subject is read here and sent along with them; the answers go back to the core, which decides.
//! An expression that fails is an answer as well: a policy has its `failure_result`, a mapping gives nothing, and the
//! audit log says so.

mod host;
mod inputs;
mod source;

use std::collections::BTreeMap;
use std::net::IpAddr;

use protocol::client::Client;
use protocol::evaluation::{Evaluated, EvaluationRequest};
use protocol::policy::{self, Answer, Asked, Bound};
use protocol::records::Event;
use protocol::time::Time;
use protocol::transaction::{Party, Step, StepKind, StepOutcome};
use protocol::user::Subject;
use protocol::writes::Write;
use script::{Job, Level, Limits, LogLine, Needs, Ran, RunFault};
use serde_json::Value;
use store::StoreError;

use self::host::ServerHost;
pub use self::host::{RehearsalHost, ScriptHost};
pub use self::source::{SourceInputs, ask_for_source, note, run_for_source};
use crate::app::App;
use crate::keys::Snapshot;
use crate::recorder;

/// The request around an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// From where it came.
    pub client_address: IpAddr,
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// When.
    pub now: Time,
    /// The transaction it belongs to.
    pub transaction: &'a str,
}

/// What one expression came to, for whoever wants to know why.
#[derive(Debug)]
pub struct Report {
    /// The mapping, or the policy binding.
    pub id: String,
    /// The name of the mapping or policy.
    pub name: String,
    /// What it returned, or why it did not.
    pub result: Result<Ran, RunFault>,
}

/// Runs everything that `wanted` names, for `subject`.
///
/// # Errors
/// When the database is unavailable. An expression that fails is an answer, not an error.
pub async fn run(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    around: Around<'_>,
) -> Result<Evaluated, StoreError> {
    let host = ServerHost::new(app, &client.application.id, around);
    // Kept out of the futures of the callers: every request moves those, and few come this way.
    let (evaluated, reports) = Box::pin(evaluate(app, client, subject, wanted, around, &host)).await?;
    for report in &reports {
        log(report, around.transaction);
        if client.bindings.iter().all(|binding| binding.id != report.id) {
            recorder::note(|| step_of(report));
        }
    }
    if let Some(access) = &evaluated.access {
        recorder::policies(access);
    }
    let failed: Vec<Write> = reports
        .iter()
        .filter_map(|report| failure_of(app, &client.application.id, report, around))
        .collect();
    app.store.commit(failed).await?;
    Ok(evaluated)
}

/// As [`run`], with what each expression came to, and without writing or issuing anything: for previews.
///
/// # Errors
/// When the database is unavailable.
pub async fn explain(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    around: Around<'_>,
) -> Result<(Evaluated, Vec<Report>), StoreError> {
    let host = ServerHost::for_trial(app, &client.application.id, around);
    evaluate(app, client, subject, wanted, around, &host).await
}

async fn evaluate(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    around: Around<'_>,
    host: &ServerHost<'_>,
) -> Result<(Evaluated, Vec<Report>), StoreError> {
    let snapshot = app.snapshot();
    let bindings: &[policy::Binding] = if wanted.policies.is_some() {
        &client.bindings
    } else {
        &[]
    };
    let jobs = jobs_of(&snapshot, bindings, wanted);
    let needs = jobs
        .iter()
        .fold(Needs::default(), |needs, (_, job)| needs.and(job.expression.needs()));
    let by_group = bindings
        .iter()
        .any(|binding| matches!(binding.bound, Bound::Group { .. }));
    let user_id = subject.map(|subject| subject.user.id.as_str());
    let group_ids = match user_id {
        Some(id) if by_group => app.store.load_all_groups_of_user(id).await?,
        _ => Vec::new(),
    };
    let (ids, jobs): (Vec<String>, Vec<Job>) = jobs.into_iter().unzip();
    let results = if jobs.is_empty() {
        Vec::new()
    } else {
        let sent = inputs::of(app, client, subject, wanted, needs, around).await?;
        app.workers.run_all(&jobs, &sent, host).await
    };
    let mut evaluated = Evaluated::default();
    let mut answers = BTreeMap::new();
    let mut reports = Vec::with_capacity(results.len());
    for ((id, job), result) in ids.into_iter().zip(jobs).zip(results) {
        if bindings.iter().any(|binding| binding.id == id) {
            answers.insert(id.clone(), answer_of(&result));
        } else if let Ok(Ran {
            value: Value::Object(claims),
            ..
        }) = &result
        {
            evaluated.claims.insert(id.clone(), claims.clone());
        }
        reports.push(Report {
            id,
            name: job.name,
            result,
        });
    }
    let asked = Asked {
        user_id,
        group_ids: &group_ids,
    };
    let mode = client.application.policy_engine_mode;
    evaluated.access = wanted
        .policies
        .is_some()
        .then(|| policy::decide(mode, bindings, asked, &answers));
    Ok((evaluated, reports))
}

/// The expressions to run, policies first, by the id of the binding or mapping.
fn jobs_of(snapshot: &Snapshot, bindings: &[policy::Binding], wanted: &EvaluationRequest) -> Vec<(String, Job)> {
    let of_policies = bindings.iter().filter_map(|binding| job_of(snapshot, binding));
    let of_mappings = wanted.mappings.iter().filter_map(|mapping| {
        let expression = snapshot.expression(&mapping.id)?.clone();
        Some((mapping.id.clone(), Job::new(expression, mapping.name.as_str())))
    });
    of_policies.chain(of_mappings).collect()
}

/// The expression behind a binding, by its id; `None` for a group or user.
fn job_of(snapshot: &Snapshot, binding: &policy::Binding) -> Option<(String, Job)> {
    let Bound::Policy(policy) = &binding.bound else {
        return None;
    };
    let mut job = Job::new(snapshot.expression(&policy.id)?.clone(), policy.name.as_str());
    let millis = u64::try_from(binding.timeout_seconds)
        .unwrap_or(0)
        .saturating_mul(1_000);
    job.limits = Limits {
        wall_millis: millis.max(1),
        ..Limits::EXPRESSION
    };
    Some((binding.id.clone(), job))
}

fn answer_of(result: &Result<Ran, RunFault>) -> Answer {
    match result {
        Ok(ran) => Answer {
            passing: Some(ran.truthy),
            messages: ran.messages.clone(),
        },
        Err(_) => Answer {
            passing: None,
            messages: Vec::new(),
        },
    }
}

/// What a mapping came to, as it is recorded: the names of the claims, never their values.
fn step_of(report: &Report) -> Step {
    let step = Step::new(
        StepKind::Mapping,
        Party::Vestibule,
        Party::Vestibule,
        report.name.clone(),
    );
    match &report.result {
        Ok(Ran {
            value: Value::Object(claims),
            ..
        }) => step.detail(claims.keys().take(40).cloned().collect::<Vec<_>>().join(" ")),
        Ok(_) => step,
        // Its message may repeat a value; the audit log has it.
        Err(_) => step.ended(StepOutcome::Failed).detail("configuration_error"),
    }
}

fn log(report: &Report, transaction: &str) {
    let lines: &[LogLine] = match &report.result {
        Ok(ran) => &ran.logs,
        Err(RunFault::Exception(exception)) => &exception.logs,
        Err(_) => &[],
    };
    for LogLine { level, text } in lines {
        let name = report.name.as_str();
        match level {
            Level::Debug => tracing::debug!(transaction, expression = name, "{text}"),
            Level::Info => tracing::info!(transaction, expression = name, "{text}"),
            Level::Warning => tracing::warn!(transaction, expression = name, "{text}"),
            Level::Error => tracing::error!(transaction, expression = name, "{text}"),
        }
    }
}

/// The entry of the audit log for an expression that failed; at most one a minute for each, so that a mapping that always
/// fails does not fill the log.
fn failure_of(app: &App, actor: &str, report: &Report, around: Around<'_>) -> Option<Write> {
    let reason = match &report.result {
        Ok(Ran {
            value: Value::Object(_) | Value::Null | Value::Bool(_),
            ..
        })
        | Err(RunFault::Skipped) => return None,
        // A policy may return anything; a mapping that returns no dictionary says nothing, which the log notes.
        Ok(_) => return None,
        Err(fault) => fault.to_string(),
    };
    if !app.reported.insert(&report.id, around.now) {
        return None;
    }
    let traceback = match &report.result {
        Err(RunFault::Exception(exception)) => exception.traceback.as_str(),
        _ => "",
    };
    Some(Write::CreateEvent(Box::new(Event {
        id: app.new_id("evt", around.now),
        action: "configuration_error".to_owned(),
        actor: Some(actor.to_owned()),
        target: Some(report.id.clone()),
        client_address: Some(around.client_address.to_string()),
        detail: serde_json::json!({
            "name": report.name, "error": reason, "traceback": traceback, "transaction": around.transaction,
        }),
        at: around.now,
    })))
}

/// Runs one expression that need not be saved. What it asks for to be written or issued is refused.
///
/// # Errors
/// When the database is unavailable.
pub async fn attempt(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    job: Job,
    around: Around<'_>,
) -> Result<Result<Ran, RunFault>, StoreError> {
    let sent = inputs::of(app, client, subject, wanted, job.expression.needs(), around).await?;
    let host = ServerHost::for_trial(app, &client.application.id, around);
    Ok(app.workers.run(job, &sent, &host).await)
}

//! What mappings and policies have in common: an expression that is checked when it is saved, and tried before.

use std::net::IpAddr;

use protocol::client::Client;
use protocol::evaluation::{EvaluationRequest, PolicyContext};
use protocol::time::Time;
use protocol::user::Subject;
use script::{CheckFault, Expression, Job, Kind, Level, Ran, RunFault};
use serde_json::{Value, json};
use store::StoreError;

use super::evaluate::{self, Around};
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// Checks the syntax of an expression for the field `expression`.
///
/// # Errors
/// [`ActionError::Invalid`] with the line and column, or the store's when no worker can look at it.
pub async fn check(app: &App, kind: Kind, source: &str) -> Result<(), ActionError> {
    let wrong = |code: &'static str, message: String| ActionError::field(FieldError::new("expression", code, message));
    if source.trim().is_empty() {
        return Err(ActionError::field(FieldError::required("expression")));
    }
    match app.workers.check(kind, source).await {
        Ok(()) => Ok(()),
        Err(CheckFault::Syntax(fault)) => {
            let mut text = fault.to_string();
            if let Some(first) = text.get(..1).map(str::to_ascii_uppercase) {
                text.replace_range(..1, &first);
            }
            Err(wrong("syntax", format!("{}.", text.trim_end_matches('.'))))
        }
        Err(CheckFault::Run(RunFault::SourceTooLong(most))) => {
            let message = format!("An expression may have at most {most} bytes.");
            Err(wrong("too_long", message))
        }
        Err(CheckFault::Run(fault @ (RunFault::Busy | RunFault::Unavailable(_) | RunFault::WorkerLost))) => {
            Err(ActionError::Store(StoreError::Unavailable(fault.to_string())))
        }
        Err(CheckFault::Run(fault)) => Err(wrong("invalid", format!("The expression can not be used: {fault}."))),
    }
}

/// Checks an expression beside other fields of its record, and tells all that is wrong at once. `errors`: what is wrong with
/// those.
///
/// # Errors
/// [`ActionError::Invalid`], or the store's when no worker answers.
pub async fn check_beside(
    app: &App,
    kind: Kind,
    source: &str,
    errors: impl IntoIterator<Item = FieldError>,
) -> Result<(), ActionError> {
    let mut errors: Vec<FieldError> = errors.into_iter().collect();
    match check(app, kind, source).await {
        Ok(()) => {}
        Err(ActionError::Invalid(more)) => errors.extend(more),
        Err(error) => return Err(error),
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

/// What an expression is tried with.
#[derive(Debug)]
pub struct Trial<'a> {
    /// The application it runs for.
    pub client: &'a Client,
    /// Whom it is asked about.
    pub subject: Option<&'a Subject>,
    /// What would be granted.
    pub scopes: Vec<String>,
    /// Further members of `request.context`.
    pub context: PolicyContext,
    /// From where the trial is made.
    pub client_address: IpAddr,
    /// When.
    pub now: Time,
}

/// Runs an expression that need not be saved, in the same sandbox and with the same limits as any other. Nothing is
/// written, and nothing is issued.
///
/// # Errors
/// When the database is unavailable.
pub async fn attempt(
    app: &App,
    kind: Kind,
    source: &str,
    trial: Trial<'_>,
) -> Result<Result<Ran, RunFault>, StoreError> {
    let wanted = EvaluationRequest {
        scopes: trial.scopes,
        mappings: Vec::new(),
        policies: Some(trial.context),
        auth_time: Some(trial.now.seconds()),
    };
    let around = Around {
        client_address: trial.client_address,
        method: "POST",
        path: "/api/v1/",
        now: trial.now,
        transaction: "",
    };
    let job = Job::new(Expression::new(kind, source), "test");
    evaluate::attempt(app, trial.client, trial.subject, &wanted, job, around).await
}

/// The outcome of an expression for an administrator: value, messages and log, or the reason why there is none.
#[must_use]
pub fn shown(result: &Result<Ran, RunFault>) -> Value {
    let lines = |logs: &[script::LogLine]| -> Vec<Value> {
        logs.iter()
            .map(|line| json!({ "level": level(line.level), "text": line.text }))
            .collect()
    };
    match result {
        Ok(ran) => json!({
            "value": ran.value, "passing": ran.truthy, "messages": ran.messages, "logs": lines(&ran.logs), "error": null,
        }),
        Err(fault) => {
            let (line, logs, traceback) = match fault {
                RunFault::Exception(exception) => (
                    exception.line,
                    lines(&exception.logs),
                    Some(exception.traceback.as_str()),
                ),
                RunFault::Syntax(syntax) => (Some(syntax.line), Vec::new(), None),
                _ => (None, Vec::new(), None),
            };
            json!({
                "value": null, "passing": false, "messages": [], "logs": logs,
                "error": { "message": fault.to_string(), "line": line, "traceback": traceback },
            })
        }
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

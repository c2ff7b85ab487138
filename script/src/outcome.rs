//! What comes back from an expression.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an expression returned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ran {
    /// The value: sets and tuples are arrays, dates are ISO 8601 text. `null` when nothing was returned.
    pub value: Value,
    /// Whether Python takes the value for true: the outcome of a policy.
    pub truthy: bool,
    /// What `ak_message` was called with, in order.
    #[serde(default)]
    pub messages: Vec<String>,
    /// What `ak_logger` and `print` were called with, in order.
    #[serde(default)]
    pub logs: Vec<LogLine>,
    /// `context["prompt_data"]` as the expression left it, when it mentions it.
    #[serde(default)]
    pub prompt_data: Option<Value>,
}

/// A line that an expression logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How serious it is.
    pub level: Level,
    /// The text.
    pub text: String,
}

/// How serious a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// `ak_logger.debug`, `print`
    Debug,
    /// `ak_logger.info`
    Info,
    /// `ak_logger.warning`
    Warning,
    /// `ak_logger.error`, `ak_logger.exception`, `ak_logger.critical`
    Error,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum RunFault {
    /// It raised an exception that it did not catch.
    #[error("{0}")]
    Exception(Exception),
    /// It ended with `raise SkipObject`.
    #[error("the expression asked to skip this object")]
    Skipped,
    /// It is not valid; `Workers::check` would have said so.
    #[error("{0}")]
    Syntax(SyntaxFault),
    /// It ran, or waited, for too long.
    #[error("the expression was stopped after {0} ms")]
    Timeout(u64),
    /// It needed too much memory.
    #[error("the expression was stopped because it needed more than {0} bytes of memory")]
    Memory(usize),
    /// Its calls were nested too deeply.
    #[error("the expression was stopped because its calls were nested more than {0} deep")]
    Recursion(usize),
    /// It asked the server too often.
    #[error("the expression was stopped after {0} calls to the server")]
    HostCalls(usize),
    /// Its source is longer than what is looked at.
    #[error("the expression is longer than {0} bytes")]
    SourceTooLong(usize),
    /// Its value, or what it sent to the server, is larger than what is carried.
    #[error("the expression returned more than {0} bytes")]
    ResultTooLarge(usize),
    /// Its value can not be written as JSON.
    #[error("the expression returned a value that can not be written as JSON: {0}")]
    NotJson(String),
    /// The worker that ran it ended.
    #[error("the worker process that ran the expression ended unexpectedly")]
    WorkerLost,
    /// Too many requests wait for a worker.
    #[error("too many requests wait for a worker process")]
    Busy,
    /// No worker process can be started.
    #[error("no worker process can be started: {0}")]
    Unavailable(String),
}

/// An exception that was not caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its type, such as `KeyError`.
    pub kind: String,
    /// Its message.
    pub message: String,
    /// The line of the expression where it was raised, from 1.
    pub line: Option<u32>,
    /// The lines that led there, innermost last.
    pub traceback: String,
    /// What was logged before.
    #[serde(default)]
    pub logs: Vec<LogLine>,
}

impl std::fmt::Display for Exception {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.kind)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(line) = self.line {
            write!(f, " (line {line})")?;
        }
        Ok(())
    }
}

/// Why a source is not an expression. Line and column are those of the source as it was written, from 1; a column counts
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxFault {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that is known.
    pub suggestion: Option<String>,
}

impl std::fmt::Display for SyntaxFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, ". {suggestion}")?;
        }
        Ok(())
    }
}

/// Why a source was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckFault {
    /// It is not an expression.
    #[error("{0}")]
    Syntax(SyntaxFault),
    /// It could not be looked at.
    #[error("{0}")]
    Run(RunFault),
}

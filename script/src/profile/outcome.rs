//! What comes back from a profile script.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::outcome::{LogLine, SyntaxFault};

/// What a script made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProfileRan {
    /// The profile as the script gave it to the callback. Whole numbers below 2^53 are exact.
    pub profile: Map<String, Value>,
    /// What was written to `console`, in order.
    #[serde(default)]
    pub logs: Vec<LogLine>,
}

/// A run with what it logged, also when it failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScriptTrial {
    /// The profile, or why there is none.
    pub result: Result<Map<String, Value>, ScriptFault>,
    /// What was written to `console`, in order.
    #[serde(default)]
    pub logs: Vec<LogLine>,
}

impl ScriptTrial {
    pub(crate) const fn failed(fault: ScriptFault) -> Self {
        Self {
            result: Err(fault),
            logs: Vec::new(),
        }
    }
}

/// Why a script made no profile. The texts hold what the script said, and nothing that it was given unless it said so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ScriptFault {
    /// It is not JavaScript; [`crate::ScriptWorkers::check`] would have said so.
    #[error("the script is not valid JavaScript: {0}")]
    Syntax(SyntaxFault),
    /// There is no function in it.
    #[error(
        "the script does not define a function; it is to be function fetchUserProfile(accessToken, context, callback)"
    )]
    NoFunction,
    /// It threw an exception, its promise was rejected, or it called back with an error.
    #[error("{message}")]
    Thrown {
        /// The message of the error, or the error itself when it is a text.
        message: String,
        /// The line of the script where the error was made, from 1.
        line: Option<u32>,
    },
    /// It called back without an error and without a profile.
    #[error("the script called back without a profile")]
    NoProfile,
    /// What it called back with is no object.
    #[error("the script called back with {0} instead of a profile object")]
    NotAnObject(String),
    /// What it called back with can not be written as JSON.
    #[error("the profile can not be written as JSON: {0}")]
    NotJson(String),
    /// It ended without calling back, and nothing that it waits for can change that.
    #[error("the script ended without calling back")]
    NeverCalledBack,
    /// It did not call back in time.
    #[error("the script timed out after {0} ms")]
    TimeLimit(u64),
    /// It computed for too long.
    #[error("the script was stopped after computing for {0} ms")]
    CpuLimit(u64),
    /// It needed too much memory.
    #[error("the script was stopped because it needed more than {0} bytes of memory")]
    Memory(usize),
    /// It ended with null in place of an error. The interpreter throws that where there is no memory for an error, and nobody
    /// can tell it from a null that the script threw.
    #[error("the script ended with null instead of an error; it threw that itself, or its memory ran out")]
    ThrewNull,
    /// Its calls were nested too deeply.
    #[error("the script was stopped because its calls were nested too deeply")]
    Recursion,
    /// The profile is larger than what is carried.
    #[error("the profile has more than {0} bytes")]
    ResultTooLarge(usize),
    /// It called other servers too often.
    #[error("the script was stopped after {0} calls to other servers")]
    TooManyCalls(usize),
    /// It set too many timers.
    #[error("the script was stopped after setting {0} timers")]
    TooManyTimers(usize),
    /// Its source is longer than what is looked at.
    #[error("the script is longer than {0} characters")]
    SourceTooLong(usize),
    /// What it is called with is larger than what is carried.
    #[error("the answer of the token endpoint is too large for a script")]
    InputsTooLarge,
    /// As many scripts run as the workers carry, or as many of this one as leave room for others.
    #[error("too many scripts run at the moment")]
    Busy,
    /// The worker that ran it ended.
    #[error("the worker process that ran the script ended unexpectedly")]
    WorkerLost,
    /// No worker process can be started.
    #[error("no worker process can be started: {0}")]
    Unavailable(String),
}

impl ScriptFault {
    /// Whether the script is not to blame: the same script may succeed a moment later.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(self, Self::Busy | Self::WorkerLost | Self::Unavailable(_))
    }
}

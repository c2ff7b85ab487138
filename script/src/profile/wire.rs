//! What travels over the pipe between the server and a worker of scripts. Every message names its run, for many share a
//! pipe. What a script sees stays the JSON text that it is: it is not taken apart on the way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::{ProfileInputs, ScriptLimits, ScriptTrial};
use crate::host::{HttpCall, HttpReply};
use crate::outcome::SyntaxFault;

/// The variable that makes a worker one of scripts, and its value. A worker is given no other.
pub(crate) const VARIABLE: (&str, &str) = ("VESTIBULE_WORKER", "scripts");

/// From the server to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker<'a> {
    /// Run a script.
    Run {
        run: u64,
        /// Runs of one script have one number, whatever it is.
        script: u64,
        source: Cow<'a, str>,
        inputs: Cow<'a, RawValue>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limits: Option<ScriptLimits>,
    },
    /// Say whether a source is a script.
    Check {
        run: u64,
        script: u64,
        source: Cow<'a, str>,
    },
    /// What came of a call.
    Reply {
        run: u64,
        call: u32,
        reply: Cow<'a, RawValue>,
    },
    /// A timer has run out.
    Tick { run: u64, call: u32 },
    /// Nobody waits for this run any more.
    Cancel { run: u64 },
}

/// From a worker to the server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// It keeps its limits, as it has just tried out.
    Ready,
    /// It does not, or can not.
    Refused(String),
    /// A script calls another server.
    Call { run: u64, call: u32, http: HttpCall },
    /// A script waits.
    Sleep { run: u64, call: u32, millis: u64 },
    /// A run has ended, however.
    Done { run: u64, trial: ScriptTrial },
    /// What a source is.
    Checked { run: u64, checked: Result<(), SyntaxFault> },
    /// A cancelled run has ended.
    Ended { run: u64 },
    /// A run does not come back from one step of the interpreter; the worker ends with it.
    Stuck { run: u64 },
    /// The worker takes no new runs: too much of its memory is lost.
    Retire,
}

/// What a script is called with, as the worker hands it on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Arguments<'a> {
    access_token: &'a str,
    context: &'a Map<String, Value>,
    configuration: &'a Map<String, Value>,
    options: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a Map<String, Value>>,
}

/// The inputs as JSON text.
pub(crate) fn arguments(inputs: &ProfileInputs) -> serde_json::Result<Box<RawValue>> {
    serde_json::value::to_raw_value(&Arguments {
        access_token: &inputs.access_token,
        context: &inputs.context,
        configuration: &inputs.configuration,
        options: &inputs.options,
        query: inputs.query.as_ref(),
    })
}

/// The answer to a call, as a script's side of it reads it.
#[derive(Default, Serialize)]
struct Reply<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    status: u16,
    reason: &'a str,
    headers: Cow<'a, BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// An answer as JSON text.
pub(crate) fn replied(reply: &HttpReply) -> serde_json::Result<Box<RawValue>> {
    use base64::Engine as _;
    let base64 = reply
        .bytes
        .as_ref()
        .map(|bytes| base64::prelude::BASE64_STANDARD.encode(bytes));
    serde_json::value::to_raw_value(&Reply {
        status: reply.status,
        reason: &reply.reason,
        headers: Cow::Borrowed(&reply.headers),
        text: base64.is_none().then_some(reply.text.as_str()),
        base64,
        ..Reply::default()
    })
}

/// Why there is no answer, as JSON text.
pub(crate) fn refused(error: &str, code: &str) -> serde_json::Result<Box<RawValue>> {
    serde_json::value::to_raw_value(&Reply {
        error: Some(error),
        code: Some(code),
        ..Reply::default()
    })
}

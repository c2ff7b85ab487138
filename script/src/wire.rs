//! The messages on the pipe between the server and a worker.
//!
//! The server names compiled expressions by a slot that it assigns; a source travels only when the slot gets a new one.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::expression::Kind;
use crate::host::{CreateJwt, CreateJwtRaw, Email, HttpCall};
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{Ran, RunFault, SyntaxFault};

/// From the server to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker<'a> {
    /// Run these over the same inputs, and answer each.
    Run {
        inputs: Box<Cow<'a, Inputs>>,
        jobs: Vec<WireJob<'a>>,
    },
    /// Look at a source.
    Check { kind: Kind, source: Cow<'a, str> },
    /// The answer to a [`HostCall`].
    Reply(Result<Value, String>),
}

/// An expression to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireJob<'a> {
    pub(crate) program: WireProgram<'a>,
    pub(crate) name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<Limits>,
}

/// A slot, with its source when the worker does not have it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WireProgram<'a> {
    pub(crate) slot: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<(Kind, Cow<'a, str>)>,
}

/// From a worker to the server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// It keeps its limits, as it has just tried out.
    Ready,
    /// It does not, or can not.
    Refused(String),
    /// The result of the next job.
    Ran(Result<Ran, RunFault>),
    /// What a source is.
    Checked(Result<(), SyntaxFault>),
    /// Something to ask the host.
    Call(HostCall),
}

/// What an expression asks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum HostCall {
    UserBy(Map<String, Value>),
    Groups(i64),
    Entitlements(i64, String),
    Authenticators(i64),
    CreateEvent(String, Map<String, Value>),
    Policy(String),
    CreateJwt(CreateJwt),
    CreateJwtRaw(CreateJwtRaw),
    SendEmail(Email),
    ResolveDns(String, Option<u8>),
    ReverseDns(String),
    Http(HttpCall),
}

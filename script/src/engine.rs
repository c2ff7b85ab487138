//! The interpreter of expressions, as a worker runs it. Nothing of this runs in the server.

mod addresses;
mod arguments;
mod compile;
mod convert;
mod fields;
mod functions;
mod http;
mod memory;
mod methods;
mod objects;
mod output;
mod prelude;
mod query;
mod refusals;
mod regexes;
mod run;

use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;

use crate::expression::Kind;
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{Ran, RunFault, SyntaxFault};
use crate::wire::{HostCall, WireProgram};

/// The other end of the pipe, where the host answers.
pub(crate) trait Port {
    /// Asks, and waits. The inner error is the host's refusal, the outer the end of the pipe.
    fn call(&mut self, call: HostCall) -> Result<Result<Value, String>, RunFault>;
}

/// What a worker keeps between runs.
#[derive(Debug)]
pub(crate) struct Engine {
    programs: Vec<Option<Result<Rc<compile::Compiled>, SyntaxFault>>>,
    regexes: regexes::Regexes,
    memory: memory::Memory,
}

/// How many slots a server may use; a larger number is a mistake.
const SLOTS: usize = 1 << 16;

impl Engine {
    /// Opens the one file that a worker keeps open.
    pub(crate) fn open() -> std::io::Result<Self> {
        Ok(Self {
            programs: Vec::new(),
            regexes: regexes::Regexes::default(),
            memory: memory::Memory::open()?,
        })
    }

    /// Says whether a source is an expression.
    pub(crate) fn check(kind: Kind, source: &str) -> Result<(), SyntaxFault> {
        if !Limits::EXPRESSION.admits(source) {
            return Err(SyntaxFault {
                line: 1,
                column: 1,
                message: format!(
                    "an expression has at most {} bytes, this one has {}",
                    Limits::EXPRESSION.source_bytes,
                    source.len()
                ),
                suggestion: Some("Split it into policies that call each other".to_owned()),
            });
        }
        compile::compile(kind, source).map(|_| ())
    }

    /// Runs one job.
    pub(crate) fn run(
        &mut self,
        port: &mut dyn Port,
        program: &WireProgram<'_>,
        name: &str,
        inputs: &Inputs,
        limits: Limits,
    ) -> Result<Ran, RunFault> {
        let program = self.program(program, &limits)?;
        run::run(self, port, &program, name, inputs, limits)
    }

    /// The compiled program of a slot; a new source is compiled and kept, valid or not.
    fn program(&mut self, program: &WireProgram<'_>, limits: &Limits) -> Result<Rc<compile::Compiled>, RunFault> {
        let slot = usize::try_from(program.slot).unwrap_or(usize::MAX);
        if slot >= SLOTS {
            return Err(RunFault::WorkerLost);
        }
        if self.programs.len() <= slot {
            self.programs.resize_with(slot + 1, || None);
        }
        if let Some((kind, source)) = &program.source {
            // Whatever comes of it: what was here before is not what the server means now.
            if let Some(place) = self.programs.get_mut(slot) {
                *place = None;
            }
            if !limits.admits(source) {
                return Err(RunFault::SourceTooLong(limits.source_bytes));
            }
            let compiled = compile::compile(*kind, source).map(Rc::new);
            if let Some(place) = self.programs.get_mut(slot) {
                *place = Some(compiled);
            }
        }
        match self.programs.get(slot) {
            Some(Some(Ok(compiled))) => Ok(Rc::clone(compiled)),
            Some(Some(Err(fault))) => Err(RunFault::Syntax(fault.clone())),
            _ => Err(RunFault::WorkerLost),
        }
    }
}

/// The time, for the budget of nested policies and for nothing else.
#[expect(
    clippy::disallowed_methods,
    reason = "a worker has no clock of the server; it only measures how long it ran"
)]
fn now() -> Instant {
    Instant::now()
}

//! The pool of worker processes, seen from the server.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::expression::{Expression, Kind};
use crate::host::Host;
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{CheckFault, Ran, RunFault};

/// How the pool starts workers and how much it lets wait.
#[derive(Clone, Debug)]
pub struct WorkersConfig {
    /// The program of a worker: our own.
    pub program: PathBuf,
    /// Its arguments: the hidden subcommand.
    pub arguments: Vec<OsString>,
    /// How many workers run at most. They are started when they are needed.
    pub workers: usize,
    /// How many requests wait at most for a worker.
    pub waiting: usize,
    /// How many compiled expressions a worker keeps.
    pub compiled: usize,
}

impl WorkersConfig {
    /// Workers of a program, as many as there are cores.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            program,
            arguments,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            waiting: 1_024,
            compiled: 512,
        }
    }
}

/// One expression of a request.
#[derive(Clone, Debug)]
pub struct Job {
    /// What to run.
    pub expression: Expression,
    /// The name of the mapping or policy: `request.obj.name` in a mapping.
    pub name: String,
    /// What it may use. A binding's timeout is `wall_millis`.
    pub limits: Limits,
}

impl Job {
    /// A job with the usual limits.
    #[must_use]
    pub fn new(expression: Expression, name: impl Into<String>) -> Self {
        Self {
            expression,
            name: name.into(),
            limits: Limits::EXPRESSION,
        }
    }
}

/// A pool of worker processes. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Workers {
    config: Arc<WorkersConfig>,
}

impl Workers {
    /// A pool that starts nothing yet.
    #[must_use]
    pub fn new(config: WorkersConfig) -> Self {
        Self {
            config: Arc::new(config),
        }
    }

    /// Runs one expression.
    ///
    /// # Errors
    /// Why it has no value.
    pub async fn run(&self, job: Job, inputs: &Inputs, host: &dyn Host) -> Result<Ran, RunFault> {
        let mut results = self.run_all(&[job], inputs, host).await;
        results.pop().unwrap_or(Err(RunFault::WorkerLost))
    }

    /// Runs the expressions of one request, in order and in one round trip; the results are in the same order, one for
    /// each job. One that fails does not keep the others from running.
    pub async fn run_all(&self, jobs: &[Job], inputs: &Inputs, host: &dyn Host) -> Vec<Result<Ran, RunFault>> {
        let _ = (inputs, host);
        let fault = RunFault::Unavailable(self.config.program.display().to_string());
        jobs.iter().map(|_| Err(fault.clone())).collect()
    }

    /// Says whether a source is an expression: when it is saved.
    ///
    /// # Errors
    /// Where it is wrong and what to write instead, or why it could not be looked at.
    pub async fn check(&self, kind: Kind, source: &str) -> Result<(), CheckFault> {
        let _ = (kind, source);
        let program = self.config.program.display().to_string();
        Err(CheckFault::Run(RunFault::Unavailable(program)))
    }
}

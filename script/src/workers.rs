//! The pool of worker processes, seen from the server.
//!
//! A worker runs one request at a time. One that hangs is killed, one that ends is replaced: either costs the expression
//! that caused it and no other. A request that is given up takes its worker with it, for the pipe would be in the middle
//! of something.

mod answers;
mod process;
mod slots;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::expression::{Expression, Kind};
use crate::host::Host;
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{CheckFault, Ran, RunFault};
use process::Process;

/// How many expressions travel in one message. More are sent in several.
const BATCH: usize = 64;

/// How long a request waits for a worker.
const PATIENCE: Duration = Duration::from_secs(5);

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
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Pool {
    config: WorkersConfig,
    idle: Mutex<Vec<Process>>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Workers {
    /// A pool that starts nothing yet.
    #[must_use]
    pub fn new(config: WorkersConfig) -> Self {
        let permits = Arc::new(Semaphore::new(config.workers.max(1)));
        Self {
            pool: Arc::new(Pool {
                config,
                idle: Mutex::new(Vec::new()),
                permits,
                waiting: AtomicUsize::new(0),
            }),
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
        let mut results = Vec::with_capacity(jobs.len());
        while let Some(job) = jobs.get(results.len()) {
            if !job.limits.admits(job.expression.source()) {
                results.push(Err(RunFault::SourceTooLong(job.limits.source_bytes)));
                continue;
            }
            let rest = jobs.get(results.len()..).unwrap_or_default();
            let admitted = rest.iter().take(BATCH);
            let count = admitted
                .take_while(|job| job.limits.admits(job.expression.source()))
                .count();
            let batch = rest.get(..count).unwrap_or_default();
            let (permit, mut process) = match self.take().await {
                Ok(taken) => taken,
                Err(fault) => {
                    results.resize_with(jobs.len(), || Err(fault.clone()));
                    break;
                }
            };
            let before = results.len();
            match process.run(batch, inputs, host, &mut results).await {
                Ok(()) if results.iter().skip(before).any(is_large) => {}
                Ok(()) => self.give_back(process),
                // The process is dropped, which kills it; what it had not begun is run by another.
                Err(fault) => results.push(Err(fault)),
            }
            drop(permit);
        }
        results
    }

    /// Says whether a source is an expression: when it is saved.
    ///
    /// # Errors
    /// Where it is wrong and what to write instead, or why it could not be looked at.
    pub async fn check(&self, kind: Kind, source: &str) -> Result<(), CheckFault> {
        let (_permit, mut process) = self.take().await.map_err(CheckFault::Run)?;
        let checked = process.check(kind, source).await.map_err(CheckFault::Run)?;
        self.give_back(process);
        checked.map_err(CheckFault::Syntax)
    }

    /// A worker that nobody else uses, and the right to use it.
    async fn take(&self) -> Result<(OwnedSemaphorePermit, Process), RunFault> {
        let permit = self.permit().await?;
        loop {
            let idle = self.idle().pop();
            let Some(mut process) = idle else {
                return Ok((permit, Process::start(&self.pool.config).await?));
            };
            if process.lives() {
                return Ok((permit, process));
            }
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, RunFault> {
        let permits = Arc::clone(&self.pool.permits);
        if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            return Ok(permit);
        }
        let place = Place::take(&self.pool.waiting, self.pool.config.waiting).ok_or(RunFault::Busy)?;
        let permit = timeout(PATIENCE, permits.acquire_owned()).await;
        drop(place);
        permit.ok().and_then(Result::ok).ok_or(RunFault::Busy)
    }

    fn give_back(&self, process: Process) {
        self.idle().push(process);
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Process>> {
        // Nothing panics while it holds the lock, and a list of processes has no state that could be half done.
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a result says that the worker holds more memory than it gives back. A fresh one takes its place.
const fn is_large(result: &Result<Ran, RunFault>) -> bool {
    matches!(result, Err(RunFault::Memory(_) | RunFault::ResultTooLarge(_)))
}

/// A place in the queue, given back when it is dropped: also when the request is given up.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Option<Self> {
        let taken = waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            (now < most).then_some(now + 1)
        });
        taken.ok().map(|_| Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

//! One worker process: how it is started, asked, and why it was lost.

use std::borrow::Cow;
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::answers::answer;
use super::slots::Slots;
use super::{Job, WorkersConfig};
use crate::expression::Kind;
use crate::frame::{MOST, encode};
use crate::host::Host;
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{Ran, RunFault, SyntaxFault};
use crate::wire::{FromWorker, ToWorker, WireJob};

/// How long a worker takes to start at most.
const START: Duration = Duration::from_secs(10);

/// How long a source is looked at.
const CHECK: Duration = Duration::from_secs(5);

/// How much longer than `run_millis` a worker may say nothing. The interpreter looks at its clock between two steps, and
/// one step can be a multiplication of numbers that fill the memory it may have: then the worker is ended from here.
const SILENCE: Duration = Duration::from_secs(2);

/// A worker that waits for a request.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    slots: Slots,
}

/// Why nothing came from a worker.
#[derive(Debug)]
struct Broken;

/// Why an expression has no result.
#[derive(Debug)]
enum Stopped {
    /// The worker has ended, or does not keep to the frames.
    Broken,
    /// It says nothing for longer than the interpreter may run at all.
    Silent,
}

impl From<Broken> for Stopped {
    fn from(Broken: Broken) -> Self {
        Self::Broken
    }
}

impl Process {
    /// Starts a worker and waits until it has tried its limits out.
    pub(super) async fn start(config: &WorkersConfig) -> Result<Self, RunFault> {
        let mut command = Command::new(&config.program);
        command
            .args(&config.arguments)
            .env_clear()
            // The allocator gives memory back at once, so that what is resident is what is used.
            .env("MIMALLOC_PURGE_DELAY", "0")
            // And reserves little at once: a reserve of 1 GiB, its habit, would stand outside of the limit on memory.
            .env("MIMALLOC_ARENA_RESERVE", "64MiB")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A key stroke that ends the server does not end a worker in the middle of a request.
            .process_group(0)
            .kill_on_drop(true);
        let unavailable = |reason: &dyn std::fmt::Display| RunFault::Unavailable(reason.to_string());
        let mut child = command.spawn().map_err(|error| unavailable(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unavailable(&"it has no pipes"));
        };
        let mut process = Self {
            child,
            input,
            output: BufReader::with_capacity(64 * 1024, output),
            slots: Slots::new(config.compiled),
        };
        match timeout(START, process.read()).await {
            Ok(Ok(FromWorker::Ready)) => Ok(process),
            Ok(Ok(FromWorker::Refused(reason))) => Err(unavailable(&reason)),
            Ok(_) => Err(unavailable(&"it ended before it was ready")),
            Err(_) => Err(unavailable(&"it was not ready in time")),
        }
    }

    /// Whether it has not ended meanwhile.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Runs jobs and appends their results. An error belongs to the job after the last result; the process is of no use
    /// then.
    pub(super) async fn run(
        &mut self,
        jobs: &[Job],
        inputs: &Inputs,
        host: &dyn Host,
        results: &mut Vec<Result<Ran, RunFault>>,
    ) -> Result<(), RunFault> {
        self.slots.begin();
        let named = jobs.iter().map(|job| WireJob {
            program: self.slots.program(&job.expression),
            name: job.name.as_str().into(),
            limits: (job.limits != Limits::EXPRESSION).then_some(job.limits),
        });
        let message = ToWorker::Run {
            jobs: named.collect(),
            inputs: Box::new(Cow::Borrowed(inputs)),
        };
        let Some(frame) = encode(&message).ok() else {
            return Err(RunFault::Unavailable("the data of the request is too large".to_owned()));
        };
        let mut frame = Some(frame);
        for job in jobs {
            let wall = Duration::from_millis(job.limits.wall_millis);
            match timeout(wall, self.next(frame.take(), host, job.limits)).await {
                Ok(Ok(result)) => results.push(result),
                Ok(Err(Stopped::Broken)) => return Err(self.reason(job.limits).await),
                Ok(Err(Stopped::Silent)) => return Err(RunFault::Timeout(job.limits.run_millis)),
                Err(_) => return Err(RunFault::Timeout(job.limits.wall_millis)),
            }
        }
        Ok(())
    }

    /// Waits for the next result, and answers what the expression asks for.
    async fn next(
        &mut self,
        frame: Option<Vec<u8>>,
        host: &dyn Host,
        limits: Limits,
    ) -> Result<Result<Ran, RunFault>, Stopped> {
        let most = Duration::from_millis(limits.run_millis).saturating_add(SILENCE);
        if let Some(frame) = frame {
            self.write(&frame).await?;
        }
        let mut calls = 0;
        loop {
            match timeout(most, self.read()).await.map_err(|_| Stopped::Silent)?? {
                FromWorker::Ran(result) => return Ok(result),
                FromWorker::Call(call) => {
                    // The worker counts too; this is for one that does not keep its limits any more.
                    calls += 1;
                    if calls > limits.host_calls {
                        return Err(Stopped::Broken);
                    }
                    let reply = answer(host, call, &mut self.slots).await;
                    let frame = encode(&ToWorker::Reply(reply)).or_else(|_| {
                        let refusal = Err("the answer of the server is too large".to_owned());
                        encode(&ToWorker::Reply(refusal))
                    });
                    self.write(&frame.map_err(|_| Stopped::Broken)?).await?;
                }
                _ => return Err(Stopped::Broken),
            }
        }
    }

    /// Asks whether a source is an expression.
    pub(super) async fn check(&mut self, kind: Kind, source: &str) -> Result<Result<(), SyntaxFault>, RunFault> {
        let message = ToWorker::Check {
            kind,
            source: source.into(),
        };
        let asked = async {
            self.send(&message).await?;
            self.read().await
        };
        match timeout(CHECK, asked).await {
            Ok(Ok(FromWorker::Checked(checked))) => Ok(checked),
            Ok(_) => Err(self.reason(Limits::EXPRESSION).await),
            Err(_) => Err(RunFault::Timeout(u64::try_from(CHECK.as_millis()).unwrap_or(u64::MAX))),
        }
    }

    /// Why the worker ended: Rust ends a process whose memory ran out, and says so on the standard error stream.
    async fn reason(&mut self, limits: Limits) -> RunFault {
        let Some(mut errors) = self.child.stderr.take() else {
            return RunFault::WorkerLost;
        };
        let mut said = Vec::new();
        let read = timeout(
            Duration::from_millis(500),
            (&mut errors).take(4_096).read_to_end(&mut said),
        )
        .await;
        match read {
            Ok(Ok(_)) if String::from_utf8_lossy(&said).contains("memory allocation of") => {
                RunFault::Memory(limits.memory_bytes)
            }
            _ => RunFault::WorkerLost,
        }
    }

    async fn send(&mut self, message: &impl Serialize) -> Result<(), Broken> {
        let frame = encode(message).map_err(|_| Broken)?;
        self.write(&frame).await
    }

    async fn write(&mut self, frame: &[u8]) -> Result<(), Broken> {
        self.input.write_all(frame).await.map_err(|_| Broken)
    }

    async fn read(&mut self) -> Result<FromWorker, Broken> {
        let length = self.output.read_u32().await.map_err(|_| Broken)?;
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= MOST)
            .ok_or(Broken)?;
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).await.map_err(|_| Broken)?;
        serde_json::from_slice(&body).map_err(|_| Broken)
    }
}

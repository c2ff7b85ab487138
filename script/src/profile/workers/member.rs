//! One worker process of scripts: how it is started, who has a place in it, and when it is given up.

use std::collections::HashMap;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Notify, mpsc};
use tokio::time::{interval, timeout};

use super::super::wire::{FromWorker, ToWorker, VARIABLE};
use super::{ScriptFault, ScriptWorkersConfig};
use crate::frame::{MOST, encode};

/// How long a worker takes to start at most.
const START: Duration = Duration::from_secs(10);

/// How often a worker with cancelled runs is looked at, and after how many looks it is killed for not having ended them.
const LOOK: Duration = Duration::from_secs(1);
const LOOKS: u32 = 5;

/// A worker process that carries runs.
#[derive(Debug)]
pub(super) struct Member {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    shared: Arc<Shared>,
    most: usize,
}

/// What the server's side of the pipe and those who wait share.
#[derive(Debug, Default)]
struct Shared {
    runs: Mutex<HashMap<u64, mpsc::UnboundedSender<FromWorker>>>,
    /// Cancelled runs that the worker has not ended yet, with how often it was found so.
    cancelled: Mutex<HashMap<u64, u32>>,
    load: AtomicUsize,
    /// It takes no new runs.
    retired: AtomicBool,
    /// It has not ended a cancelled run for a while.
    slow: AtomicBool,
    attention: Notify,
}

/// A place in a worker, under the number of a run. Dropping it cancels what still runs.
#[derive(Debug)]
pub(super) struct Place {
    member: Arc<Member>,
    run: u64,
    incoming: mpsc::UnboundedReceiver<FromWorker>,
    under_way: bool,
}

impl Member {
    /// Starts a worker and waits until it has tried its limits out.
    pub(super) async fn start(config: &ScriptWorkersConfig) -> Result<Self, ScriptFault> {
        let mut command = Command::new(&config.program);
        command
            .args(&config.arguments)
            .env_clear()
            .env(VARIABLE.0, VARIABLE.1)
            // The allocator reserves little at once: a reserve of 1 GiB, its habit, would not fit into the limit on memory.
            .env("MIMALLOC_ARENA_RESERVE", "64MiB")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A key stroke that ends the server does not end a worker in the middle of a login.
            .process_group(0)
            .kill_on_drop(true);
        let unavailable = |reason: &dyn std::fmt::Display| ScriptFault::Unavailable(reason.to_string());
        let mut child = command.spawn().map_err(|error| unavailable(&error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(unavailable(&"it has no pipes"));
        };
        let mut output = BufReader::with_capacity(64 * 1024, output);
        match timeout(START, read(&mut output)).await {
            Ok(Some(FromWorker::Ready)) => {}
            Ok(Some(FromWorker::Refused(reason))) => return Err(unavailable(&reason)),
            Ok(_) => return Err(unavailable(&"it ended before it was ready")),
            Err(_) => return Err(unavailable(&"it was not ready in time")),
        }
        let (outgoing, frames) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        tokio::spawn(write(input, frames));
        tokio::spawn(Arc::clone(&shared).listen(child, output));
        Ok(Self {
            outgoing,
            shared,
            most: config.runs.max(1),
        })
    }

    /// A place for a run, unless there are as many as the worker carries.
    pub(super) fn place(self: &Arc<Self>, run: u64) -> Option<Place> {
        let taken = self
            .shared
            .load
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
                (now < self.most).then_some(now + 1)
            });
        taken.ok()?;
        let (sender, incoming) = mpsc::unbounded_channel();
        self.shared.runs().insert(run, sender);
        Some(Place {
            member: Arc::clone(self),
            run,
            incoming,
            under_way: false,
        })
    }

    /// Whether new runs may go to it.
    pub(super) fn serves(&self) -> bool {
        !self.shared.retired.load(Ordering::Relaxed) && !self.outgoing.is_closed()
    }

    /// Whether it does not answer at the moment.
    pub(super) fn is_slow(&self) -> bool {
        self.shared.slow.load(Ordering::Relaxed)
    }

    /// How many runs it carries.
    pub(super) fn load(&self) -> usize {
        self.shared.load.load(Ordering::Relaxed)
    }
}

impl Place {
    /// The number of the run.
    pub(super) const fn run(&self) -> u64 {
        self.run
    }

    /// Sends a message about the run.
    pub(super) fn send(&mut self, message: &ToWorker<'_>) -> Result<(), ScriptFault> {
        let frame = encode(message).map_err(|_| ScriptFault::InputsTooLarge)?;
        self.send_frame(frame)
    }

    /// Sends a message that is a frame already.
    pub(super) fn send_frame(&mut self, frame: Vec<u8>) -> Result<(), ScriptFault> {
        self.under_way = true;
        self.member.outgoing.send(frame).map_err(|_| ScriptFault::WorkerLost)
    }

    /// The next message about the run; `None` when the worker is gone.
    pub(super) async fn next(&mut self) -> Option<FromWorker> {
        let said = self.incoming.recv().await;
        if matches!(said, None | Some(FromWorker::Done { .. } | FromWorker::Checked { .. })) {
            self.under_way = false;
        }
        said
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let shared = &self.member.shared;
        shared.load.fetch_sub(1, Ordering::Relaxed);
        let known = shared.runs().remove(&self.run).is_some();
        if !self.under_way || !known {
            return;
        }
        shared.cancelled().insert(self.run, 0);
        shared.attention.notify_one();
        if let Ok(frame) = encode(&ToWorker::Cancel { run: self.run }) {
            // A worker that is gone has ended the run too.
            let _ = self.member.outgoing.send(frame);
        }
    }
}

impl Shared {
    /// Hands messages to those who wait for them, until the worker ends or is given up.
    async fn listen(self: Arc<Self>, child: Child, mut output: BufReader<ChildStdout>) {
        let mut looks = interval(LOOK);
        'frames: loop {
            let reading = read(&mut output);
            tokio::pin!(reading);
            loop {
                let waits = !self.cancelled().is_empty();
                tokio::select! {
                    said = &mut reading => {
                        if said.is_some_and(|said| self.hand_over(said)) {
                            continue 'frames;
                        }
                        break 'frames;
                    }
                    () = self.attention.notified() => looks.reset(),
                    _ = looks.tick(), if waits => if self.look() { break 'frames },
                }
            }
        }
        self.retired.store(true, Ordering::Relaxed);
        // Those who wait see the end of their channel.
        self.runs().clear();
        // Kills it, if it lives.
        drop(child);
    }

    /// Whether the worker goes on.
    fn hand_over(&self, said: FromWorker) -> bool {
        let run = match &said {
            FromWorker::Call { run, .. } | FromWorker::Sleep { run, .. } | FromWorker::Stuck { run } => *run,
            FromWorker::Done { run, .. } | FromWorker::Checked { run, .. } | FromWorker::Ended { run } => {
                let ended = *run;
                if self.cancelled().remove(&ended).is_some() {
                    self.slow.store(false, Ordering::Relaxed);
                }
                if let Some(waiting) = self.runs().remove(&ended) {
                    // Nobody may be waiting any more.
                    let _ = waiting.send(said);
                }
                return true;
            }
            FromWorker::Retire => {
                self.retired.store(true, Ordering::Relaxed);
                return true;
            }
            FromWorker::Ready | FromWorker::Refused(_) => return false,
        };
        let goes_on = !matches!(said, FromWorker::Stuck { .. });
        if let Some(waiting) = self.runs().get(&run) {
            let _ = waiting.send(said);
        }
        goes_on
    }

    /// Looks at what was cancelled and has not ended. Whether the worker is to be killed for it.
    fn look(&self) -> bool {
        let mut cancelled = self.cancelled();
        let mut longest = 0;
        for looks in cancelled.values_mut() {
            *looks += 1;
            longest = longest.max(*looks);
        }
        self.slow.store(longest > 0, Ordering::Relaxed);
        longest >= LOOKS
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<u64, mpsc::UnboundedSender<FromWorker>>> {
        // Nothing panics while it holds the lock, and every change of a map is one call.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancelled(&self) -> MutexGuard<'_, HashMap<u64, u32>> {
        self.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes frames until nobody sends any; then the worker sees the end of its input.
async fn write(mut input: ChildStdin, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if input.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Reads a frame; `None` is the end of the pipe, and what is no frame.
async fn read(output: &mut BufReader<ChildStdout>) -> Option<FromWorker> {
    let length = output.read_u32().await.ok()?;
    let length = usize::try_from(length).ok().filter(|length| *length <= MOST)?;
    let mut body = vec![0; length];
    output.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

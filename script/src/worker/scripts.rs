//! A worker of profile scripts: many runs in one process, each in the middle of something.
//!
//! A few threads take turns at reading the pipe. Whoever has read a message lets the next one read, and then computes what
//! the message is about: a new run, or one that goes on because its answer has come. So a script that computes for long
//! holds up one thread, and one that waits holds up none. A run is in one thread at a time; what comes for it meanwhile
//! waits with it.

use std::collections::{HashMap, VecDeque};
use std::io::{BufReader, Stdin, Stdout, Write as _, stdin, stdout};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;

use super::harden::{self, Kind};
use super::scripts_trial;
use crate::frame::{FrameError, encode, read_frame};
use crate::javascript::{Asked, Budget, Pieces, Run, Slice, check, monotonic_millis};
use crate::outcome::SyntaxFault;
use crate::profile::wire::{FromWorker, ToWorker};
use crate::profile::{ScriptFault, ScriptLimits, ScriptTrial};

/// How many scripts compute at once.
const THREADS: usize = 4;

/// How many runtimes stand ready for runs to come.
const SPARE: usize = 4;

/// The stack of each thread: the stack of a script as often as there are files of ours whose evaluation begins a new one.
const STACK: usize = 24 * 1024 * 1024;

/// How often the watch looks at the threads, and how much longer than its budget a slice may take by the clock on the wall:
/// the processor may have other things to do. Beyond that it is in one step of the interpreter that does not end.
const WATCH: Duration = Duration::from_millis(250);
const PATIENCE: u64 = 3_000;

/// What the threads share.
struct Worker {
    input: Mutex<BufReader<Stdin>>,
    output: Mutex<Stdout>,
    runs: Mutex<HashMap<u64, Arc<Slot>>>,
    spare: Mutex<Vec<Run>>,
    watched: [Watched; THREADS],
    retired: AtomicBool,
}

/// What a thread computes, for the watch: the run, and until when it may take. Zero is nothing.
#[derive(Default)]
struct Watched {
    run: AtomicU64,
    until: AtomicU64,
}

/// A thread: its number, and what every run in it stands on.
struct Thread {
    number: usize,
    pieces: Pieces,
}

/// A run that has begun or is about to.
struct Slot {
    number: u64,
    limits: ScriptLimits,
    budget: Arc<Budget>,
    cancelled: AtomicBool,
    inbox: Mutex<Inbox>,
    run: Mutex<Option<Run>>,
}

#[derive(Default)]
struct Inbox {
    events: VecDeque<Event>,
    /// A thread works on it.
    taken: bool,
}

/// What a run goes on with.
enum Event {
    Begin { source: String, inputs: Box<RawValue> },
    Reply(u32, Box<RawValue>),
    Tick(u32),
    Cancelled,
}

/// Serves the server at the other end of the standard streams until they close.
pub(super) fn main() -> ExitCode {
    let worker = Arc::new(Worker {
        input: Mutex::new(BufReader::with_capacity(64 * 1024, stdin())),
        output: Mutex::new(stdout()),
        runs: Mutex::default(),
        spare: Mutex::default(),
        watched: Default::default(),
        retired: AtomicBool::new(false),
    });
    match prepare(&worker) {
        Ok(()) => worker.watch(),
        Err(reason) => {
            worker.say(&[FromWorker::Refused(reason)]);
            ExitCode::FAILURE
        }
    }
}

/// Threads first, for afterwards there can be none; then everything else is taken away, and tried out.
fn prepare(worker: &Arc<Worker>) -> Result<(), String> {
    harden::give_up_privileges()?;
    let mut starts = Vec::new();
    for number in 0..THREADS {
        let (start, started) = sync_channel::<Pieces>(1);
        let worker = Arc::clone(worker);
        std::thread::Builder::new()
            .name(format!("scripts {number}"))
            .stack_size(STACK)
            .spawn(move || worker.serve(number, &started))
            .map_err(|error| format!("a thread could not be started: {error}"))?;
        starts.push(start);
    }
    harden::harden(Kind::Scripts)?;
    let pieces = Pieces::compile()?;
    scripts_trial::try_out(pieces)?;
    for _ in 0..SPARE {
        worker.prepare(pieces);
    }
    worker.say(&[FromWorker::Ready]);
    for start in starts {
        // Only a thread that is gone does not listen.
        let _ = start.send(pieces);
    }
    Ok(())
}

impl Worker {
    /// What a thread does: it reads a message, and then works on it.
    fn serve(&self, number: usize, started: &Receiver<Pieces>) {
        let Ok(pieces) = started.recv() else { return };
        let thread = Thread { number, pieces };
        loop {
            let message = {
                let mut input = lock(&self.input);
                read_frame::<ToWorker<'static>>(&mut *input)
            };
            match message {
                Ok(message) => self.take(&thread, message),
                // The server is gone, and with it everybody who waits.
                Err(FrameError::Closed) => std::process::exit(0),
                Err(_) => std::process::exit(1),
            }
        }
    }

    fn take(&self, thread: &Thread, message: ToWorker<'static>) {
        let (run, event) = match message {
            ToWorker::Check { run, source } => return self.check(thread, run, &source),
            ToWorker::Run {
                run,
                source,
                inputs,
                limits,
            } => {
                let limits = limits.unwrap_or_default();
                match self.runtime(thread) {
                    Ok(fresh) => lock(&self.runs).insert(run, Arc::new(Slot::new(run, limits, fresh))),
                    Err(fault) => {
                        let trial = ScriptTrial::failed(fault);
                        return self.say(&[FromWorker::Done { run, trial }]);
                    }
                };
                let (source, inputs) = (source.into_owned(), inputs.into_owned());
                (run, Event::Begin { source, inputs })
            }
            ToWorker::Reply { run, call, reply } => (run, Event::Reply(call, reply.into_owned())),
            ToWorker::Tick { run, call } => (run, Event::Tick(call)),
            ToWorker::Cancel { run } => (run, Event::Cancelled),
        };
        let found = lock(&self.runs).get(&run).cloned();
        let cancelled = matches!(event, Event::Cancelled);
        match found {
            Some(slot) => {
                if cancelled {
                    slot.cancelled.store(true, Ordering::Relaxed);
                    slot.budget.stop();
                }
                let mut inbox = lock(&slot.inbox);
                inbox.events.push_back(event);
                let taken = std::mem::replace(&mut inbox.taken, true);
                drop(inbox);
                if !taken {
                    self.work(thread, &slot);
                }
            }
            None if cancelled => self.say(&[FromWorker::Ended { run }]),
            // An answer that comes after the end.
            None => {}
        }
    }

    fn check(&self, thread: &Thread, run: u64, source: &str) {
        let checked = match self.runtime(thread) {
            Ok(fresh) => {
                self.watch_over(thread, run, ScriptLimits::LOGIN.cpu_millis);
                let checked = check(&fresh, source);
                self.watch_over(thread, 0, 0);
                checked
            }
            Err(fault) => Err(SyntaxFault {
                line: 1,
                column: 1,
                message: fault.to_string(),
                suggestion: None,
            }),
        };
        self.say(&[FromWorker::Checked { run, checked }]);
    }

    /// A fresh runtime: one that stands ready, or a new one.
    fn runtime(&self, thread: &Thread) -> Result<Run, ScriptFault> {
        let ready = lock(&self.spare).pop();
        ready.map_or_else(|| Run::new(thread.pieces), Ok)
    }

    /// Makes a runtime ready for a run to come, unless there are enough.
    fn prepare(&self, pieces: Pieces) {
        if lock(&self.spare).len() < SPARE
            && let Ok(fresh) = Run::new(pieces)
        {
            lock(&self.spare).push(fresh);
        }
    }

    /// Goes on with a run until nothing is left that it could go on with.
    fn work(&self, thread: &Thread, slot: &Slot) {
        loop {
            let mut inbox = lock(&slot.inbox);
            let Some(event) = inbox.events.pop_front() else {
                inbox.taken = false;
                return;
            };
            drop(inbox);
            self.watch_over(thread, slot.number, slot.limits.cpu_millis);
            let slice = slot.go_on(event);
            self.watch_over(thread, 0, 0);
            let cancelled = slot.cancelled.load(Ordering::Relaxed);
            match slice {
                Slice::Waits(asked) if !cancelled => self.ask(slot.number, asked),
                slice => {
                    lock(&self.runs).remove(&slot.number);
                    self.end(slot, slice, cancelled);
                    // Nobody waits for this thread now, and the next run will not have to wait for what it makes.
                    self.prepare(thread.pieces);
                    return;
                }
            }
        }
    }

    fn ask(&self, run: u64, asked: Vec<Asked>) {
        let messages: Vec<_> = asked
            .into_iter()
            .map(|asked| match asked {
                Asked::Call(call, http) => FromWorker::Call { run, call, http },
                Asked::Sleep(call, millis) => FromWorker::Sleep { run, call, millis },
            })
            .collect();
        self.say(&messages);
    }

    fn end(&self, slot: &Slot, slice: Slice, cancelled: bool) {
        let run = slot.number;
        let over = lock(&slot.run).take();
        let out_of_memory = matches!(&slice, Slice::Done(trial) if matches!(trial.result, Err(ScriptFault::Memory(_))));
        let done = match slice {
            Slice::Done(trial) if !cancelled => FromWorker::Done { run, trial },
            _ => FromWorker::Ended { run },
        };
        if out_of_memory {
            if let Some(over) = over {
                over.abandon();
            }
            if self.retired.swap(true, Ordering::Relaxed) {
                self.say(&[done]);
            } else {
                self.say(&[FromWorker::Retire, done]);
            }
        } else {
            // The answer is on its way before the runtime is taken down.
            self.say(&[done]);
            drop(over);
        }
    }

    /// Sends messages in one go. One that does not fit is the end of its run.
    fn say(&self, messages: &[FromWorker]) {
        let mut frames = Vec::new();
        for message in messages {
            match encode(message) {
                Ok(frame) => frames.extend(frame),
                Err(_) => {
                    let fault = ScriptFault::ResultTooLarge(ScriptLimits::LOGIN.result_bytes);
                    if let FromWorker::Call { run, .. } | FromWorker::Done { run, .. } = message {
                        lock(&self.runs).remove(run);
                        let trial = ScriptTrial::failed(fault);
                        frames.extend(encode(&FromWorker::Done { run: *run, trial }).unwrap_or_default());
                    }
                }
            }
        }
        if frames.is_empty() {
            return;
        }
        let mut output = lock(&self.output);
        if output.write_all(&frames).and_then(|()| output.flush()).is_err() {
            std::process::exit(1);
        }
    }

    fn watch_over(&self, thread: &Thread, run: u64, cpu_millis: u64) {
        if let Some(watched) = self.watched.get(thread.number) {
            let until = monotonic_millis() + cpu_millis.saturating_mul(3) + PATIENCE;
            watched.run.store(0, Ordering::Release);
            watched.until.store(until, Ordering::Release);
            watched.run.store(run, Ordering::Release);
        }
    }

    /// Ends the process when a thread does not come back.
    fn watch(&self) -> ExitCode {
        loop {
            std::thread::sleep(WATCH);
            let now = monotonic_millis();
            for watched in &self.watched {
                let run = watched.run.load(Ordering::Acquire);
                if run != 0 && watched.until.load(Ordering::Acquire) < now && watched.run.load(Ordering::Acquire) == run
                {
                    self.say(&[FromWorker::Stuck { run }]);
                    std::process::exit(1);
                }
            }
        }
    }
}

impl Slot {
    fn new(number: u64, limits: ScriptLimits, fresh: Run) -> Self {
        Self {
            number,
            limits,
            budget: fresh.budget(),
            cancelled: AtomicBool::new(false),
            inbox: Mutex::default(),
            run: Mutex::new(Some(fresh)),
        }
    }

    fn go_on(&self, event: Event) -> Slice {
        match (event, lock(&self.run).as_ref()) {
            (Event::Begin { source, inputs }, Some(run)) => run.begin(&source, inputs.get(), self.limits),
            (Event::Reply(call, reply), Some(run)) => run.reply(call, reply.get()),
            (Event::Tick(call), Some(run)) => run.tick(call),
            _ => Slice::Done(ScriptTrial::failed(ScriptFault::WorkerLost)),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

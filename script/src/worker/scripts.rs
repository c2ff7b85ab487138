//! A worker of profile scripts: many runs in one process, each in the middle of something.
//!
//! One thread reads the pipe, always. Where another one is idle, the reader leaves the pipe to it and computes what it has
//! read about itself, a new run or one that goes on because its answer has come: so a message costs no change of threads.
//! Where none is idle, it puts the run into a queue, in which scripts take turns, and reads on. So nobody's computing keeps
//! messages from being read, and no script takes all threads (`crew`, `ready`). What computes for longer than a moment takes turns at
//! the processor with others of its kind (`javascript::Turns`), so that long runs do not slow short ones down. A run is in one
//! thread at a time; what comes for it meanwhile waits with it (`slot`).

mod crew;
mod ready;
mod slot;
mod stock;
mod watch;

use std::collections::HashMap;
use std::io::{BufReader, Stdin, Stdout, Write as _, stdin, stdout};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::harden::{self, Kind};
use super::scripts_trial;
use crate::frame::{FrameError, encode, read_frame};
use crate::javascript::{Asked, Pieces, Run, Slice, Turns, monotonic_millis};
use crate::profile::wire::{FromWorker, ToWorker, refused};
use crate::profile::{ScriptFault, ScriptLimits, ScriptTrial};
use crate::resident::Resident;
use crew::Crew;
use slot::{Event, Slot};
use stock::Stock;
use watch::Watch;

/// How many threads there are: one reads, the others compute.
const THREADS: usize = 16;

/// How many runs compute for longer than a moment at a time.
const TURNS: usize = 2;

/// The stack of each thread: the stack of a script as often as there are files of ours whose evaluation begins a new one.
const STACK: usize = 24 * 1024 * 1024;

/// All stacks, in bytes.
pub(super) const STACKS: u64 = (THREADS * STACK) as u64;

/// How often the watch looks at the threads.
const WATCH: Duration = Duration::from_millis(250);

/// What may wait for threads, all runs together, in bytes.
const WAITING: usize = 128 * 1024 * 1024;

/// How much the process may hold before runs that hold much themselves are ended when they wait, in bytes, and what is much. What
/// the worker may have at most (`harden`) has room beside it for what computes at that moment, for messages, and for what is left.
const FULL: usize = 400 * 1024 * 1024;
const MUCH: usize = 2 * 1024 * 1024;

/// What the threads share.
struct Worker {
    input: Mutex<BufReader<Stdin>>,
    output: Mutex<Stdout>,
    runs: Mutex<HashMap<u64, Arc<Slot>>>,
    crew: Crew<Arc<Slot>>,
    /// What waits for threads, in bytes.
    waiting: Arc<AtomicUsize>,
    stock: Stock,
    watch: Watch,
    resident: Resident,
}

/// A thread: its number, and what every run in it stands on.
struct Thread {
    number: usize,
    pieces: Pieces,
}

/// Serves the server at the other end of the standard streams until they close.
pub(super) fn main() -> ExitCode {
    let resident = match Resident::open() {
        Ok(resident) => resident,
        Err(error) => {
            let reason = format!("the memory of the process can not be read: {error}");
            let refused = FromWorker::Refused(reason);
            // The server may be gone; then nobody needs the reason.
            let _ = stdout().write_all(&encode(&refused).unwrap_or_default());
            return ExitCode::FAILURE;
        }
    };
    let turns = Arc::new(Turns::new(TURNS));
    let worker = Arc::new(Worker {
        input: Mutex::new(BufReader::with_capacity(64 * 1024, stdin())),
        output: Mutex::new(stdout()),
        runs: Mutex::default(),
        crew: Crew::new(THREADS),
        waiting: Arc::default(),
        stock: Stock::new(Arc::clone(&turns)),
        watch: Watch::new(THREADS),
        resident,
    });
    match prepare(&worker, &turns) {
        Ok(()) => worker.watch(),
        Err(reason) => {
            worker.say(&[FromWorker::Refused(reason)]);
            ExitCode::FAILURE
        }
    }
}

/// Threads first, for afterwards there can be none; then everything else is taken away, and tried out.
fn prepare(worker: &Arc<Worker>, turns: &Arc<Turns>) -> Result<(), String> {
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
    scripts_trial::try_out(pieces, turns)?;
    worker.stock.fill(pieces);
    worker.say(&[FromWorker::Ready]);
    for start in starts {
        // Only a thread that is gone does not listen.
        let _ = start.send(pieces);
    }
    Ok(())
}

impl Worker {
    /// What a thread does: it reads or computes, whichever is called for.
    fn serve(&self, number: usize, started: &Receiver<Pieces>) {
        let Ok(pieces) = started.recv() else { return };
        let thread = Thread { number, pieces };
        let mut done = None;
        loop {
            let slot = self.crew.next(done).unwrap_or_else(|| self.read());
            self.work(&thread, &slot);
            done = Some(slot.script);
        }
    }

    /// Reads until there is a run to compute and somebody else to read.
    fn read(&self) -> Arc<Slot> {
        let mut input = lock(&self.input);
        loop {
            let slot = match read_frame::<ToWorker<'static>>(&mut *input) {
                Ok(message) => self.sort(message),
                // The server is gone, and with it everybody who waits.
                Err(FrameError::Closed) => std::process::exit(0),
                Err(_) => std::process::exit(1),
            };
            if let Some(slot) = slot
                && let Some(slot) = self.crew.found(slot.script, slot)
            {
                return slot;
            }
        }
    }

    /// Lays a message where it belongs. A run that is ready because of it is to be put into the queue.
    fn sort(&self, message: ToWorker<'static>) -> Option<Arc<Slot>> {
        let (run, event) = match message {
            ToWorker::Check { run, script, source } => {
                let source = source.into_owned();
                let slot = Slot::new(run, script, ScriptLimits::LOGIN, &self.waiting);
                return self.open(slot, Event::Check { source });
            }
            ToWorker::Run {
                run,
                script,
                source,
                inputs,
                limits,
            } => {
                let (source, inputs) = (source.into_owned(), inputs.into_owned());
                let slot = Slot::new(run, script, limits.unwrap_or_default(), &self.waiting);
                return self.open(slot, Event::Begin { source, inputs });
            }
            ToWorker::Reply { run, call, reply } => (run, Event::Reply(call, reply.into_owned())),
            ToWorker::Tick { run, call } => (run, Event::Tick(call)),
            ToWorker::Cancel { run } => return self.cancel(run),
        };
        // Without a run it is an answer that comes after the end.
        let slot = lock(&self.runs).get(&run).cloned()?;
        let event = match event {
            Event::Reply(call, reply) if self.is_full(reply.get().len()) => {
                let short = refused("too many answers wait for scripts at the moment", "ENOBUFS");
                Event::Reply(call, short.unwrap_or(reply))
            }
            event => event,
        };
        slot.put(event).then_some(slot)
    }

    /// Takes a run in, where there is room for what it begins with.
    fn open(&self, slot: Slot, event: Event) -> Option<Arc<Slot>> {
        if self.is_full(event.bytes()) {
            let (run, trial) = (slot.number, ScriptTrial::failed(ScriptFault::Busy));
            self.say(&[FromWorker::Done { run, trial }]);
            return None;
        }
        let slot = Arc::new(slot);
        lock(&self.runs).insert(slot.number, Arc::clone(&slot));
        slot.put(event).then_some(slot)
    }

    fn is_full(&self, bytes: usize) -> bool {
        self.waiting.load(Ordering::Relaxed).saturating_add(bytes) > WAITING
    }

    /// Ends a run that nobody waits for, unless the thread that works on it does.
    fn cancel(&self, run: u64) -> Option<Arc<Slot>> {
        let slot = lock(&self.runs).get(&run).cloned();
        let Some(slot) = slot else {
            self.say(&[FromWorker::Ended { run }]);
            return None;
        };
        let rests = slot.cancel()?;
        lock(&self.runs).remove(&run);
        self.say(&[FromWorker::Ended { run }]);
        // What it stands on is taken down by a thread that computes.
        rests.then_some(slot)
    }

    /// Goes on with a run until nothing is left that it could go on with.
    fn work(&self, thread: &Thread, slot: &Slot) {
        if !slot.start() {
            return;
        }
        let mut done = 0;
        while let Some(event) = slot.next(done) {
            done = event.bytes();
            let slice = self.compute(thread, slot, &event);
            drop(event);
            let cancelled = slot.is_cancelled();
            match slice {
                Slice::Waits(asked) if !cancelled && !self.is_too_heavy(slot) => self.ask(slot.number, asked),
                Slice::Waits(_) if !cancelled => {
                    self.end(slot, Slice::Done(ScriptTrial::failed(ScriptFault::Busy)), false);
                    return;
                }
                slice => {
                    self.end(slot, slice, cancelled);
                    // Nobody waits for this thread now, and the next run will not have to wait for what it makes.
                    self.stock.prepare(thread.pieces);
                    return;
                }
            }
        }
    }

    /// Whether a run that is about to wait holds more than can be kept for it. Were it kept, memory would run out for all.
    fn is_too_heavy(&self, slot: &Slot) -> bool {
        self.resident.bytes().is_some_and(|bytes| bytes > FULL) && slot.memory() > MUCH
    }

    fn compute(&self, thread: &Thread, slot: &Slot, event: &Event) -> Slice {
        if slot.budget().is_none() {
            match self.stock.take(thread.pieces) {
                Ok(fresh) => slot.furnish(fresh),
                Err(fault) => return Slice::Done(ScriptTrial::failed(fault)),
            }
        }
        let run = slot.budget().map(|budget| (slot.number, budget));
        self.watch.set(thread.number, run);
        let slice = slot.go_on(event);
        self.watch.set(thread.number, None);
        slice
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
        lock(&self.runs).remove(&run);
        let over = slot.end();
        let is_left = over.as_ref().is_some_and(Run::may_be_damaged);
        let done = match slice {
            Slice::Done(trial) if !cancelled => FromWorker::Done { run, trial },
            Slice::Checked(checked) if !cancelled => FromWorker::Checked { run, checked },
            _ => FromWorker::Ended { run },
        };
        // The answer is on its way before the runtime is taken down.
        if is_left && self.stock.leave(slot.limits.memory_bytes) {
            self.say(&[FromWorker::Retire, done]);
        } else {
            self.say(&[done]);
        }
        match over {
            Some(over) if is_left => over.abandon(),
            over => drop(over),
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

    /// Ends the process when a thread does not come back.
    fn watch(&self) -> ExitCode {
        loop {
            std::thread::sleep(WATCH);
            if let Some(run) = self.watch.stuck(monotonic_millis()) {
                self.say(&[FromWorker::Stuck { run }]);
                std::process::exit(1);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

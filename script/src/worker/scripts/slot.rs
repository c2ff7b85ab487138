//! A run in its worker: what has come for it, and who works on it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::value::RawValue;

use super::lock;
use crate::javascript::{Budget, Run, Slice};
use crate::profile::wire::refused;
use crate::profile::{ScriptFault, ScriptLimits, ScriptTrial};

/// A run that has begun or is about to.
pub(super) struct Slot {
    pub(super) number: u64,
    pub(super) script: u64,
    pub(super) limits: ScriptLimits,
    /// What waits for threads, all runs of the worker together, in bytes.
    waiting: Arc<AtomicUsize>,
    cancelled: AtomicBool,
    budget: OnceLock<Arc<Budget>>,
    inbox: Mutex<Inbox>,
    run: Mutex<Option<Run>>,
}

#[derive(Default)]
struct Inbox {
    events: VecDeque<Event>,
    /// What is in `events` and what is worked on, in bytes.
    bytes: usize,
    at: At,
}

/// Where a run is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// It waits for an answer.
    #[default]
    Rest,
    /// It waits for a thread.
    Queue,
    /// A thread works on it.
    Work,
    /// It has ended; what is left of it is taken down by a thread.
    Over,
}

/// What a run goes on with.
pub(super) enum Event {
    Begin { source: String, inputs: Box<RawValue> },
    Check { source: String },
    Reply(u32, Box<RawValue>),
    Tick(u32),
    Cancelled,
}

impl Event {
    /// What it holds, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Begin { source, inputs } => source.len() + inputs.get().len(),
            Self::Check { source } => source.len(),
            Self::Reply(_, reply) => reply.get().len(),
            Self::Tick(_) | Self::Cancelled => 0,
        }
    }
}

impl Slot {
    /// A run that nothing has come for yet. `waiting`: what waits for threads, all runs together, in bytes.
    pub(super) fn new(number: u64, script: u64, limits: ScriptLimits, waiting: &Arc<AtomicUsize>) -> Self {
        Self {
            number,
            script,
            limits,
            waiting: Arc::clone(waiting),
            cancelled: AtomicBool::new(false),
            budget: OnceLock::new(),
            inbox: Mutex::default(),
            run: Mutex::default(),
        }
    }

    /// Takes an event in. Whether a thread has to be found for it. Answers that a script leaves unread may be as large together
    /// as half of the memory that it may have: one more becomes an error that it can read.
    pub(super) fn put(&self, mut event: Event) -> bool {
        let mut inbox = lock(&self.inbox);
        if inbox.at == At::Over {
            return false;
        }
        let most = self.limits.memory_bytes / 2;
        if let Event::Reply(_, reply) = &mut event
            && inbox.bytes > 0
            && inbox.bytes.saturating_add(reply.get().len()) > most
            && let Ok(short) = refused(
                &format!("the answers to the script have more than {most} bytes"),
                "EMSGSIZE",
            )
        {
            *reply = short;
        }
        self.waiting.fetch_add(event.bytes(), Ordering::Relaxed);
        inbox.bytes += event.bytes();
        inbox.events.push_back(event);
        let rests = inbox.at == At::Rest;
        if rests {
            inbox.at = At::Queue;
        }
        rests
    }

    /// A thread begins to work on it. Whether there is anything to do.
    pub(super) fn start(&self) -> bool {
        let mut inbox = lock(&self.inbox);
        if inbox.at == At::Over {
            drop(inbox);
            drop(self.end());
            return false;
        }
        inbox.at = At::Work;
        true
    }

    /// The next event; without one the thread may go. `done`: the size of the one before.
    pub(super) fn next(&self, done: usize) -> Option<Event> {
        let mut inbox = lock(&self.inbox);
        self.waiting.fetch_sub(done, Ordering::Relaxed);
        inbox.bytes -= done;
        let event = inbox.events.pop_front();
        if event.is_none() {
            inbox.at = At::Rest;
        }
        event
    }

    /// Stops it. What a thread has to take down when nobody works on it: `true`, and it must be put into the queue; `false`, and it
    /// stands there already. `None`: the thread that works on it ends it.
    pub(super) fn cancel(&self) -> Option<bool> {
        self.cancelled.store(true, Ordering::SeqCst);
        if let Some(budget) = self.budget.get() {
            budget.stop();
        }
        let mut inbox = lock(&self.inbox);
        let rests = match inbox.at {
            At::Work => {
                inbox.events.push_back(Event::Cancelled);
                return None;
            }
            At::Over => return Some(false),
            At::Rest => true,
            At::Queue => false,
        };
        self.clear(&mut inbox);
        Some(rests)
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// Gives it its runtime.
    pub(super) fn furnish(&self, fresh: Run) {
        let budget = self.budget.get_or_init(|| fresh.budget());
        // It may have been cancelled before there was a budget to stop.
        if self.is_cancelled() {
            budget.stop();
        }
        *lock(&self.run) = Some(fresh);
    }

    /// What it may compute, once it has a runtime.
    pub(super) fn budget(&self) -> Option<Arc<Budget>> {
        self.budget.get().cloned()
    }

    /// Computes until the run waits or has ended.
    pub(super) fn go_on(&self, event: &Event) -> Slice {
        match (event, lock(&self.run).as_ref()) {
            (Event::Begin { source, inputs }, Some(run)) => run.begin(source, inputs.get(), self.limits),
            (Event::Check { source }, Some(run)) => run.check(source),
            (Event::Reply(call, reply), Some(run)) => run.reply(*call, reply.get()),
            (Event::Tick(call), Some(run)) => run.tick(*call),
            _ => Slice::Done(ScriptTrial::failed(ScriptFault::WorkerLost)),
        }
    }

    /// What its script holds, in bytes.
    pub(super) fn memory(&self) -> usize {
        lock(&self.run).as_ref().map_or(0, Run::memory)
    }

    /// It has ended: its runtime, which has to be taken down.
    pub(super) fn end(&self) -> Option<Run> {
        self.clear(&mut lock(&self.inbox));
        lock(&self.run).take()
    }

    fn clear(&self, inbox: &mut Inbox) {
        self.waiting.fetch_sub(inbox.bytes, Ordering::Relaxed);
        *inbox = Inbox {
            at: At::Over,
            ..Inbox::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(size: usize) -> Event {
        let text = format!("\"{}\"", "x".repeat(size));
        Event::Reply(1, RawValue::from_string(text).unwrap())
    }

    #[test]
    fn answers_that_nobody_reads_have_a_size_together() {
        let limits = ScriptLimits {
            memory_bytes: 20_000,
            ..ScriptLimits::LOGIN
        };
        let waiting = Arc::default();
        let slot = Slot::new(1, 1, limits, &waiting);
        assert!(slot.put(answer(15_000)), "one is read, whatever its size");
        assert!(!slot.put(answer(2_000)));
        let first = slot.next(0).unwrap();
        assert_eq!(first.bytes(), 15_002);
        let Some(Event::Reply(_, second)) = slot.next(first.bytes()) else {
            panic!("no answer")
        };
        assert!(second.get().contains("EMSGSIZE"), "{}", second.get());
        assert!(!slot.put(answer(2_000)));
        let third = slot.next(second.get().len()).unwrap();
        assert_eq!(third.bytes(), 2_002);
        assert!(slot.next(third.bytes()).is_none());
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
        assert!(slot.put(answer(1)), "it rests, so a thread has to be found");
        assert_eq!(waiting.load(Ordering::Relaxed), 3);
        assert!(slot.end().is_none());
        assert_eq!(waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn whoever_cancels_knows_who_ends_it() {
        let slot = || Slot::new(1, 1, ScriptLimits::LOGIN, &Arc::default());
        let (rests, waits, works) = (slot(), slot(), slot());
        assert_eq!(rests.cancel(), Some(true));
        assert!(waits.put(answer(1)));
        assert_eq!(waits.cancel(), Some(false));
        assert!(!waits.start() && !waits.put(answer(1)));
        assert!(works.put(answer(1)) && works.start());
        assert_eq!(works.cancel(), None);
        assert!(matches!(works.next(0), Some(Event::Reply(..))));
        assert!(matches!(works.next(3), Some(Event::Cancelled)));
    }
}

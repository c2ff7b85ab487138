//! How long a run may compute: the time of a processor, all its slices together. The interpreter asks at its own
//! checkpoints, also inside of regular expressions and sorting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

use super::turns::Turns;

/// How long a slice computes before it needs a turn, and how long each turn is, in nanoseconds of the processor.
const MOMENT: u64 = 20_000_000;

/// How much longer than its budget a slice may take by the clock on the wall, in milliseconds: the processor may have other
/// things to do.
const PATIENCE: u64 = 3_000;

/// The budget of one run. It is asked by the thread that runs the slice, and stopped by any.
#[derive(Debug)]
pub(crate) struct Budget {
    turns: Arc<Turns>,
    most: AtomicU64,
    /// Nanoseconds of the slices that have ended.
    used: AtomicU64,
    /// The clock of the thread when the slice began.
    began: AtomicU64,
    /// The clock of the thread when the next turn is needed.
    moment: AtomicU64,
    /// Whether the slice has a turn.
    has_turn: AtomicBool,
    /// The clock on the wall, in milliseconds, when the slice must have ended; zero where none computes.
    due: AtomicU64,
    stopped: AtomicBool,
    exceeded: AtomicBool,
}

impl Budget {
    pub(crate) const fn new(millis: u64, turns: Arc<Turns>) -> Self {
        Self {
            turns,
            most: AtomicU64::new(millis.saturating_mul(1_000_000)),
            used: AtomicU64::new(0),
            began: AtomicU64::new(0),
            moment: AtomicU64::new(0),
            has_turn: AtomicBool::new(false),
            due: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            exceeded: AtomicBool::new(false),
        }
    }

    /// Sets how long it is, from here on.
    pub(super) fn set(&self, millis: u64) {
        self.used.store(0, Ordering::Relaxed);
        self.most.store(millis.saturating_mul(1_000_000), Ordering::Relaxed);
    }

    /// A slice begins in this thread.
    pub(crate) fn begin(&self) {
        let clock = thread_nanos();
        self.began.store(clock, Ordering::Relaxed);
        self.moment.store(clock.saturating_add(MOMENT), Ordering::Relaxed);
        self.watch();
    }

    /// The slice has ended.
    pub(crate) fn end(&self) {
        self.due.store(0, Ordering::Relaxed);
        self.used.store(self.now(thread_nanos()), Ordering::Relaxed);
        if self.has_turn.swap(false, Ordering::Relaxed) {
            self.turns.give_back();
        }
    }

    /// Whether the slice is to be interrupted. One that computes for long waits for its turn here.
    pub(super) fn is_over(&self) -> bool {
        if self.is_stopped() {
            return true;
        }
        let clock = thread_nanos();
        if self.now(clock) > self.most.load(Ordering::Relaxed) {
            self.exceeded.store(true, Ordering::Relaxed);
            self.stop();
        } else if clock > self.moment.load(Ordering::Relaxed) {
            self.wait_for_turn();
        }
        self.is_stopped()
    }

    fn wait_for_turn(&self) {
        self.due.store(0, Ordering::Relaxed);
        if self.has_turn.swap(true, Ordering::Relaxed) {
            self.turns.pass_on();
        } else {
            self.turns.take();
        }
        self.moment
            .store(thread_nanos().saturating_add(MOMENT), Ordering::Relaxed);
        self.watch();
    }

    /// Interrupts the run at its next checkpoint, for a reason that is kept elsewhere.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Whether the time ran out.
    pub(super) fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// Whether a slice takes so long that it must be in one step of the interpreter that does not end. `now`:
    /// [`monotonic_millis`].
    pub(crate) fn is_stuck(&self, now: u64) -> bool {
        let due = self.due.load(Ordering::Relaxed);
        due != 0 && due < now
    }

    fn watch(&self) {
        let most = self.most.load(Ordering::Relaxed) / 1_000_000;
        let due = monotonic_millis()
            .saturating_add(most.saturating_mul(3))
            .saturating_add(PATIENCE);
        self.due.store(due, Ordering::Relaxed);
    }

    fn now(&self, clock: u64) -> u64 {
        let slice = clock.saturating_sub(self.began.load(Ordering::Relaxed));
        self.used.load(Ordering::Relaxed).saturating_add(slice)
    }
}

/// What this thread has computed so far, in nanoseconds.
fn thread_nanos() -> u64 {
    nanos(ClockId::ThreadCPUTime)
}

/// A clock that only goes forward, in milliseconds: for the watch over threads that do not come back.
pub(crate) fn monotonic_millis() -> u64 {
    nanos(ClockId::Monotonic) / 1_000_000
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    seconds
        .saturating_mul(1_000_000_000)
        .saturating_add(u64::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compute(millis: u64) {
        let start = thread_nanos();
        while thread_nanos() - start < millis * 1_000_000 {}
    }

    #[test]
    fn slices_add_up_and_waiting_does_not_count() {
        let budget = Budget::new(20, Arc::new(Turns::new(1)));
        for _ in 0..2 {
            budget.begin();
            compute(8);
            assert!(!budget.is_over());
            budget.end();
            compute(8);
        }
        budget.begin();
        compute(8);
        assert!(budget.is_over() && budget.is_exceeded() && budget.is_stopped());
    }

    #[test]
    fn a_slice_that_computes_for_long_waits_for_its_turn_which_does_not_count() {
        let turns = Arc::new(Turns::new(1));
        let (first, second) = (
            Budget::new(60_000, Arc::clone(&turns)),
            Arc::new(Budget::new(60_000, turns)),
        );
        first.begin();
        compute(25);
        assert!(!first.is_over());
        let waits = Arc::clone(&second);
        let other = std::thread::spawn(move || {
            waits.begin();
            compute(25);
            assert!(!waits.is_over());
            waits.end();
        });
        // It waits, and nobody takes it for one that is stuck.
        while second.due.load(Ordering::Relaxed) != 0 || !second.has_turn.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        assert!(!second.is_stuck(u64::MAX) && first.is_stuck(u64::MAX));
        first.end();
        other.join().unwrap();
        assert!(!first.is_stuck(u64::MAX));
        assert!(second.used.load(Ordering::Relaxed) < 20_000 * 1_000_000);
    }
}

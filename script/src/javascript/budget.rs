//! How long a run may compute: the time of a processor, all its slices together. The interpreter asks at its own
//! checkpoints, also inside of regular expressions and sorting.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

/// The budget of one run. It is asked by the thread that runs the slice, and stopped by any.
#[derive(Debug)]
pub(crate) struct Budget {
    most: AtomicU64,
    /// Nanoseconds of the slices that have ended.
    used: AtomicU64,
    /// The clock of the thread when the slice began.
    began: AtomicU64,
    stopped: AtomicBool,
    exceeded: AtomicBool,
}

impl Budget {
    pub(crate) const fn new(millis: u64) -> Self {
        Self {
            most: AtomicU64::new(millis.saturating_mul(1_000_000)),
            used: AtomicU64::new(0),
            began: AtomicU64::new(0),
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
    pub(super) fn begin(&self) {
        self.began.store(thread_nanos(), Ordering::Relaxed);
    }

    /// The slice has ended.
    pub(super) fn end(&self) {
        self.used.store(self.now(), Ordering::Relaxed);
    }

    /// Whether the slice is to be interrupted.
    pub(super) fn is_over(&self) -> bool {
        if self.stopped.load(Ordering::Relaxed) {
            return true;
        }
        let over = self.now() > self.most.load(Ordering::Relaxed);
        if over {
            self.exceeded.store(true, Ordering::Relaxed);
            self.stop();
        }
        over
    }

    /// Interrupts the run at its next checkpoint, for a reason that is kept elsewhere.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Whether the time ran out.
    pub(super) fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    fn now(&self) -> u64 {
        let slice = thread_nanos().saturating_sub(self.began.load(Ordering::Relaxed));
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

    #[test]
    fn slices_add_up_and_waiting_does_not_count() {
        let budget = Budget::new(20);
        let compute = |millis: u64| {
            let start = thread_nanos();
            while thread_nanos() - start < millis * 1_000_000 {}
        };
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
}

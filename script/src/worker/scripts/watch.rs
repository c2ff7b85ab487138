//! The watch over threads that compute: one that does not come back is in a step of the interpreter that does not end.

use std::sync::{Arc, Mutex};

use super::lock;
use crate::javascript::Budget;

/// What each thread computes.
pub(super) struct Watch {
    threads: Vec<Mutex<Watched>>,
}

/// A run, with what it may compute.
type Watched = Option<(u64, Arc<Budget>)>;

impl Watch {
    /// For so many threads.
    pub(super) fn new(threads: usize) -> Self {
        Self {
            threads: (0..threads).map(|_| Mutex::default()).collect(),
        }
    }

    /// A thread begins with a run, or has come back.
    pub(super) fn set(&self, thread: usize, run: Watched) {
        if let Some(watched) = self.threads.get(thread) {
            *lock(watched) = run;
        }
    }

    /// A run that does not come back. `now`: [`crate::javascript::monotonic_millis`].
    pub(super) fn stuck(&self, now: u64) -> Option<u64> {
        self.threads.iter().find_map(|watched| {
            let watched = lock(watched);
            let (run, budget) = watched.as_ref()?;
            budget.is_stuck(now).then_some(*run)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::javascript::{Turns, monotonic_millis};

    #[test]
    fn only_what_computes_can_be_stuck() {
        let watch = Watch::new(2);
        let budget = Arc::new(Budget::new(1_000, Arc::new(Turns::new(1))));
        watch.set(1, Some((7, Arc::clone(&budget))));
        assert_eq!(watch.stuck(u64::MAX), None, "it has not begun");
        budget.begin();
        assert_eq!(watch.stuck(monotonic_millis()), None, "it has time");
        assert_eq!(watch.stuck(u64::MAX), Some(7));
        budget.end();
        assert_eq!(watch.stuck(u64::MAX), None, "it has come back");
    }
}

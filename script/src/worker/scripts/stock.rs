//! Runtimes: those that stand ready for runs to come, and the memory of those that could not be taken down.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::lock;
use crate::javascript::{Pieces, Run, Turns};
use crate::profile::ScriptFault;

/// How many runtimes stand ready.
const SPARE: usize = 4;

/// How much memory may be left to runtimes that could not be taken down, before the worker takes no new runs.
const LEFT: usize = 128 * 1024 * 1024;

/// The runtimes of a worker that belong to no run.
pub(super) struct Stock {
    turns: Arc<Turns>,
    spare: Mutex<Vec<Run>>,
    /// What was left to runtimes that could not be taken down, in bytes.
    left: AtomicUsize,
    exhausted: AtomicBool,
}

impl Stock {
    /// None yet. `turns`: what runs that compute for long share.
    pub(super) fn new(turns: Arc<Turns>) -> Self {
        Self {
            turns,
            spare: Mutex::default(),
            left: AtomicUsize::new(0),
            exhausted: AtomicBool::new(false),
        }
    }

    /// A fresh runtime: one that stands ready, or a new one.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(super) fn take(&self, pieces: Pieces) -> Result<Run, ScriptFault> {
        let ready = lock(&self.spare).pop();
        ready.map_or_else(|| Run::new(pieces, &self.turns), Ok)
    }

    /// Makes as many ready as are to be.
    pub(super) fn fill(&self, pieces: Pieces) {
        for _ in 0..SPARE {
            self.prepare(pieces);
        }
    }

    /// Makes a runtime ready for a run to come, unless there are enough. Where there is no memory for one, there may be when it is
    /// asked for.
    pub(super) fn prepare(&self, pieces: Pieces) {
        if lock(&self.spare).len() < SPARE
            && let Ok(fresh) = Run::new(pieces, &self.turns)
        {
            lock(&self.spare).push(fresh);
        }
    }

    /// Notes that a runtime of so many bytes will be left. Whether this is the moment from which the worker takes no new runs.
    pub(super) fn leave(&self, bytes: usize) -> bool {
        let before = self.left.fetch_add(bytes, Ordering::Relaxed);
        before.saturating_add(bytes) > LEFT && !self.exhausted.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_once_when_it_is_too_much() {
        let stock = Stock::new(Arc::new(Turns::new(1)));
        assert!(!stock.leave(LEFT));
        assert!(stock.leave(1));
        assert!(!stock.leave(1));
    }

    #[test]
    fn some_stand_ready() {
        let pieces = Pieces::compile().unwrap();
        let stock = Stock::new(Arc::new(Turns::new(1)));
        stock.fill(pieces);
        stock.prepare(pieces);
        assert_eq!(lock(&stock.spare).len(), SPARE);
        for _ in 0..=SPARE {
            assert!(stock.take(pieces).is_ok());
        }
        assert!(lock(&stock.spare).is_empty());
    }
}

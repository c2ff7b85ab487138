//! Who of the threads reads, who computes, and who has nothing to do.

use std::sync::{Condvar, Mutex, PoisonError};

use super::lock;
use super::ready::Ready;

/// The threads of a worker, and the tasks that are ready for them.
pub(super) struct Crew<T> {
    state: Mutex<State<T>>,
    /// Told when there is something to do for an idle thread.
    wanted: Condvar,
}

struct State<T> {
    ready: Ready<T>,
    /// A thread reads, or has been told to.
    reads: bool,
    idle: usize,
}

impl<T> Crew<T> {
    /// So many threads, one of which always reads.
    pub(super) fn new(threads: usize) -> Self {
        Self {
            state: Mutex::new(State {
                ready: Ready::new(threads.saturating_sub(1)),
                reads: false,
                idle: 0,
            }),
            wanted: Condvar::new(),
        }
    }

    /// A task for this thread, which waits until there is one; `None`: it reads from now on. `done`: the script of the task that it
    /// has worked on.
    pub(super) fn next(&self, done: Option<u64>) -> Option<T> {
        let mut state = lock(&self.state);
        if let Some(script) = done {
            state.ready.done(script);
        }
        loop {
            if let Some(task) = state.ready.take() {
                // A thread that has come free may have made room for more than one, and one that was woken to read may have found
                // a task instead.
                if state.idle > 0 && (!state.reads || state.ready.is_due()) {
                    self.wanted.notify_one();
                }
                return Some(task);
            }
            if !state.reads {
                state.reads = true;
                return None;
            }
            state.idle += 1;
            state = self.wanted.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// The thread that reads has found a task of a script. Where another thread can read, this one is told to work on the task
    /// itself, or on one that was ready before.
    pub(super) fn found(&self, script: u64, task: T) -> Option<T> {
        let mut state = lock(&self.state);
        state.ready.push(script, task);
        if state.idle == 0 {
            return None;
        }
        let task = state.ready.take()?;
        state.reads = false;
        self.wanted.notify_one();
        Some(task)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn somebody_reads_whatever_the_others_do() {
        let crew = Arc::new(Crew::new(3));
        assert_eq!(crew.next(None), None, "the first one reads");
        assert_eq!(crew.found(1, "a"), None, "nobody else could read");
        assert_eq!(crew.next(None), Some("a"));
        let other = Arc::clone(&crew);
        let idle = std::thread::spawn(move || other.next(None));
        while lock(&crew.state).idle == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(crew.found(2, "b"), Some("b"), "the reader computes");
        assert_eq!(idle.join().unwrap(), None, "and the idle one reads");
        assert_eq!(crew.found(3, "c"), None);
        assert_eq!(crew.next(Some(1)), Some("c"));
    }
}

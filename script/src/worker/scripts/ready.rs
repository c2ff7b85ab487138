//! Which run a thread computes next: scripts take turns, and none takes more threads than are left for the others.

use std::collections::{HashMap, VecDeque};

/// What is ready to be computed, by script.
#[derive(Debug)]
pub(super) struct Ready<T> {
    scripts: HashMap<u64, Script<T>>,
    /// The scripts that have something ready; the first is the next.
    order: VecDeque<u64>,
    /// Threads that compute nothing.
    free: usize,
}

#[derive(Debug)]
struct Script<T> {
    waiting: VecDeque<T>,
    /// Threads that compute it.
    running: usize,
}

impl<T> Ready<T> {
    /// Nothing is ready yet, for so many threads.
    pub(super) fn new(threads: usize) -> Self {
        Self {
            scripts: HashMap::new(),
            order: VecDeque::new(),
            free: threads,
        }
    }

    /// Something of a script is ready.
    pub(super) fn push(&mut self, script: u64, task: T) {
        let entry = self.scripts.entry(script).or_insert_with(|| Script {
            waiting: VecDeque::new(),
            running: 0,
        });
        if entry.waiting.is_empty() {
            self.order.push_back(script);
        }
        entry.waiting.push_back(task);
    }

    /// The next task that may be computed; whoever takes it says [`Ready::done`] afterwards.
    pub(super) fn take(&mut self) -> Option<T> {
        let at = self.order.iter().position(|script| self.may(*script))?;
        // Those that were passed over keep their place.
        let name = self.order.remove(at)?;
        let script = self.scripts.get_mut(&name)?;
        let task = script.waiting.pop_front()?;
        script.running += 1;
        self.free -= 1;
        if !script.waiting.is_empty() {
            self.order.push_back(name);
        }
        Some(task)
    }

    /// A task of a script was computed.
    pub(super) fn done(&mut self, script: u64) {
        self.free += 1;
        if let Some(entry) = self.scripts.get_mut(&script) {
            entry.running -= 1;
            if entry.running == 0 && entry.waiting.is_empty() {
                self.scripts.remove(&script);
            }
        }
    }

    /// Whether there is a task that may be computed.
    pub(super) fn is_due(&self) -> bool {
        self.order.iter().any(|script| self.may(*script))
    }

    /// A script may have one more thread as long as it has fewer than are free: one alone at most half of them, two together
    /// two thirds, and so on. So some are left for whoever comes next.
    fn may(&self, script: u64) -> bool {
        self.scripts
            .get(&script)
            .is_some_and(|script| script.running < self.free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_take_turns() {
        let mut ready = Ready::new(100);
        for task in 0..3 {
            ready.push(1, (1, task));
        }
        ready.push(2, (2, 0));
        ready.push(3, (3, 0));
        let order: Vec<_> = std::iter::from_fn(|| ready.take()).collect();
        assert_eq!(order, [(1, 0), (2, 0), (3, 0), (1, 1), (1, 2)]);
    }

    #[test]
    fn one_script_takes_half_of_the_threads_and_two_take_two_thirds() {
        let mut ready = Ready::new(15);
        for task in 0..20 {
            ready.push(1, task);
        }
        let mut running = 0;
        while ready.take().is_some() {
            running += 1;
        }
        assert_eq!(running, 8);
        for task in 0..20 {
            ready.push(2, task);
        }
        let mut others = 0;
        while ready.take().is_some() {
            others += 1;
        }
        assert_eq!(others, 4);
        ready.push(3, 0);
        assert!(ready.is_due());
        assert_eq!(ready.take(), Some(0));
        // Of what is given back the one with fewer gets its part.
        ready.done(1);
        assert_eq!(ready.take(), None, "4 and 7 run, and 3 are free");
        ready.done(1);
        ready.done(1);
        assert!(ready.take().is_some());
    }

    #[test]
    fn what_has_run_leaves_nothing() {
        let mut ready = Ready::new(2);
        for script in 0..1_000 {
            ready.push(script, ());
            assert!(ready.take().is_some());
            ready.done(script);
        }
        assert!(ready.scripts.is_empty() && ready.order.is_empty());
        assert_eq!(ready.free, 2);
    }
}

//! Turns at the processor for what computes for long. What is done after a moment never asks for one; of the rest a few go
//! on at a time, and change places when their moment is over. So neither short runs nor the server wait behind long ones.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Turns that runs of one process share.
#[derive(Debug)]
pub(crate) struct Turns {
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug)]
struct Queue {
    free: usize,
    /// Numbers of those who wait, in the order in which they came.
    waiting: VecDeque<u64>,
    last: u64,
}

impl Turns {
    /// So many at a time.
    pub(crate) const fn new(free: usize) -> Self {
        Self {
            queue: Mutex::new(Queue {
                free,
                waiting: VecDeque::new(),
                last: 0,
            }),
            changed: Condvar::new(),
        }
    }

    /// Waits for a turn.
    pub(super) fn take(&self) {
        let queue = self.queue();
        self.wait(queue);
    }

    /// Gives a turn to whoever waits, and waits for the next.
    pub(super) fn pass_on(&self) {
        let mut queue = self.queue();
        if !queue.waiting.is_empty() {
            queue.free += 1;
            self.changed.notify_all();
            self.wait(queue);
        }
    }

    /// Gives a turn back.
    pub(super) fn give_back(&self) {
        self.queue().free += 1;
        self.changed.notify_all();
    }

    fn wait(&self, mut queue: MutexGuard<'_, Queue>) {
        queue.last += 1;
        let mine = queue.last;
        queue.waiting.push_back(mine);
        while queue.free == 0 || queue.waiting.front() != Some(&mine) {
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting.pop_front();
        queue.free -= 1;
        if queue.free > 0 && !queue.waiting.is_empty() {
            self.changed.notify_all();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Every change of the queue is whole when the lock is let go.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn as_many_as_there_are_turns_go_on_and_all_of_them_come_to_their_end() {
        let turns = Arc::new(Turns::new(2));
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (turns, now, most) = (Arc::clone(&turns), Arc::clone(&now), Arc::clone(&most));
                std::thread::spawn(move || {
                    turns.take();
                    for _ in 0..50 {
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        turns.pass_on();
                    }
                    turns.give_back();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(most.load(Ordering::SeqCst) <= 2);
        let queue = turns.queue();
        assert_eq!((queue.free, queue.waiting.len()), (2, 0));
    }
}

//! How the interpreter learns how much memory it uses.
//!
//! It compares a counter of the process with a limit, and an allocator is meant to feed that counter. Ours is shared with
//! the server, where counting every allocation would cost something on the way to every token. A worker runs one
//! expression at a time and nothing else, so what its process holds is what the expression holds: the resident pages are
//! read at the interpreter's own checkpoints (every 256 instructions). What escapes between two of them ends at the limit
//! that the worker has set itself with `setrlimit`.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use monty_types::{BASELINE_MEMORY, LIVE_MEMORY};

use crate::resident::Resident;

/// What the process holds, for the interpreter.
#[derive(Clone, Debug)]
pub(super) struct Memory(Rc<Resident>);

impl Memory {
    /// Opens what tells. Afterwards the process needs no further file.
    pub(super) fn open() -> std::io::Result<Self> {
        Resident::open().map(|resident| Self(Rc::new(resident)))
    }

    /// Sets what counts as nothing: before a run.
    pub(super) fn begin(&self) {
        if let Some(bytes) = self.0.bytes() {
            LIVE_MEMORY.store(bytes, Ordering::Relaxed);
            BASELINE_MEMORY.store(bytes, Ordering::Relaxed);
        }
    }

    /// Tells the interpreter how much there is now.
    pub(super) fn look(&self) {
        if let Some(bytes) = self.0.bytes() {
            LIVE_MEMORY.store(bytes, Ordering::Relaxed);
        }
    }
}

//! How the interpreter learns how much memory it uses.
//!
//! It compares a counter of the process with a limit, and an allocator is meant to feed that counter. Ours is shared with
//! the server, where counting every allocation would cost something on the way to every token. A worker runs one
//! expression at a time and nothing else, so what its process holds is what the expression holds: the resident pages are
//! read at the interpreter's own checkpoints (every 256 instructions). What escapes between two of them ends at the limit
//! that the worker has set itself with `setrlimit`.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use monty_types::{BASELINE_MEMORY, LIVE_MEMORY};

/// Pages of the kernel's count, in bytes.
const PAGE: usize = 4_096;

/// The open file that tells.
#[derive(Clone, Debug)]
pub(super) struct Memory(Rc<File>, usize);

impl Memory {
    /// Opens the file. Afterwards the process needs no further file.
    pub(super) fn open() -> std::io::Result<Self> {
        let page = rustix::param::page_size();
        Ok(Self(Rc::new(File::open("/proc/self/statm")?), page.max(PAGE)))
    }

    /// Sets what counts as nothing: before a run.
    pub(super) fn begin(&self) {
        if let Some(bytes) = self.resident() {
            LIVE_MEMORY.store(bytes, Ordering::Relaxed);
            BASELINE_MEMORY.store(bytes, Ordering::Relaxed);
        }
    }

    /// Tells the interpreter how much there is now.
    pub(super) fn look(&self) {
        if let Some(bytes) = self.resident() {
            LIVE_MEMORY.store(bytes, Ordering::Relaxed);
        }
    }

    /// The second number of `/proc/self/statm`: resident pages.
    fn resident(&self) -> Option<usize> {
        let mut text = [0u8; 96];
        let read = self.0.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(text.get(..read)?).ok()?;
        let pages: usize = text.split(' ').nth(1)?.parse().ok()?;
        Some(pages.saturating_mul(self.1))
    }
}

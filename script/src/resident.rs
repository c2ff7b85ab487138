//! How much memory the process holds, as the kernel counts it.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Pages of the kernel's count, in bytes.
const PAGE: usize = 4_096;

/// The open file that tells.
#[derive(Debug)]
pub(crate) struct Resident {
    file: File,
    page: usize,
}

impl Resident {
    /// Opens the file. Afterwards the process needs no further file.
    pub(crate) fn open() -> std::io::Result<Self> {
        Ok(Self {
            file: File::open("/proc/self/statm")?,
            page: rustix::param::page_size().max(PAGE),
        })
    }

    /// What is resident, in bytes: the second number of `/proc/self/statm`, which counts pages.
    pub(crate) fn bytes(&self) -> Option<usize> {
        let mut text = [0u8; 96];
        let read = self.file.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(text.get(..read)?).ok()?;
        let pages: usize = text.split(' ').nth(1)?.parse().ok()?;
        Some(pages.saturating_mul(self.page))
    }
}

//! What an expression logs and prints, kept up to a size; and, at the same checkpoints of the interpreter, how much memory
//! the process uses.

use std::borrow::Cow;

use monty_types::{MontyException, PrintWriterCallback};

use super::memory::Memory;
use crate::outcome::{Level, LogLine};

/// How much is kept, in bytes.
const MOST: usize = 16 * 1024;

/// The lines of one run.
#[derive(Debug)]
pub(super) struct Output {
    memory: Memory,
    lines: Vec<LogLine>,
    printed: String,
    bytes: usize,
    full: bool,
}

impl Output {
    pub(super) const fn new(memory: Memory) -> Self {
        Self {
            memory,
            lines: Vec::new(),
            printed: String::new(),
            bytes: 0,
            full: false,
        }
    }

    /// Adds a line, unless there are too many.
    pub(super) fn log(&mut self, level: Level, mut text: String) {
        if self.full {
            return;
        }
        let left = MOST.saturating_sub(self.bytes);
        if text.len() > left {
            let cut = (0..=left).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(cut);
            text.push_str(" ... (cut here)");
            self.full = true;
        }
        self.bytes += text.len() + 16;
        self.lines.push(LogLine { level, text });
    }

    /// The lines so far.
    pub(super) fn take(&mut self) -> Vec<LogLine> {
        if !self.printed.is_empty() {
            let rest = std::mem::take(&mut self.printed);
            self.log(Level::Debug, rest);
        }
        std::mem::take(&mut self.lines)
    }

    /// All lines.
    pub(super) fn finish(mut self) -> Vec<LogLine> {
        self.take()
    }
}

impl PrintWriterCallback for Output {
    fn stdout_write(&mut self, output: Cow<'_, str>) -> Result<(), MontyException> {
        if self.printed.len() < MOST {
            self.printed.push_str(&output);
        }
        Ok(())
    }

    fn stdout_push(&mut self, end: char) -> Result<(), MontyException> {
        if end == '\n' {
            let line = std::mem::take(&mut self.printed);
            self.log(Level::Debug, line);
        } else if self.printed.len() < MOST {
            self.printed.push(end);
        }
        Ok(())
    }

    fn poll_flush(&mut self) -> Result<(), MontyException> {
        self.memory.look();
        Ok(())
    }
}

//! What an expression logs and prints, kept up to a size; and, at the same checkpoints of the interpreter, how much memory
//! the process uses.

use std::borrow::Cow;

use monty_types::{MontyException, PrintWriterCallback};

use super::memory::Memory;
use crate::logs::{Logs, MOST};
use crate::outcome::{Level, LogLine};

/// The lines of one run.
#[derive(Debug)]
pub(super) struct Output {
    memory: Memory,
    logs: Logs,
    printed: String,
}

impl Output {
    pub(super) fn new(memory: Memory) -> Self {
        Self {
            memory,
            logs: Logs::default(),
            printed: String::new(),
        }
    }

    /// Adds a line, unless there are too many.
    pub(super) fn log(&mut self, level: Level, text: String) {
        self.logs.add(level, text);
    }

    /// The lines so far.
    pub(super) fn take(&mut self) -> Vec<LogLine> {
        if !self.printed.is_empty() {
            let rest = std::mem::take(&mut self.printed);
            self.log(Level::Debug, rest);
        }
        self.logs.take()
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

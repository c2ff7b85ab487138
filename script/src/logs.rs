//! What an expression or a script logs, kept up to a size.

use crate::outcome::{Level, LogLine};

/// How much is kept, in bytes.
pub(crate) const MOST: usize = 16 * 1024;

/// The lines of one run.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    lines: Vec<LogLine>,
    bytes: usize,
    full: bool,
}

impl Logs {
    /// Adds a line, unless there are too many.
    pub(crate) fn add(&mut self, level: Level, mut text: String) {
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
        // Lines without text count too.
        self.bytes += text.len() + 16;
        self.lines.push(LogLine { level, text });
    }

    /// The lines so far.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        std::mem::take(&mut self.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_have_a_size() {
        let mut logs = Logs::default();
        for _ in 0..10_000 {
            logs.add(Level::Info, "ä".repeat(100));
        }
        let lines = logs.take();
        assert!(lines.iter().map(|line| line.text.len()).sum::<usize>() < MOST + 100);
        assert!(lines.last().unwrap().text.ends_with("(cut here)"));
    }
}

//! What one run of a profile script may use.

use serde::{Deserialize, Serialize};

/// The limits of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptLimits {
    /// Longest source, in characters.
    pub source_chars: usize,
    /// Time on a processor, all slices of the run together, in milliseconds.
    pub cpu_millis: u64,
    /// Time from the call to its answer, waiting included, in milliseconds.
    pub wall_millis: u64,
    /// Memory of the interpreter, in bytes.
    pub memory_bytes: usize,
    /// Stack of the interpreter, in bytes: how deep calls may be nested.
    pub stack_bytes: usize,
    /// Calls to other servers, redirects included.
    pub calls: usize,
    /// Time of one call, in milliseconds.
    pub call_millis: u64,
    /// Largest body of one call and of its answer, in bytes.
    pub call_bytes: usize,
    /// Calls that are made at once; more wait for their turn.
    pub calls_at_once: usize,
    /// Largest size of all calls that are under way, each with its body, in bytes of JSON.
    pub flight_bytes: usize,
    /// Timers that wait for a while (`setTimeout`).
    pub timers: usize,
    /// Size of the profile, in bytes of JSON.
    pub result_bytes: usize,
}

impl ScriptLimits {
    /// The limits of a login.
    pub const LOGIN: Self = Self {
        source_chars: 51_200,
        cpu_millis: 1_000,
        wall_millis: 20_000,
        memory_bytes: 16 * 1024 * 1024,
        stack_bytes: 512 * 1024,
        calls: 20,
        call_millis: 10_000,
        call_bytes: 1024 * 1024,
        calls_at_once: 6,
        flight_bytes: 3 * 1024 * 1024,
        timers: 200,
        result_bytes: 256 * 1024,
    };

    /// Whether a source is short enough to be looked at.
    #[must_use]
    pub fn admits(&self, source: &str) -> bool {
        source.len() <= self.source_chars || source.chars().count() <= self.source_chars
    }
}

impl Default for ScriptLimits {
    fn default() -> Self {
        Self::LOGIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_measured_in_characters() {
        let most = ScriptLimits::LOGIN.source_chars;
        assert!(ScriptLimits::LOGIN.admits(&"ä".repeat(most)));
        assert!(!ScriptLimits::LOGIN.admits(&"ä".repeat(most + 1)));
        assert!(!ScriptLimits::LOGIN.admits(&"x".repeat(most + 1)));
    }
}

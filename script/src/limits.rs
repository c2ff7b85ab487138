//! What one run of an expression may use. A worker sets these for itself before it reads one.

use serde::{Deserialize, Serialize};

/// The limits of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest source, in bytes. A chain of links in 64 KiB can not overflow the compiler's stack of 32 MiB.
    pub source_bytes: usize,
    /// Time that the interpreter itself may run, in milliseconds.
    pub run_millis: u64,
    /// Time from the call to its answer, host calls included, in milliseconds.
    pub wall_millis: u64,
    /// Memory of the interpreter, in bytes.
    pub memory_bytes: usize,
    /// Depth of calls.
    pub recursion: usize,
    /// Calls to the host.
    pub host_calls: usize,
    /// Size of the value that is returned, in bytes of JSON.
    pub result_bytes: usize,
    /// How deep policies call one another.
    pub nested_policies: usize,
}

impl Limits {
    /// For expressions: they run on the way to a token.
    pub const EXPRESSION: Self = Self {
        source_bytes: 64 * 1024,
        run_millis: 100,
        wall_millis: 5_000,
        memory_bytes: 16 * 1024 * 1024,
        recursion: 200,
        host_calls: 200,
        result_bytes: 256 * 1024,
        nested_policies: 8,
    };

    /// Whether a source is short enough to be looked at.
    #[must_use]
    pub const fn admits(&self, source: &str) -> bool {
        source.len() <= self.source_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_of_exactly_the_limit_is_admitted() {
        assert!(Limits::EXPRESSION.admits(&"x".repeat(64 * 1024)));
        assert!(!Limits::EXPRESSION.admits(&"x".repeat(64 * 1024 + 1)));
    }
}

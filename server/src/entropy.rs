//! The one place that reads the random source of the system.

/// Random bytes from the system, fit for keys and tokens.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl SystemEntropy {
    /// Fills `out` with random bytes.
    ///
    /// A machine without a working random source can make no secret: the process ends then, because going on would be worse.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn fill(&self, out: &mut [u8]) {
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}

impl protocol::env::Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) {
        SystemEntropy::fill(self, out);
    }
}

#[cfg(test)]
mod tests {
    use super::SystemEntropy;

    #[test]
    fn fills_everything_and_does_not_repeat() {
        let (mut one, mut two) = ([0u8; 64], [0u8; 64]);
        SystemEntropy.fill(&mut one);
        SystemEntropy.fill(&mut two);
        assert_ne!(one, two);
        assert!(one[48..].iter().any(|byte| *byte != 0));
        SystemEntropy.fill(&mut []);
    }
}

//! What a decision may know of the world: the time, random bytes, who we are, and who listens.
//!
//! The core reads no clock and no random source of its own; everything comes in here, so that a test gives exact
//! outputs. This file owns the seam, not the sources behind it.

use crate::recorder::Recorder;
use crate::time::Time;

/// A source of cryptographically strong random bytes.
pub trait Entropy: Send + Sync {
    /// Fills `out` completely.
    fn fill(&self, out: &mut [u8]);
}

/// The circumstances of one request.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The time at which the request is decided; one reading for the whole request.
    pub now: Time,
    /// Random bytes for codes, tokens and ids.
    pub entropy: &'a dyn Entropy,
    /// The configured base of all addresses of ours, with a slash at its end (`https://id.example.com/`). It is also
    /// the global issuer. Never taken from a request.
    pub public_url: &'a str,
    /// Who hears of each check.
    pub recorder: &'a dyn Recorder,
    /// The transaction that the checks belong to.
    pub transaction: &'a str,
}

impl std::fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Env")
            .field("now", &self.now)
            .field("public_url", &self.public_url)
            .field("transaction", &self.transaction)
            .finish_non_exhaustive()
    }
}

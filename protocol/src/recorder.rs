//! The one interface to which every check reports what it found.
//!
//! The core calls it for each check of an authorization or a token request, with the transaction it belongs to. What
//! explains refusals has only to listen. This file owns the interface; who listens is the server's affair.

use crate::error::OAuthError;

/// What one check found.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'a> {
    /// The check holds.
    Passed,
    /// The check refuses the request, with what was given and what was expected inside.
    Refused(&'a OAuthError),
}

/// One check of one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// The name of the check, stable (`redirect_uri`, `client_authentication`, ...).
    pub check: &'static str,
    /// What it found.
    pub verdict: Verdict<'a>,
}

/// Listens to checks. It is called on the path of every request: an implementation must be quick and must not fail.
pub trait Recorder: Send + Sync {
    /// Takes note of one check of `transaction`.
    fn observe(&self, transaction: &str, observation: &Observation<'_>);
}

/// A recorder that keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Recorder for Silent {
    fn observe(&self, _transaction: &str, _observation: &Observation<'_>) {}
}

//! authn.sh's interface, as its operators and scripts use it, with a provider behind a real socket. Tests name the statement of
//! the sheet that they show.

mod accounts;
mod callbacks;
mod callers;
mod discovery;
mod idempotency;
mod kinds;
mod me;
mod probe;
mod providers;
mod refusals;
pub(crate) mod support;
mod troubleshooting;
mod walkthrough;

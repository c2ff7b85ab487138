//! Expressions as administrators write them, in real worker processes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod checks;
mod escapes;
mod facade;
mod functions;
mod limits;
mod policies;
mod pool;
mod setting;
mod table;

//! One test binary: the whole server in process, and the promises of the tree itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail loudly; clippy.toml exempts only the test functions themselves"
)]

mod config;
mod house;
mod master_key;
mod pages;

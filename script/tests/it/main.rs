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
mod profile_corpus;
mod profile_fairness;
mod profile_fetch;
mod profile_forms;
mod profile_limits;
mod profile_lodash;
mod profile_modules;
mod profile_pool;
mod profile_request;
mod profile_scripts;
mod profile_setting;
mod setting;
mod table;

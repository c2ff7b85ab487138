//! One test binary: the whole server in process, and the promises of the tree itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod account;
mod api;
mod cli;
mod client_address;
mod config;
mod conformance;
mod dashboard;
mod demo;
mod device;
mod dialects;
mod explanations;
mod factors;
mod harness;
mod health;
mod house;
mod listen;
mod listen_limits;
mod listen_tls;
mod logging;
mod login;
mod master_key;
mod observe;
mod outgoing;
mod pages;
mod passwords;
mod people;
mod program;
mod provider;
mod recipes;
mod secrets;
mod sources;
mod webhooks;
mod worker_program;

//! The server of Vestibule: HTTP, pages, management API, outgoing calls, jobs, configuration and command line.

pub mod actions;
pub mod admin;
pub mod app;
pub mod assets;
pub mod cli;
pub mod client_address;
pub mod clients;
pub mod clock;
pub mod config;
pub mod entropy;
pub mod health;
pub mod keys;
pub mod listen;
pub mod logging;
pub mod login;
pub mod master_key;
pub mod metrics;
pub mod oauth;
pub mod observe;
pub mod pages;
pub mod passwords;
pub mod router;
pub mod serve;
pub mod signals;
pub mod texts;
pub mod web;

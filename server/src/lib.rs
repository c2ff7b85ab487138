//! The server of Vestibule: HTTP, pages, management API, outgoing calls, jobs, configuration and command line.

pub mod assets;
pub mod clock;
pub mod config;
pub mod entropy;
pub mod master_key;
pub mod pages;
pub mod texts;

//! The server of Vestibule: HTTP, pages, the management API, outgoing calls, configuration and the command line.

pub mod cli;
pub mod client_address;
pub mod clock;
pub mod config;
pub mod entropy;
pub mod health;
pub mod listen;
pub mod logging;
pub mod master_key;
pub mod metrics;
pub mod observe;
pub mod serve;
pub mod signals;

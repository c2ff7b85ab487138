//! The server of Vestibule: HTTP, pages, the management API, outgoing calls, configuration and the command line.

pub mod clock;
pub mod config;
pub mod entropy;
pub mod master_key;

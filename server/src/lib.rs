//! The server of Vestibule: HTTP, pages, management API, outgoing calls, jobs, configuration and command line.

pub mod assets;
pub mod pages;
pub mod texts;

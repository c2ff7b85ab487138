//! One test binary: the parts of the server, in process.

mod config;
mod master_key;

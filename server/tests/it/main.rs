//! One test binary: the whole server in process, and the promises of the tree itself.

mod config;
mod house;
mod master_key;
mod pages;

//! One test binary for the whole server.

mod pages;

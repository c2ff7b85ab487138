//! Use cases: what several wings do alike, one file each. They import the store, the core and the application state,
//! and no wing.

pub mod authorization;
pub mod browser_session;
pub mod first_administrator;
pub mod machine;
pub mod sign_in;
pub mod sign_out;

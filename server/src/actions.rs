//! Use cases: what several wings do alike, one file each. They import the store, the core and the application state,
//! and no wing.

pub mod actor;
pub mod api_tokens;
pub mod authorization;
pub mod changes;
pub mod machine;
pub mod outcome;
pub mod permissions;
pub mod times;

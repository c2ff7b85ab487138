//! Use cases: what several wings do alike, one file each. They import the store, the core and the application state,
//! and no wing.

pub mod actor;
pub mod administrators;
pub mod api_tokens;
pub mod applications;
pub mod authorization;
pub mod browser_session;
pub mod calling_client;
pub mod changes;
pub mod consents;
pub mod device;
pub mod entitlements;
pub mod evaluate;
pub mod expression_tokens;
pub mod expressions;
pub mod faults;
pub mod first_administrator;
pub mod first_use;
pub mod grants;
pub mod groups;
pub mod keys;
pub mod logout_notices;
pub mod machine;
pub mod merge;
pub mod outcome;
pub mod permissions;
pub mod policies;
pub mod policy_bindings;
pub mod preview;
pub mod scope_mappings;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
pub mod times;
pub mod token_exchange;
pub mod users;

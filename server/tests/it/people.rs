//! The management of people over the whole server: users, groups, what was granted, sessions, consents, events.

mod app_passwords;
pub(crate) mod caller;
mod consents;
mod emails;
mod events;
mod grants;
mod groups;
mod sessions;
mod state;
mod users;

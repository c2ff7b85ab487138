//! One's own account over the whole server, on both databases: what a person changes, and everything that is refused.

mod app_passwords;
mod consents;
mod emails;
mod joining;
mod mail;
mod password;
mod profile;
mod recovery;
mod sessions;
pub(crate) mod sink;
mod support;

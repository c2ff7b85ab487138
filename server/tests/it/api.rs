//! The management API as its callers see it: one JSON object in, one out, on both engines where the engine matters.

mod api_tokens;
mod application_fields;
mod application_signing;
mod applications;
mod bodies;
mod callers;
mod description;
pub(crate) mod key_files;
mod keys;
mod keys_import;
mod lists;
mod redirect_uris;
mod search;
mod settings;
pub(crate) mod support;

//! The management API as its callers see it: one JSON object in, one out, on both engines where the engine matters.

mod api_tokens;
mod application_fields;
mod applications;
mod bodies;
mod callers;
mod description;
mod keys;
mod lists;
pub(crate) mod support;

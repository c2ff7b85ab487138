//! The endpoints that applications speak to, over the whole server in process, on both engines.

mod api_scope;
mod bad_input;
mod bearer;
mod code;
mod cors;
mod encryption;
mod form_post;
mod front_channel;
mod machine;
mod mappings;
mod metadata;
mod policies;
mod races;
mod refresh;
mod rotation;
mod sectors;
mod sheet;
mod signatures;
mod subjects;
mod support;
mod who_gets_nothing;

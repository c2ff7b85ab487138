//! What all wings share about HTTP: reading forms, writing answers, cookies, the browser session.

pub(crate) mod accounts;
pub mod authorization;
pub mod browser;
pub mod cookies;
pub(crate) mod cors;
pub(crate) mod explained;
pub mod extract;
pub(crate) mod fields;
pub mod json;
pub mod json_body;
pub mod leave;
pub(crate) mod local_path;
pub(crate) mod passkeys;
pub mod reply;
pub mod stranger;
pub(crate) mod token_endpoint;
mod unbound;
pub mod view;
pub(crate) mod visit;

//! What all wings share about HTTP: reading forms, writing answers, cookies, the browser session.

pub mod authorization;
pub mod browser;
pub mod cookies;
pub(crate) mod cors;
pub mod extract;
pub mod json;
pub mod json_body;
pub mod leave;
pub(crate) mod local_path;
pub(crate) mod passkeys;
pub mod reply;
pub mod view;
pub(crate) mod visit;

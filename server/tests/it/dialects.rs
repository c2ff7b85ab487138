//! Interfaces of other products, over the whole server in process, on both engines.

mod auth0;
pub(crate) mod authn_sh;
mod github;
mod support;
mod token_endpoints;

//! Interfaces of other products, over the whole server in process, on both engines.

mod authn_sh;
mod github;

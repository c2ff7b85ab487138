//! The checks of the OpenID Foundation's conformance plans, plan by plan, each named like the check, over the whole
//! server in process and on both engines.
//!
//! A plan is a table: the name of the check and the function that makes it, with the response type and the response mode
//! of the plan. A failure says plan, response type and name. `docs/conformance.md` lists what the real suite drops for
//! applications that are not registered by itself.

mod asking;
mod basic;
mod claims;
mod config;
mod form_post;
mod hybrid;
mod implicit;
mod objects;
mod person;
mod redeeming;
mod support;

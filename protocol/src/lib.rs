//! The pure rules of Vestibule: parse, check, decide, mint.
//!
//! No async, no I/O, no clock and no random source of its own. A request goes through functions of this crate with
//! everything they need as arguments; what they want written comes back as [`writes::Write`]s.
//!
//! Names: `parse_` reads what came from outside, `check_` compares, `decide_` answers yes or no, `mint_` makes something
//! that leaves the house and asks for the [`decision::Permit`].

pub mod access_token;
pub mod acr;
pub mod auth0;
pub mod authorization_response;
pub mod authorize;
pub mod bearer;
pub mod claims;
pub mod client;
pub mod client_auth;
pub mod decision;
pub mod delivery;
pub mod device;
pub mod dialect;
pub mod discovery;
pub mod duration;
pub mod env;
pub mod error;
pub mod evaluation;
pub mod explanation;
pub mod factor;
pub mod github;
pub mod grants;
pub mod id;
pub mod id_token;
pub mod inspection;
pub mod introspection;
pub mod jose;
pub mod logout;
pub mod logout_token;
pub mod next_step;
pub mod params;
pub mod pkce;
pub mod policy;
pub mod profile;
pub mod recorder;
pub mod records;
pub mod redirect_uri;
pub mod refusal;
#[cfg(test)]
mod refusal_tests;
pub mod response_type;
pub mod revocation;
pub mod scope;
pub mod subject;
pub mod time;
pub mod transaction;
pub mod upstream;
pub mod user;
pub mod userinfo;
pub mod webfinger;
pub mod webhook;
pub mod writes;

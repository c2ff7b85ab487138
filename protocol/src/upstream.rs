//! The other face: Vestibule as a client of another identity provider, a *source*.
//!
//! Pure like the rest of the core. A sign-in through a source is a row of steps; each step either says what is to be sent
//! to the source next, or what came of it. Whoever drives the steps owns the sockets, the clock and the database.
//!
//! The way of a sign-in: [`begin`] sends the browser away, [`Exchange`] goes from the callback to what the source says,
//! [`read_profile`] makes a [`Profile`] of it, [`decide_linking`] says whose account that is, and [`profile_changes`] what of it
//! is written there.

mod account;
mod authorize_url;
mod call;
mod callback;
mod document;
mod exchange;
mod failure;
mod flow;
mod id_token;
pub mod oauth1;
mod property_mapping;
mod source;
mod token;
mod userinfo;
pub mod vendors;
mod wish;

pub use account::ExternalAccount;
pub use call::{Call, CallMethod, Purpose, Reply};
pub use callback::parse_callback;
pub use document::Document;
pub use exchange::{Answer, Exchange, Resumed, Step, Told};
pub use failure::{UpstreamFailure, authn_sh_code, clean};
pub use flow::{Begun, Pending, Redirect, Secrets, Start, begin};
pub use oauth1::signature::SignatureMethod;
pub use property_mapping::PropertyMapping;
pub use source::{
    GroupMatchingMode, Made, Pkce, Source, SourceAuthMethod, SourceKind, UpdateProfile, Upstream, UserMatchingMode,
    UserinfoAuth, UserinfoMethod,
};
pub use token::{Tokens, parse_token_answer, refresh, refreshed};
pub use userinfo::parse_userinfo;
pub use wish::{NAMING, PASSED, Wish};

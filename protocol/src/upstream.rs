//! The other face: Vestibule as a client of another identity provider, a *source*.
//!
//! Pure like the rest of the core. A sign-in through a source is a row of steps; each step either says what is to be sent
//! to the source next, or what came of it. Whoever drives the steps owns the sockets, the clock and the database.

mod account;
mod source;

pub use account::ExternalAccount;
pub use source::{
    GroupMatchingMode, Made, Pkce, Source, SourceAuthMethod, SourceKind, UpdateProfile, Upstream, UserMatchingMode,
    UserinfoAuth, UserinfoMethod,
};

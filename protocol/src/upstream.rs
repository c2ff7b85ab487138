//! The other face: Vestibule as a client of another identity provider, a *source*.
//!
//! Pure like the rest of the core. A sign-in through a source is a row of steps; each step either says what is to be sent
//! to the source next, or what came of it. Whoever drives the steps owns the sockets, the clock and the database.
//!
//! The way of a sign-in: [`begin`] sends the browser away, [`Exchange`] goes from the callback to what the source says,
//! [`read_profile`] makes a [`Profile`] of it, [`decide_linking`] says whose account that is, and [`profile_changes`] what of it
//! is written there.

mod account;
mod attribute_mapping;
mod auth0_profile;
mod authorize_url;
mod call;
mod callback;
mod changes;
pub mod discovery;
mod document;
mod domains;
mod email;
mod exchange;
mod failure;
mod flow;
mod id_token;
mod linking;
pub mod oauth1;
pub mod probe;
mod profile;
mod profile_fields;
mod properties;
mod property_mapping;
mod revocation;
mod sign_out;
mod source;
mod source_groups;
mod token;
mod trust;
mod userinfo;
pub mod vendors;
mod wish;

pub use account::ExternalAccount;
pub use attribute_mapping::{KEYS as ATTRIBUTE_MAPPING_KEYS, Mapped, is_truthy, leftovers, map_attributes};
pub use call::{Call, CallMethod, Purpose, Reply};
pub use callback::parse_callback;
pub use changes::{UserChanges, profile_changes};
pub use document::Document;
pub use domains::{domain_of, parse_domain};
pub use email::{Email, linkable_email_key, parse_email};
pub use exchange::{Answer, Exchange, Resumed, ScriptFailure, Step, Told};
pub use failure::{UpstreamFailure, authn_sh_code, clean};
pub use flow::{Begun, Pending, Redirect, Secrets, Start, begin};
pub use linking::{
    AccountWrite, Entered, Finish, Holder, LinkPurpose, Linked, LinkingDecision, LinkingOutcome, LinkingRow,
    LinkingSituation, NewUser, Person, decide_linking, make_username,
};
pub use oauth1::signature::SignatureMethod;
pub use profile::{Dropped, Profile, info, read_profile};
pub use properties::{apply_properties, base_properties, merge_properties};
pub use property_mapping::PropertyMapping;
pub use revocation::revoke;
pub use sign_out::sign_out_address;
pub use source::{
    GroupMatchingMode, Made, OPTIONS, Pkce, Source, SourceAuthMethod, SourceKind, UpdateProfile, Upstream,
    UserMatchingMode, UserinfoAuth, UserinfoMethod,
};
pub use source_groups::{
    GroupDecision, GroupRow, GroupSituation, SourceGroup, apply_group_properties, base_group_properties, decide_groups,
};
pub use token::{Tokens, parse_token_answer, refresh, refreshed};
pub use trust::{TrustFault, Trusted, check_trusted};
pub use userinfo::parse_userinfo;
pub use wish::{NAMING, PASSED, Wish};

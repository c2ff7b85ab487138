//! The person or service account that tokens speak of, and the groups it belongs to.
//!
//! Fields have the names of the management API and of the OpenID standard claims (OpenID Connect Core, section 5.1).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Time;

/// The text under which a user name is found: without regard to case.
#[must_use]
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The text under which an e-mail address is found and compared, wherever that happens: without regard to the case of ASCII
/// letters. Letters beyond ASCII stay as they are, because the lower case of some is an ASCII letter (that of U+212A is `k`), and
/// then two mailboxes would be one.
#[must_use]
pub fn email_key(address: &str) -> String {
    address.trim().to_ascii_lowercase()
}

/// Whether two e-mail addresses are the same one.
#[must_use]
pub fn is_same_email(one: &str, other: &str) -> bool {
    email_key(one) == email_key(other)
}

/// What kind of account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserType {
    /// A human being.
    #[default]
    Person,
    /// A program; it can not sign in at a page.
    ServiceAccount,
}

impl UserType {
    /// The name in the management API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::ServiceAccount => "service_account",
        }
    }
}

/// The claim `address` (OpenID Connect Core, section 5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Address {
    /// The whole address, with line breaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    /// City.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    /// State, province, prefecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The standard claims that are stored as they are (OpenID Connect Core, section 5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StandardClaims {
    /// First name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Middle name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub middle_name: Option<String>,
    /// What friends say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Address of a profile page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// Address of a web page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthdate: Option<String>,
    /// A name of the time zone database, `Europe/Paris`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zoneinfo: Option<String>,
    /// A BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Whether the number is known to be the person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number_verified: Option<bool>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct User {
    /// `user_` and a ULID.
    pub id: String,
    /// Sequential, below 2^53.
    pub number: i64,
    /// Random, in its text form.
    pub uuid: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// What a person types to sign in. Unique without regard to case.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Primary e-mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// Switched off, it gets nothing and can not sign in.
    pub is_active: bool,
    /// Person or program.
    pub kind: UserType,
    /// May everything in the management API and the dashboard.
    pub is_admin: bool,
    /// Free attributes for mappings and policies.
    pub attributes: Map<String, Value>,
    /// Standard claims.
    pub claims: StandardClaims,
    /// Sessions and grants from before this moment are dead: sign-out everywhere, a changed password.
    pub valid_from: Time,
}

/// A user together with what decisions and claims need: the names of the groups, direct and inherited, without repeats,
/// sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    /// The user.
    pub user: User,
    /// Names of its groups; empty also when nobody asked for them.
    pub groups: Vec<String>,
    /// Names of what it may do in the application; empty also when nobody asked for them.
    pub entitlements: Vec<String>,
}

/// A group of users.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// `group_` and a ULID.
    pub id: String,
    /// Sequential, below 2^53.
    pub number: i64,
    /// Random, in its text form.
    pub uuid: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// Unique.
    pub name: String,
    /// Members may everything in the management API and the dashboard.
    pub is_admin: bool,
    /// Free attributes for mappings and policies.
    pub attributes: Map<String, Value>,
    /// Ids of the groups above it.
    pub parents: Vec<String>,
}

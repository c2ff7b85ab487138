//! The external account: a person's identity at a source, linked to a user of ours.

use serde_json::{Map, Value};

use super::profile::Profile;
use super::source::Source;
use crate::time::Time;

/// A link between an identity at a source and a user. What the source calls itself is kept here too, so that it can be read
/// when the source is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExternalAccount {
    /// `ext_` and a ULID.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// The key of the source.
    pub source_key: String,
    /// The name of the source when the link was made.
    pub source_name: String,
    /// Whose it is.
    pub user_id: String,
    /// The identifier there, at most 255 characters. Unique within the source unless it is empty, and an empty one never matches.
    pub provider_user_id: String,
    /// The address as the source writes it.
    pub email_address: Option<String>,
    /// Whether the source says that the address is the person's.
    pub verified: bool,
    /// What the source granted.
    pub scopes: Vec<String>,
    /// What the source said beyond the fields above.
    pub public_metadata: Map<String, Value>,
    /// When it was linked.
    pub linked_at: Time,
    /// When the person last signed in through it; `None`: not since it was linked.
    pub last_signed_in_at: Option<Time>,
    /// How often somebody came in through it.
    pub sign_ins: i64,
    /// From where the last time.
    pub last_address: Option<String>,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
}

impl ExternalAccount {
    /// A new link. What the source is called now stays on it.
    #[must_use]
    pub fn new(id: String, source: &Source, user_id: &str, profile: &Profile, scopes: Vec<String>, now: Time) -> Self {
        let mut account = Self {
            id,
            source_id: source.id.clone(),
            source_key: source.key.clone(),
            source_name: source.name.clone(),
            user_id: user_id.to_owned(),
            provider_user_id: profile.provider_user_id.clone(),
            linked_at: now,
            version: 1,
            ..Self::default()
        };
        account.describe(profile, scopes, now);
        account
    }

    /// Takes over what the source says at another sign-in. An address that it no longer says stays, and so does that it was the
    /// person's.
    pub fn describe(&mut self, profile: &Profile, scopes: Vec<String>, now: Time) {
        if profile.email_address.is_some() {
            self.email_address.clone_from(&profile.email_address);
            self.verified = profile.verified;
        }
        self.scopes = scopes;
        self.public_metadata.clone_from(&profile.public_metadata);
        self.updated_at = now;
    }
    /// Whether the source said the same of it then and now.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.email_address == other.email_address
            && self.verified == other.verified
            && self.scopes == other.scopes
            && self.public_metadata == other.public_metadata
    }
}

//! What a sign-in through a source writes to the account, and never takes away.

use serde_json::{Map, Value};

use super::email::parse_email;
use super::profile::Profile;
use super::source::{Made, Source, UpdateProfile, UserMatchingMode};
use crate::user::{User, is_same_email};

/// Changes of a user; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserChanges {
    /// Full name.
    pub name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// Picture.
    pub picture: Option<String>,
    /// Telephone number.
    pub phone_number: Option<String>,
    /// Language.
    pub locale: Option<String>,
    /// Time zone.
    pub zoneinfo: Option<String>,
    /// An address to attach, and whether it is known to be the person's. An account that has none gets it as its primary one.
    pub email: Option<(String, bool)>,
    /// Attributes to merge into those of the user.
    pub attributes: Map<String, Value>,
}

impl UserChanges {
    /// The fields that change, by their names in the management API.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("given_name", self.given_name.is_some()),
            ("family_name", self.family_name.is_some()),
            ("nickname", self.nickname.is_some()),
            ("picture", self.picture.is_some()),
            ("phone_number", self.phone_number.is_some()),
            ("locale", self.locale.is_some()),
            ("zoneinfo", self.zoneinfo.is_some()),
            ("email", self.email.is_some()),
            ("attributes", !self.attributes.is_empty()),
        ]
        .into_iter()
        .filter_map(|(name, changes)| changes.then_some(name))
        .collect()
    }

    /// Writes the changes to a record. An address goes there when the record has none, or has this one.
    pub fn apply(self, user: &mut User) {
        if let Some(name) = self.name {
            user.name = name;
        }
        let fields = [
            (self.given_name, &mut user.claims.given_name),
            (self.family_name, &mut user.claims.family_name),
            (self.nickname, &mut user.claims.nickname),
            (self.picture, &mut user.claims.picture),
            (self.phone_number, &mut user.claims.phone_number),
            (self.locale, &mut user.claims.locale),
            (self.zoneinfo, &mut user.claims.zoneinfo),
        ];
        for (value, field) in fields {
            if value.is_some() {
                *field = value;
            }
        }
        if let Some((address, verified)) = self.email {
            let is_same = user.email.as_deref().is_some_and(|own| is_same_email(own, &address));
            if user.email.is_none() || is_same {
                user.email_verified |= verified;
                user.email.get_or_insert(address);
            }
        }
        for (name, value) in self.attributes {
            user.attributes.insert(name, value);
        }
    }
}

/// What this sign-in writes to the account. `first`: the account was made for it. `address_of_another`: another user has the
/// address of the profile.
///
/// Names and picture follow `update_profile`; a source of authn.sh's words sets names once and only the picture later. Nothing is
/// blanked because a source no longer says it.
#[must_use]
pub fn profile_changes(
    source: &Source,
    first: bool,
    profile: &Profile,
    user: &User,
    address_of_another: bool,
) -> UserChanges {
    let writes = match source.update_profile {
        UpdateProfile::OnEachLogin => true,
        UpdateProfile::OnFirstLogin => first,
        UpdateProfile::NeverOnLogin => false,
    };
    let mut changes = UserChanges::default();
    if writes {
        let names = first || source.made != Made::AuthnSh;
        let changed = |said: &Option<String>, standing: Option<&str>, may: bool| {
            said.clone()
                .filter(|said| may && !said.is_empty() && Some(said.as_str()) != standing)
        };
        let claims = &user.claims;
        changes = UserChanges {
            name: changed(&profile.name, Some(&user.name), names),
            given_name: changed(&profile.given_name, claims.given_name.as_deref(), names),
            family_name: changed(&profile.family_name, claims.family_name.as_deref(), names),
            nickname: changed(&profile.nickname, claims.nickname.as_deref(), names),
            picture: changed(&profile.picture, claims.picture.as_deref(), true),
            phone_number: changed(&profile.phone_number, claims.phone_number.as_deref(), first),
            locale: changed(&profile.locale, claims.locale.as_deref(), first),
            zoneinfo: changed(&profile.zoneinfo, claims.zoneinfo.as_deref(), first),
            email: None,
            attributes: changed_attributes(&profile.attributes, &user.attributes),
        };
    }
    if first || writes {
        changes.email = address(source, profile, user, address_of_another);
    }
    changes
}

fn changed_attributes(said: &Map<String, Value>, standing: &Map<String, Value>) -> Map<String, Value> {
    let changed = said.iter().filter(|(name, value)| standing.get(*name) != Some(*value));
    changed.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The address that is attached: a verified one that the account has not, or an unverified one where the account has none and the
/// mode does not keep it away.
fn address(source: &Source, profile: &Profile, user: &User, of_another: bool) -> Option<(String, bool)> {
    let email = parse_email(profile.email_address.as_deref()?)?;
    let own = user.email.as_deref();
    let is_own = own.is_some_and(|own| is_same_email(own, &email.stored));
    if profile.verified {
        // Two accounts with one verified address could no longer be told apart by it.
        let is_news = !(is_own && user.email_verified);
        return (is_news && !of_another).then_some((email.stored, true));
    }
    let keeps_away = source.user_matching_mode == UserMatchingMode::VerifiedEmailLink;
    (own.is_none() && !keeps_away).then_some((email.stored, false))
}

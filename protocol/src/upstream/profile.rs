//! From what a source said to a person: one pipeline for sign-in and replay.
//!
//! ID token, profile and the result of a script come in ([`Told`]); a [`Profile`] goes out. What can not be kept is dropped, with
//! the reason, and never fails a sign-in; only a person that can not be told from others does.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attribute_mapping::{Mapped, leftovers, map_attributes, read_identifier};
use super::document::Document;
use super::email::parse_email;
use super::exchange::Told;
use super::failure::UpstreamFailure;
use super::profile_fields::{Reading, SCRIPT_PATHS};
use super::source::{Made, Source, SourceKind};
use super::source_groups::{SourceGroup, read_groups};
use super::vendors::{self, Habit, Paths};
use crate::error::OAuthError;
use crate::refusal::Refusal;

/// The longest identifier of a person at a source, in characters.
const LONGEST_ID: usize = 255;

/// Claims of an ID token that speak of the token and not of the person.
const TOKEN_CLAIMS: [&str; 12] = [
    "iss",
    "aud",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "at_hash",
    "c_hash",
    "s_hash",
    "azp",
    "jti",
    "auth_time",
];

/// Members of a script's profile that only we set.
const MAINTAINED: [&str; 6] = [
    "created_at",
    "updated_at",
    "last_login",
    "last_ip",
    "logins_count",
    "identities",
];

/// A person as a source describes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// The identifier there. Empty only with plain OAuth 2.0 and an `attribute_mapping`, and then it never matches.
    pub provider_user_id: String,
    /// The address as the source writes it.
    pub email_address: Option<String>,
    /// Whether the source says that it is the person's.
    pub verified: bool,
    /// User name.
    pub username: Option<String>,
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
    /// Attributes that property mappings set.
    pub attributes: Map<String, Value>,
    /// Groups there.
    pub groups: Vec<SourceGroup>,
    /// What the source says beyond all this.
    pub public_metadata: Map<String, Value>,
    /// `user_metadata` of a profile script.
    pub user_metadata: Map<String, Value>,
    /// `app_metadata` of a profile script.
    pub app_metadata: Map<String, Value>,
    /// What was not taken over.
    #[serde(skip)]
    pub dropped: Vec<Dropped>,
}

/// A value that was not taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Where it stood.
    pub key: String,
    /// Why.
    pub why: &'static str,
}

impl Dropped {
    pub(super) fn new(key: impl Into<String>, why: &'static str) -> Self {
        Self { key: key.into(), why }
    }
}

/// What property mappings (`info`) and policies (`oauth_userinfo`) see of a person: everything that the source said.
#[must_use]
pub fn info(told: &Told) -> Document {
    if let Some(script) = &told.script {
        return script.clone();
    }
    let mut claims = told.id_token.clone().unwrap_or_default();
    for name in TOKEN_CLAIMS {
        claims.remove(name);
    }
    let Some(userinfo) = &told.userinfo else { return claims };
    // Whether an address is verified is said of the address beside it, never of one that came from elsewhere.
    if userinfo.get("email").is_some() && userinfo.get("email") != claims.get("email") {
        claims.remove("email_verified");
    }
    claims.overlaid(userinfo)
}

/// Makes a person of what a source said.
///
/// # Errors
/// [`Refusal::UpstreamUserIdMissing`] or [`Refusal::UpstreamUserIdTooLong`].
pub fn read_profile(source: &Source, told: &Told) -> Result<Profile, UpstreamFailure> {
    let mut document = info(told);
    rename(source, &mut document);
    let by_script = told.script.is_some();
    let paths = if by_script {
        SCRIPT_PATHS
    } else {
        vendors::paths(source)
    };
    let mapping = &source.attribute_mapping;
    let mapped = map_attributes(&document, mapping);
    let mut reading = Reading::new(&document);
    let mut profile = Profile {
        provider_user_id: identifier(source, &document, by_script, &mapped, &paths)?,
        ..Profile::default()
    };
    read_email(source, by_script, &mut profile, &mut reading, &mapped, &paths);
    if mapping.is_empty() {
        profile.given_name = reading.text(paths.given_name);
        profile.family_name = reading.text(paths.family_name);
        profile.picture = reading.url(paths.picture);
    } else {
        profile.given_name = reading.keep_text("first_name", mapped.first_name);
        profile.family_name = reading.keep_text("last_name", mapped.last_name);
        profile.picture = reading.keep_url("profile_image_url", mapped.profile_image_url);
    }
    // A mapping of authn.sh writes its own fields and no other.
    if mapping.is_empty() || source.made == Made::Native {
        profile.username = reading.username(paths.username);
        profile.name = reading.text(paths.name);
        profile.nickname = reading.text(paths.nickname);
        if source.kind == SourceKind::Oidc || by_script {
            profile.phone_number = reading.phone_number(&["phone_number"]);
            profile.locale = reading.locale(&["locale"]);
            profile.zoneinfo = reading.zoneinfo(&["zoneinfo"]);
        }
    }
    complete_names(source, &mut profile);
    let groups_claim = source.groups_claim.as_deref().unwrap_or("groups");
    profile.groups = read_groups(document.at(groups_claim), groups_claim, &mut reading.dropped);
    let consumed = consumed(source, &reading, &paths, groups_claim);
    profile.public_metadata = leftovers(document.members(), consumed.iter().map(String::as_str));
    if by_script {
        take_script_members(&mut profile, &mut reading.dropped);
    }
    profile.dropped = reading.dropped;
    if source.made == Made::Auth0 {
        super::auth0_profile::finish(source, &mut profile);
    }
    Ok(profile)
}

/// Auth0's `fieldsMap`: members of the profile that are to be known under other names.
fn rename(source: &Source, document: &mut Document) {
    let Some(names) = source.option("fieldsMap").and_then(Value::as_object) else {
        return;
    };
    for (theirs, ours) in names {
        if let (Some(value), Some(ours)) = (document.at(theirs).cloned(), ours.as_str()) {
            document.remove(theirs);
            document.set(ours, value);
        }
    }
}

/// The identifier, as far as it tells people apart.
fn identifier(
    source: &Source,
    document: &Document,
    by_script: bool,
    mapped: &Mapped,
    paths: &Paths,
) -> Result<String, UpstreamFailure> {
    let may_be_empty = source.kind == SourceKind::Oauth2 && !source.attribute_mapping.is_empty() && !by_script;
    let id = match &mapped.provider_user_id {
        Some(id) => Some(id.clone()).filter(|id| !id.is_empty()),
        // A mapping that names no identifier takes the usual one, except where it may be empty.
        None if may_be_empty => None,
        None => paths.id.iter().find_map(|path| read_identifier(document, path)),
    };
    match id {
        Some(id) if id.chars().count() > LONGEST_ID => Err(OAuthError::new(Refusal::UpstreamUserIdTooLong)
            .given(format!("{} characters", id.chars().count()))
            .into()),
        Some(id) if id.chars().any(char::is_control) => Err(OAuthError::new(Refusal::UpstreamUserIdMissing)
            .given("control characters")
            .into()),
        Some(id) => Ok(id),
        None if may_be_empty => Ok(String::new()),
        None => {
            let path = source.attribute_mapping.get("provider_user_id").map(String::as_str);
            let expected = path.map_or_else(|| paths.id.join(" or "), str::to_owned);
            let names: Vec<&str> = document.members().keys().map(String::as_str).collect();
            Err(OAuthError::new(Refusal::UpstreamUserIdMissing)
                .given(format!("members: {}", names.join(" ")))
                .expected(expected)
                .into())
        }
    }
}

/// The address, and whether it is the person's.
fn read_email(
    source: &Source,
    by_script: bool,
    profile: &mut Profile,
    reading: &mut Reading<'_>,
    mapped: &Mapped,
    paths: &Paths,
) {
    let by_mapping = !source.attribute_mapping.is_empty();
    let key = source
        .attribute_mapping
        .get("email_address")
        .map_or("email", String::as_str);
    let written = match &mapped.email_address {
        Some(address) => Some(address.clone()),
        None if by_mapping => None,
        None => reading.first(paths.email),
    };
    let Some(written) = written.filter(|address| !address.trim().is_empty()) else {
        return;
    };
    if parse_email(&written).is_none() {
        reading.dropped.push(Dropped::new(key, "it is no e-mail address"));
        return;
    }
    profile.verified = match mapped.verified {
        Some(verified) => verified,
        // Plain OAuth 2.0 by hand: only `_verified` says so.
        None if by_mapping && source.kind != SourceKind::Oidc && vendors::of(source).is_none() && !by_script => false,
        // `email_verified` speaks of `email` and of no other member.
        None => {
            let is_that_one = paths
                .email
                .iter()
                .any(|path| reading.document().scalar(path) == written);
            is_that_one && reading.is_true(paths.verified)
        }
    };
    profile.email_address = Some(written);
}

/// A full name where there are only its parts, and what Auth0 puts in the place of names that are missing.
fn complete_names(source: &Source, profile: &mut Profile) {
    if profile.name.is_none() {
        let parts = [&profile.given_name, &profile.family_name];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        profile.name = Some(parts.join(" ")).filter(|name| !name.is_empty());
    }
    if source.made == Made::Auth0
        && let Some(address) = &profile.email_address
    {
        profile.name.get_or_insert_with(|| address.clone());
        let local = address.split('@').next().unwrap_or_default().trim();
        profile.nickname.get_or_insert_with(|| local.to_owned());
    }
}

/// The paths whose values have become fields.
fn consumed(source: &Source, reading: &Reading<'_>, paths: &Paths, groups_claim: &str) -> Vec<String> {
    let mut consumed: Vec<String> = if source.attribute_mapping.is_empty() {
        let mut used = reading.used.clone();
        let id = paths
            .id
            .iter()
            .find(|path| read_identifier(reading.document(), path).is_some());
        used.extend(id.map(|path| (*path).to_owned()));
        used
    } else {
        source.attribute_mapping.values().cloned().collect()
    };
    if source.kind == SourceKind::Oidc || vendors::habit(source) == Habit::GitHub {
        // It has said what it had to say of the address.
        consumed.push("email_verified".to_owned());
    }
    if source.made == Made::Native {
        consumed.push(groups_claim.to_owned());
    }
    consumed
}

/// The two objects of metadata that a script may return, and the members that it must not.
fn take_script_members(profile: &mut Profile, dropped: &mut Vec<Dropped>) {
    let mut take = |name: &str| match profile.public_metadata.remove(name) {
        Some(Value::Object(members)) => members,
        Some(Value::Null) | None => Map::new(),
        Some(_) => {
            dropped.push(Dropped::new(name, "it is no object"));
            Map::new()
        }
    };
    profile.user_metadata = take("user_metadata");
    profile.app_metadata = take("app_metadata");
    for name in MAINTAINED {
        if profile.public_metadata.remove(name).is_some() {
            dropped.push(Dropped::new(name, "only this server sets it"));
        }
    }
}

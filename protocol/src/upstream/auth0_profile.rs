//! What Auth0's connections do to a profile after it was read: the picture that stands for a missing one (B-11.6), metadata that
//! belong to the user, and what is not to be stored (B-2.17).

use md5::{Digest as _, Md5};
use serde_json::Value;

use super::profile::Profile;
use super::source::Source;
use crate::id::hex;

/// Completes the profile.
pub(super) fn finish(source: &Source, profile: &mut Profile) {
    if profile.picture.is_none() {
        profile.picture = profile.email_address.as_deref().map(gravatar);
    }
    // Policies and mappings read them there.
    for (name, members) in [
        ("user_metadata", &profile.user_metadata),
        ("app_metadata", &profile.app_metadata),
    ] {
        if !members.is_empty() {
            profile
                .attributes
                .insert(name.to_owned(), Value::Object(members.clone()));
        }
    }
    let names = source.option("non_persistent_attrs").and_then(Value::as_array);
    for name in names.into_iter().flatten().filter_map(Value::as_str) {
        forget(profile, name);
    }
}

/// The picture of an address at a public service, which knows addresses by their MD5.
fn gravatar(address: &str) -> String {
    let hash = hex(&Md5::digest(address.trim().to_lowercase().as_bytes()));
    format!("https://s.gravatar.com/avatar/{hash}?s=480&r=pg&d=identicon")
}

/// Takes a member out of what is written.
fn forget(profile: &mut Profile, name: &str) {
    let field = match name {
        "name" => &mut profile.name,
        "given_name" => &mut profile.given_name,
        "family_name" => &mut profile.family_name,
        "nickname" => &mut profile.nickname,
        "picture" => &mut profile.picture,
        "phone_number" => &mut profile.phone_number,
        "locale" => &mut profile.locale,
        "zoneinfo" => &mut profile.zoneinfo,
        "username" => &mut profile.username,
        "email" => {
            profile.verified = false;
            &mut profile.email_address
        }
        other => {
            profile.public_metadata.remove(other);
            profile.attributes.remove(other);
            return;
        }
    };
    *field = None;
}

//! The fields of a user that callers write, and what a change of them makes of the record.

use protocol::profile::check_user;
use protocol::user::{Address, StandardClaims, User, UserType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::users::list::UserWithGroups;
use utoipa::ToSchema;

use super::emails;
use crate::actions::changes::{Changes, Fields};
use crate::actions::merge::{merge, normal_ids};
use crate::actions::outcome::FieldError;

/// The writable fields of a user.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = UserFields)]
pub struct UserFields {
    /// What a person types to sign in: 1 to 150 characters, unique without regard to case. Required for a new user.
    #[schema(example = "alice")]
    pub username: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Every e-mail address, one of them the primary one; takes the place of those before. Write this, or `email` and
    /// `email_verified`.
    pub emails: Option<Vec<EmailFields>>,
    /// Primary e-mail address.
    #[schema(example = "alice@example.com")]
    pub email: Option<String>,
    /// Whether the address is known to be the person's; false again when the address changes.
    pub email_verified: Option<bool>,
    /// Switched off, it gets nothing, its sessions end and its grants are revoked. Default: true.
    pub is_active: Option<bool>,
    /// `person` (default) or `service_account`.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<UserType>,
    /// May everything; needs the permission `*` to be given or taken.
    pub is_admin: Option<bool>,
    /// Free attributes for mappings and policies.
    #[schema(value_type = Option<Object>)]
    pub attributes: Option<Map<String, Value>>,
    /// Ids of the groups that it belongs to directly.
    pub groups: Option<Vec<String>>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Middle name.
    pub middle_name: Option<String>,
    /// What friends say.
    pub nickname: Option<String>,
    /// URL of a profile page.
    pub profile: Option<String>,
    /// URL of a picture.
    pub picture: Option<String>,
    /// URL of a web page.
    pub website: Option<String>,
    /// Free text.
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`.
    pub birthdate: Option<String>,
    /// A name of the time zone database.
    #[schema(example = "Europe/Paris")]
    pub zoneinfo: Option<String>,
    /// A BCP 47 language tag.
    #[schema(example = "en-US")]
    pub locale: Option<String>,
    /// E.164.
    #[schema(example = "+14155550100")]
    pub phone_number: Option<String>,
    /// Whether the number is known to be the person's; false again when the number changes.
    pub phone_number_verified: Option<bool>,
    /// Postal address: `formatted`, `street_address`, `locality`, `region`, `postal_code`, `country`.
    #[schema(value_type = Option<Object>)]
    pub address: Option<Map<String, Value>>,
}

/// An e-mail address of a user.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = UserEmailFields)]
pub struct EmailFields {
    /// The address.
    #[schema(example = "alice@example.com")]
    pub address: String,
    /// Whether it is known to be the person's. Default: false.
    pub verified: bool,
    /// Whether it is the one in `email`: exactly one is. Default: false.
    pub primary: bool,
    /// Read only: what the answer of another call carried is taken back.
    #[schema(ignore)]
    #[serde(skip_serializing)]
    pub linked_to: serde::de::IgnoredAny,
}

impl Fields for UserFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "number", "uuid"];
}

/// Applies `changes` to `found` and answers everything that is wrong with the outcome. `merged`: objects are merged as
/// RFC 7396 says, instead of taking the place of what was there.
pub(super) fn apply(changes: Changes<UserFields>, found: &mut UserWithGroups, merged: bool) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (email, phone_number) = (found.user.email.clone(), found.user.claims.phone_number.clone());
    let names_verified = |given: Option<bool>, field: &str| given.is_some() || changes.resets(field);
    let keeps_email = names_verified(changes.fields.email_verified, "email_verified");
    let keeps_phone = names_verified(changes.fields.phone_number_verified, "phone_number_verified");

    apply_account(&changes, found);
    let mut keeps_email = keeps_email;
    if let Some(given) = &changes.fields.emails {
        keeps_email = true;
        match emails::apply(given, found) {
            _ if changes.fields.email.is_some() || changes.fields.email_verified.is_some() => {
                errors.push(FieldError::invalid(
                    "emails",
                    "Write emails, or email and email_verified.",
                ));
            }
            Ok(()) => {}
            Err(error) => errors.push(error),
        }
    } else if changes.resets("emails") {
        found.user.email = None;
        found.user.email_verified = false;
        found.emails.clear();
    }
    apply_claims(&changes, &mut found.user.claims);
    let UserFields {
        attributes, address, ..
    } = changes.fields;
    if changes.reset.contains("attributes") {
        found.user.attributes = Map::new();
    }
    if let Some(attributes) = attributes {
        if merged {
            merge(&mut found.user.attributes, attributes);
        } else {
            found.user.attributes = attributes;
        }
    }
    if changes.reset.contains("address") {
        found.user.claims.address = None;
    }
    if let Some(address) = address {
        errors.extend(apply_address(address, &mut found.user.claims, merged));
    }
    // What was proved of one address proves nothing of another.
    if !keeps_email && found.user.email != email {
        found.user.email_verified = false;
    }
    if !keeps_phone && found.user.claims.phone_number != phone_number {
        let verified = &mut found.user.claims.phone_number_verified;
        *verified = verified.and(found.user.claims.phone_number.as_ref()).map(|_| false);
    }
    errors.extend(
        check_user(&found.user)
            .into_iter()
            .map(|(field, wrong)| FieldError::new(field, wrong.code, format!("This field {}.", wrong.message))),
    );
    errors
}

fn apply_account(changes: &Changes<UserFields>, found: &mut UserWithGroups) {
    let fields = &changes.fields;
    let user = &mut found.user;
    set(&mut user.username, &fields.username, changes.resets("username"));
    set(&mut user.name, &fields.name, changes.resets("name"));
    set_option(&mut user.email, &fields.email, changes.resets("email"));
    set(
        &mut user.email_verified,
        &fields.email_verified,
        changes.resets("email_verified"),
    );
    if changes.resets("email") {
        user.email_verified = false;
    }
    if changes.resets("is_active") {
        user.is_active = true;
    }
    set(&mut user.is_active, &fields.is_active, false);
    set(&mut user.kind, &fields.kind, changes.resets("type"));
    set(&mut user.is_admin, &fields.is_admin, changes.resets("is_admin"));
    let groups = fields.groups.clone().map(normal_ids);
    set(&mut found.groups, &groups, changes.resets("groups"));
}

fn apply_claims(changes: &Changes<UserFields>, claims: &mut StandardClaims) {
    macro_rules! claims {
        ($($name:ident),*) => {
            $(set_option(&mut claims.$name, &changes.fields.$name, changes.resets(stringify!($name)));)*
        };
    }
    claims!(
        given_name,
        family_name,
        middle_name,
        nickname,
        profile,
        picture,
        website,
        gender,
        birthdate,
        zoneinfo,
        locale,
        phone_number,
        phone_number_verified
    );
}

fn apply_address(given: Map<String, Value>, claims: &mut StandardClaims, merged: bool) -> Option<FieldError> {
    let mut members = match claims.address.as_ref().map(serde_json::to_value) {
        Some(Ok(Value::Object(members))) if merged => members,
        _ => Map::new(),
    };
    merge(&mut members, given);
    match serde_json::from_value::<Address>(Value::Object(members)) {
        Ok(address) => {
            claims.address = (address != Address::default()).then_some(address);
            None
        }
        Err(_) => Some(FieldError::invalid(
            "address",
            "Write texts for formatted, street_address, locality, region, postal_code and country, and nothing else.",
        )),
    }
}

fn set<T: Clone + Default>(target: &mut T, given: &Option<T>, reset: bool) {
    if let Some(given) = given {
        target.clone_from(given);
    } else if reset {
        *target = T::default();
    }
}

fn set_option<T: Clone>(target: &mut Option<T>, given: &Option<T>, reset: bool) {
    if given.is_some() {
        target.clone_from(given);
    } else if reset {
        *target = None;
    }
}

/// The writable fields as JSON, under their names in the management API.
#[must_use]
pub fn shown(found: &UserWithGroups) -> Map<String, Value> {
    let User {
        username,
        name,
        email,
        email_verified,
        is_active,
        kind,
        is_admin,
        attributes,
        claims,
        ..
    } = &found.user;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("username", Value::from(username.as_str()));
    put("name", Value::from(name.as_str()));
    put("email", Value::from(email.clone()));
    put("email_verified", Value::from(*email_verified));
    put("is_active", Value::from(*is_active));
    put("type", Value::from(kind.as_str()));
    put("is_admin", Value::from(*is_admin));
    put("attributes", Value::Object(attributes.clone()));
    put("groups", Value::from(found.groups.clone()));
    macro_rules! claims {
        ($($name:ident),*) => {
            $(put(stringify!($name), Value::from(claims.$name.clone()));)*
        };
    }
    claims!(
        given_name,
        family_name,
        middle_name,
        nickname,
        profile,
        picture,
        website,
        gender,
        birthdate,
        zoneinfo,
        locale,
        phone_number,
        phone_number_verified
    );
    put(
        "address",
        claims
            .address
            .as_ref()
            .and_then(|address| serde_json::to_value(address).ok())
            .unwrap_or(Value::Null),
    );
    fields
}

/// Names of the fields that differ.
pub(super) fn changed(before: &UserWithGroups, after: &UserWithGroups) -> Vec<String> {
    let after = shown(after);
    shown(before)
        .into_iter()
        .filter(|(name, value)| after.get(name) != Some(value))
        .map(|(name, _)| name)
        .collect()
}

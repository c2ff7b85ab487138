//! Every resource that the dashboard shows.

mod access;
mod applications;
mod keys;
mod observed;
mod people;
mod sources;
mod webhooks;

pub(in crate::dashboard) use sources::USER_MATCHING_MODES;

use super::resource::Resource;

/// All of them.
pub(super) const ALL: &[&Resource] = &[
    &applications::APPLICATIONS,
    &sources::SOURCES,
    &people::USERS,
    &people::GROUPS,
    &people::APP_PASSWORDS,
    &people::FACTORS,
    &access::POLICIES,
    &access::POLICY_BINDINGS,
    &access::SCOPE_MAPPINGS,
    &access::PROPERTY_MAPPINGS,
    &access::ENTITLEMENTS,
    &keys::KEYS,
    &webhooks::WEBHOOKS,
    &webhooks::DELIVERIES,
    &webhooks::API_TOKENS,
    &observed::SESSIONS,
    &observed::GRANTS,
    &observed::CONSENTS,
    &observed::EXTERNAL_ACCOUNTS,
    &observed::LOGOUT_NOTICES,
    &observed::EVENTS,
];

/// The resource of this name that stands by itself.
pub(super) fn find(path: &str) -> Option<&'static Resource> {
    ALL.iter()
        .find(|resource| resource.parent.is_none() && resource.path == path)
        .copied()
}

/// The resource of this name below another.
pub(super) fn find_below(parent: &str, path: &str) -> Option<&'static Resource> {
    ALL.iter()
        .find(|resource| resource.parent == Some(parent) && resource.path == path)
        .copied()
}

/// The resource that an id belongs to, by its prefix.
pub(super) fn of_id(id: &str) -> Option<&'static Resource> {
    let path = match id.split_once('_')?.0 {
        "app" => "applications",
        "user" => "users",
        "group" => "groups",
        "src" => "sources",
        "key" => "keys",
        "ses" => "sessions",
        "ext" => "external-accounts",
        "whk" => "webhooks",
        "tok" => "api-tokens",
        "pol" => "policies",
        "bind" => "policy-bindings",
        "map" => "scope-mappings",
        "pm" => "property-mappings",
        "ent" => "entitlements",
        "grant" => "grants",
        _ => return None,
    };
    find(path)
}

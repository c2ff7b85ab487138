//! Permissions of API tokens: `*`, or `<resource>:read` and `<resource>:write` for each resource of the management API, and the
//! scopes of Auth0's (`read:connections` and others).

use protocol::auth0;

use super::outcome::FieldError;

/// The resources of the management API, as they stand in paths and permissions.
pub const RESOURCES: [&str; 22] = [
    "api-tokens",
    "applications",
    "consents",
    "entitlements",
    "events",
    "external-accounts",
    "grants",
    "groups",
    "invitations",
    "keys",
    "logout-notices",
    "policies",
    "policy-bindings",
    "property-mappings",
    "recipes",
    "scope-mappings",
    "sessions",
    "settings",
    "sources",
    "transactions",
    "users",
    "webhooks",
];

/// The permission to get tokens of sources for people.
pub const EXTERNAL_TOKENS: &str = "external-accounts:token";

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Read,
    /// Everything else.
    Write,
}

impl Access {
    /// The name inside a permission.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a caller may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl Permissions {
    /// From stored names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Self(names)
    }

    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self(vec!["*".to_owned()])
    }

    /// Whether everything is allowed.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.iter().any(|name| name == "*")
    }

    /// Whether `access` to `resource` is allowed.
    #[must_use]
    pub fn allows(&self, resource: &str, access: Access) -> bool {
        self.is_all()
            || self.0.iter().any(|name| {
                name.split_once(':')
                    .is_some_and(|(of, what)| of == resource && what == access.as_str())
            })
    }

    /// Whether this opens what a scope of Auth0's management interface opens: by that name, or by the native permission that
    /// opens as much.
    #[must_use]
    pub fn opens(&self, scope: &str) -> bool {
        let native = auth0::SCOPES.iter().find(|(name, _)| *name == scope);
        self.covers(scope)
            || native
                .and_then(|(_, native)| *native)
                .is_some_and(|native| self.covers(native))
    }

    /// Whether this covers the permission `name`.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.is_all() || self.0.iter().any(|own| own == name)
    }
}

/// Checks the permissions that a token shall have; the answer is sorted, without repeats.
///
/// # Errors
/// When one of them does not exist, or there is none.
pub fn check_permissions(mut names: Vec<String>) -> Result<Vec<String>, FieldError> {
    const FIELD: &str = "permissions";
    if names.is_empty() {
        return Err(FieldError::invalid(
            FIELD,
            "Give at least one permission, for instance `users:read`.",
        ));
    }
    for name in &names {
        let known = name == "*"
            || name == EXTERNAL_TOKENS
            || auth0::is_scope(name)
            || name
                .split_once(':')
                .is_some_and(|(resource, access)| RESOURCES.contains(&resource) && matches!(access, "read" | "write"));
        if !known {
            let shown: String = name.chars().take(64).collect();
            return Err(FieldError::invalid(
                FIELD,
                format!(
                    "There is no permission `{shown}`; write `*`, `<resource>:read`, `<resource>:write`, or a scope of Auth0's interface."
                ),
            ));
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

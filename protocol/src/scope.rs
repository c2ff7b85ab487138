//! Scopes: how a request names them, which of them count, and the mappings that give them a meaning.

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::error::OAuthError;
use crate::refusal::Refusal;
use crate::time::Time;

/// A mapping that ships with the product and is computed natively.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagedScope {
    /// Makes the request one of OpenID Connect.
    Openid,
    /// `email`, `email_verified`.
    Email,
    /// Names, pictures, locale, and the groups.
    Profile,
    /// `address`.
    Address,
    /// `phone_number`, `phone_number_verified`.
    Phone,
    /// `groups`.
    Groups,
    /// `entitlements`, `roles`.
    Entitlements,
    /// Allows refresh tokens.
    OfflineAccess,
    /// Opens the management API on behalf of the person; given only when it is named.
    #[serde(rename = "goauthentik.io/api")]
    Api,
}

impl ManagedScope {
    /// All of them, in the order of their names.
    pub const ALL: [ManagedScope; 9] = [
        Self::Address,
        Self::Email,
        Self::Api,
        Self::Entitlements,
        Self::Groups,
        Self::OfflineAccess,
        Self::Openid,
        Self::Phone,
        Self::Profile,
    ];

    /// The scope name, which is also the managed name of the mapping.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Email => "email",
            Self::Profile => "profile",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Groups => "groups",
            Self::Entitlements => "entitlements",
            Self::OfflineAccess => "offline_access",
            Self::Api => "goauthentik.io/api",
        }
    }

    /// What the consent page says.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Openid => "Know who you are",
            Self::Email => "Your e-mail address",
            Self::Profile => "Your name and profile",
            Self::Address => "Your postal address",
            Self::Phone => "Your phone number",
            Self::Groups => "The groups you belong to",
            Self::Entitlements => "What you may do in it",
            Self::OfflineAccess => "Stay connected while you are away",
            Self::Api => "Act for you in the management API",
        }
    }

    /// By its managed name, or by authentik's alias `goauthentik.io/providers/oauth2/scope-<name>`; the alias of the
    /// interface ends in `authentik_api` there.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name
            .strip_prefix("goauthentik.io/providers/oauth2/scope-")
            .unwrap_or(name);
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == name || (*scope == Self::Api && name == "authentik_api"))
    }
}

/// A scope and the claims behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeMapping {
    /// `map_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// For administrators.
    pub name: String,
    /// The scope name; several mappings may share one.
    pub scope: String,
    /// What the consent page says; empty: the scope's name.
    pub description: String,
    /// The shipped mapping that this row stands for.
    pub managed: Option<ManagedScope>,
    /// What an installation's own mapping returns: the body of a Python-like function. `None` for a managed one.
    pub expression: Option<String>,
}

impl ScopeMapping {
    /// Whether the mapping may give the claim `name`, as far as can be seen without running it: a managed one by its
    /// list, an own one when a key of this name stands in its text.
    #[must_use]
    pub fn may_give(&self, name: &str) -> bool {
        match (&self.managed, &self.expression) {
            (Some(managed), _) => crate::claims::names_of(*managed).contains(&name),
            (None, Some(expression)) => keys_in(expression).any(|key| key == name),
            (None, None) => false,
        }
    }

    /// The names of the claims that the mapping may give, as [`ScopeMapping::may_give`] sees them.
    #[must_use]
    pub fn claim_names(&self) -> Vec<String> {
        match (&self.managed, &self.expression) {
            (Some(managed), _) => crate::claims::names_of(*managed)
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
            (None, Some(expression)) => keys_in(expression).map(str::to_owned).collect(),
            (None, None) => Vec::new(),
        }
    }
}

/// Words in quotes with a colon behind them: the keys of dictionaries in an expression. It may find too many (a key of
/// an inner dictionary), which promises a claim that does not come; OpenID Connect Core, section 5.5, allows that.
fn keys_in(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(['\n', '{', ',']).filter_map(|piece| {
        let piece = piece.trim_start();
        let quote = piece.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (key, rest) = piece[1..].split_once(quote)?;
        (rest.trim_start().starts_with(':') && !key.is_empty()).then_some(key)
    })
}

/// The scopes of a request as a sorted list without repeats. `None` when the parameter is absent or empty.
///
/// # Errors
/// [`Refusal::ScopeMalformed`] when a character lies outside `scope-token` (RFC 6749, section 3.3).
pub fn parse_scope(value: Option<&str>) -> Result<Option<Vec<String>>, OAuthError> {
    let Some(value) = value else { return Ok(None) };
    let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let mut scopes = Vec::new();
    for scope in value.split([' ', '\t', '\n', '\r']).filter(|scope| !scope.is_empty()) {
        if !scope.bytes().all(allowed) {
            return Err(OAuthError::new(Refusal::ScopeMalformed).given(scope.escape_debug().to_string()));
        }
        scopes.push(scope.to_owned());
    }
    scopes.sort_unstable();
    scopes.dedup();
    Ok((!scopes.is_empty()).then_some(scopes))
}

/// Scopes that open an interface instead of telling something about a person: given only when they are named.
const NEVER_BY_DEFAULT: [&str; 5] = ["goauthentik.io/api", "user", "read:user", "user:email", "read:org"];

/// The scopes that count at the authorization endpoint: those asked for that the application offers, or all that it
/// offers when none were asked for (default scopes; never those that open an interface). What it does not offer is
/// dropped in silence.
#[must_use]
pub fn decide_authorized_scopes(client: &Client, requested: Option<Vec<String>>) -> Vec<String> {
    match requested {
        Some(scopes) => scopes.into_iter().filter(|scope| client.offers(scope)).collect(),
        None => {
            let mut scopes: Vec<String> = client
                .scopes
                .iter()
                .map(|mapping| mapping.scope.clone())
                .filter(|scope| !NEVER_BY_DEFAULT.contains(&scope.as_str()))
                .collect();
            scopes.sort_unstable();
            scopes.dedup();
            scopes
        }
    }
}

/// Whether `scopes` contains `name`.
#[must_use]
pub fn contains(scopes: &[String], name: &str) -> bool {
    scopes.iter().any(|scope| scope == name)
}

//! A source as a provider of authn.sh: which sources are one, of which kind, and how it is shown (authn.sh sheet, section 2), for
//! that interface and for webhooks. No secret is shown, ever.

use std::collections::BTreeMap;

use protocol::time::Time;
use protocol::upstream::{Source, SourceKind, UserinfoAuth, UserinfoMethod, vendors};
use serde::Serialize;

/// The bundled providers (section 7), as far as their data is here.
pub const PRESETS: [&str; 10] = [
    "apple",
    "discord",
    "facebook",
    "github",
    "gitlab",
    "google",
    "linkedin",
    "microsoft",
    "slack",
    "x",
];

/// The longest key.
const LONGEST_KEY: usize = 64;

const PROVIDER: &str = "oauthp_";
const SOURCE: &str = "src_";

/// The id of a provider, from that of its source.
#[must_use]
pub fn provider_id(source_id: &str) -> String {
    let ulid = source_id.strip_prefix(SOURCE).unwrap_or(source_id);
    format!("{PROVIDER}{ulid}")
}

/// A time as authn.sh writes it: Unix milliseconds.
#[must_use]
pub const fn milliseconds(time: Time) -> i64 {
    time.0.div_euclid(1_000)
}

/// What a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// A bundled one, whose key is its name.
    Preset,
    /// OpenID Connect.
    CustomOidc,
    /// Plain OAuth 2.0.
    #[serde(rename = "custom_oauth2")]
    CustomOauth2,
}

impl ProviderKind {
    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "preset" => Some(Self::Preset),
            "custom_oidc" => Some(Self::CustomOidc),
            "custom_oauth2" => Some(Self::CustomOauth2),
            _ => None,
        }
    }
}

/// Whether a key is one of this interface: `^[a-z][a-z0-9_]*$`, at most 64.
#[must_use]
pub fn is_key(key: &str) -> bool {
    key.len() <= LONGEST_KEY
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What a source is in this interface; `None`: it can not be said here. That are sources of OAuth 1.0a, those with a profile
/// script or without a profile address, those that nobody can sign in through, and keys that do not fit.
#[must_use]
pub fn kind_of(source: &Source) -> Option<ProviderKind> {
    if !is_key(&source.key) || !source.has_button() || source.profile_script.is_some() {
        return None;
    }
    let is_preset = source.preset.as_deref() == Some(source.key.as_str()) && PRESETS.contains(&source.key.as_str());
    match source.kind {
        SourceKind::Oauth1 => None,
        _ if is_preset => Some(ProviderKind::Preset),
        SourceKind::Oidc => Some(ProviderKind::CustomOidc),
        SourceKind::Oauth2 => source.userinfo_endpoint.is_some().then_some(ProviderKind::CustomOauth2),
    }
}

/// A provider as it is shown: these members, all of them, always.
#[derive(Debug, Serialize)]
pub struct ProviderView {
    id: String,
    object: &'static str,
    provider_kind: ProviderKind,
    provider_key: String,
    name: String,
    enabled: bool,
    allow_sign_in: bool,
    allow_sign_up: bool,
    block_email_subaddresses: bool,
    client_id: String,
    scopes: Vec<String>,
    additional_authorization_params: BTreeMap<String, String>,
    attribute_mapping: BTreeMap<String, String>,
    redirect_uri: String,
    issuer: Option<String>,
    discovery_endpoint: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    id_token_signing_algs: Vec<String>,
    userinfo_method: Option<UserinfoMethod>,
    userinfo_auth: Option<UserinfoAuth>,
    created_at: i64,
    updated_at: i64,
}

impl ProviderView {
    /// Shows a source; `None`: it can not be said here.
    #[must_use]
    pub fn of(source: &Source, public_url: &str) -> Option<Self> {
        let provider_kind = kind_of(source)?;
        let is_oidc = source.kind == SourceKind::Oidc;
        let of_oidc = |text: &Option<String>| text.clone().filter(|_| is_oidc);
        Some(Self {
            id: provider_id(&source.id),
            object: "oauth_provider",
            provider_kind,
            provider_key: source.key.clone(),
            name: source.name.clone(),
            enabled: source.enabled,
            allow_sign_in: source.allow_sign_in,
            allow_sign_up: source.allow_sign_up,
            block_email_subaddresses: source.block_email_subaddresses,
            client_id: source.client_id.clone(),
            scopes: source.scopes.clone(),
            additional_authorization_params: source.authorization_params.clone(),
            attribute_mapping: mapping(source),
            redirect_uri: source.redirect_uri(public_url),
            issuer: of_oidc(&source.issuer),
            discovery_endpoint: of_oidc(&source.discovery_url),
            authorization_endpoint: source.authorization_endpoint.clone(),
            token_endpoint: source.token_endpoint.clone(),
            userinfo_endpoint: source.userinfo_endpoint.clone(),
            jwks_uri: of_oidc(&source.jwks_uri),
            id_token_signing_algs: if is_oidc {
                source.id_token_signing_algs.clone()
            } else {
                Vec::new()
            },
            userinfo_method: (!is_oidc).then_some(source.userinfo_method),
            userinfo_auth: (!is_oidc).then_some(source.userinfo_auth),
            created_at: milliseconds(source.created_at),
            updated_at: milliseconds(source.updated_at),
        })
    }
}

/// The mapping of a source, or the one that its vendor or OpenID Connect has where it says none.
fn mapping(source: &Source) -> BTreeMap<String, String> {
    if !source.attribute_mapping.is_empty() {
        return source.attribute_mapping.clone();
    }
    let standard = || vendors::find("openidconnect").filter(|_| source.kind == SourceKind::Oidc);
    vendors::of(source)
        .or_else(standard)
        .map(vendors::Vendor::attribute_mapping)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_small_letters_digits_and_underscores() {
        for key in ["a", "legacy_idp", "workforce_v1", &"a".repeat(64)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "1a", "_a", "A", "a-b", "a b", "\u{e4}", &"a".repeat(65)] {
            assert!(!is_key(key), "{key}");
        }
    }

    #[test]
    fn every_preset_is_complete() {
        for key in PRESETS {
            let vendor = vendors::find(key).expect("its data is here");
            assert!(
                vendor.authorization_endpoint.is_some() && vendor.token_endpoint.is_some(),
                "{key}"
            );
            assert!(is_key(key) && !vendor.scopes.is_empty(), "{key}");
        }
    }
}

//! Vendors as data: addresses, scopes, how to authenticate, where each field of a person stands, and which habits are odd.
//!
//! The data was put together in November 2026 and goes stale as vendors move. A row only gives defaults: [`Vendor::fill`] writes them into a source that is saved without
//! them, and the source decides from then on. What a row alone decides at every sign-in stands in `parameters`,
//! `authorization_params`, `mapping` and `habit`. Vendors whose behaviour is more than data have a file of their own.

pub(super) mod apple;
pub(super) mod entra;
pub(super) mod github;
mod rows;
pub(super) mod slack;
pub(super) mod wechat;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::source::{Pkce, Source, SourceAuthMethod, SourceKind, UserinfoAuth};

/// When the data was put together.
pub const DATA_OF: &str = "2026-11";

/// What a vendor does beyond data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Habit {
    /// Nothing odd.
    #[default]
    None,
    /// The client secret is a JWT that we sign; the name comes in a form field `user` at the first consent.
    Apple,
    /// Groups are asked for separately when the source may read them.
    Entra,
    /// The address is asked for separately when the profile shows none.
    GitHub,
    /// The issuer names the tenant of the person, in the place of `{tenantid}`.
    Microsoft,
    /// The token of the person is nested in the answer.
    Slack,
    /// The token is fetched by GET, under names of its own, and errors come with status 200.
    WeChat,
}

/// How parameters are called.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// `client_id`.
    pub client_id: &'static str,
    /// `client_secret`.
    pub client_secret: &'static str,
    /// `scope`.
    pub scope: &'static str,
    /// What stands behind `#` of the authorization request.
    pub fragment: Option<&'static str>,
}

impl Parameters {
    /// The names of RFC 6749.
    pub const STANDARD: Self = Self {
        client_id: "client_id",
        client_secret: "client_secret",
        scope: "scope",
        fragment: None,
    };
}

impl Default for Parameters {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// Where the fields of a person stand in a profile: paths, of which the first that leads to something counts.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    /// Who it is.
    pub id: &'static [&'static str],
    /// User name.
    pub username: &'static [&'static str],
    /// Address.
    pub email: &'static [&'static str],
    /// Whether the address is known to be the person's.
    pub verified: &'static [&'static str],
    /// Full name.
    pub name: &'static [&'static str],
    /// First name.
    pub given_name: &'static [&'static str],
    /// Last name.
    pub family_name: &'static [&'static str],
    /// Nickname.
    pub nickname: &'static [&'static str],
    /// Picture.
    pub picture: &'static [&'static str],
}

impl Paths {
    /// The standard claims (OpenID Connect Core, section 5.1).
    pub const OPENID: Self = Self {
        id: &["sub"],
        username: &["nickname", "preferred_username"],
        email: &["email"],
        verified: &["email_verified"],
        name: &["name"],
        given_name: &["given_name"],
        family_name: &["family_name"],
        nickname: &["nickname"],
        picture: &["picture"],
    };

    /// A profile of plain OAuth 2.0 of which nothing is known: what calls itself verified there proves nothing.
    pub const OAUTH2: Self = Self {
        id: &["sub", "id"],
        verified: &[],
        ..Self::OPENID
    };
}

/// A vendor.
#[derive(Clone, Copy, Debug)]
pub struct Vendor {
    /// `preset` of a source.
    pub key: &'static str,
    /// For people.
    pub name: &'static str,
    /// What it speaks.
    pub kind: SourceKind,
    /// Whether there are installations at other addresses.
    pub customisable: bool,
    /// The issuer; `{tenantid}` stands for the tenant of the person.
    pub issuer: Option<&'static str>,
    /// Provider metadata.
    pub discovery_url: Option<&'static str>,
    /// Where browsers are sent.
    pub authorization_endpoint: Option<&'static str>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<&'static str>,
    /// Where the profile is.
    pub userinfo_endpoint: Option<&'static str>,
    /// Where the keys are.
    pub jwks_uri: Option<&'static str>,
    /// What ID tokens are signed with.
    pub id_token_signing_algs: &'static [&'static str],
    /// What is asked for unless the source says otherwise.
    pub scopes: &'static [&'static str],
    /// How we authenticate there.
    pub auth_method: SourceAuthMethod,
    /// The code challenge that it demands.
    pub pkce: Pkce,
    /// Where the token stands in the profile request.
    pub userinfo_auth: UserinfoAuth,
    /// Parameters of the profile request.
    pub userinfo_params: &'static [(&'static str, &'static str)],
    /// Parameters of the authorization request.
    pub authorization_params: &'static [(&'static str, &'static str)],
    /// How parameters are called.
    pub parameters: Parameters,
    /// Where the fields stand.
    pub paths: Paths,
    /// What is odd.
    pub habit: Habit,
}

impl Vendor {
    /// A vendor of plain OAuth 2.0 without anything: what the rows are written over.
    const BLANK: Self = Self {
        key: "",
        name: "",
        kind: SourceKind::Oauth2,
        customisable: false,
        issuer: None,
        discovery_url: None,
        authorization_endpoint: None,
        token_endpoint: None,
        userinfo_endpoint: None,
        jwks_uri: None,
        id_token_signing_algs: &[],
        scopes: &[],
        auth_method: SourceAuthMethod::ClientSecretBasic,
        pkce: Pkce::None,
        userinfo_auth: UserinfoAuth::Bearer,
        userinfo_params: &[],
        authorization_params: &[],
        parameters: Parameters::STANDARD,
        paths: Paths::OAUTH2,
        habit: Habit::None,
    };

    /// Writes the defaults into a source that is saved with this preset, wherever the source says nothing. `explicit` are the
    /// fields that the request carried: they stay, empty ones too.
    pub fn fill(&self, source: &mut Source, explicit: &dyn Fn(&str) -> bool) {
        let fields: [(&str, &mut Option<String>, Option<&'static str>); 6] = [
            ("issuer", &mut source.issuer, self.issuer),
            ("discovery_url", &mut source.discovery_url, self.discovery_url),
            (
                "authorization_endpoint",
                &mut source.authorization_endpoint,
                self.authorization_endpoint,
            ),
            ("token_endpoint", &mut source.token_endpoint, self.token_endpoint),
            (
                "userinfo_endpoint",
                &mut source.userinfo_endpoint,
                self.userinfo_endpoint,
            ),
            ("jwks_uri", &mut source.jwks_uri, self.jwks_uri),
        ];
        for (name, field, default) in fields {
            if field.is_none() && !explicit(name) {
                *field = default.map(str::to_owned);
            }
        }
        let owned = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        if source.scopes.is_empty() && !explicit("scopes") {
            source.scopes = owned(self.scopes);
        }
        if source.id_token_signing_algs.is_empty() && !explicit("id_token_signing_algs") {
            source.id_token_signing_algs = owned(self.id_token_signing_algs);
        }
        if !explicit("kind") {
            source.kind = self.kind;
        }
        if !explicit("token_endpoint_auth_method") {
            source.token_endpoint_auth_method = self.auth_method;
        }
        if !explicit("pkce") {
            source.pkce = self.pkce;
        }
        if !explicit("userinfo_auth") {
            source.userinfo_auth = self.userinfo_auth;
        }
    }
}

impl Vendor {
    /// The paths of this vendor in the form of an `attribute_mapping`, for those who want to read and change them. A vendor that
    /// gives no first name puts the whole name in its place.
    #[must_use]
    pub fn attribute_mapping(&self) -> BTreeMap<String, String> {
        let Paths { given_name, name, .. } = self.paths;
        let first_name = if given_name.is_empty() { name } else { given_name };
        let fields = [
            ("provider_user_id", self.paths.id),
            ("email_address", self.paths.email),
            ("first_name", first_name),
            ("last_name", self.paths.family_name),
            ("profile_image_url", self.paths.picture),
        ];
        let first = fields
            .into_iter()
            .filter_map(|(key, paths)| Some((key, paths.first()?)));
        first.map(|(key, path)| (key.to_owned(), (*path).to_owned())).collect()
    }
}

/// All vendors, in the order of their keys.
#[must_use]
pub fn all() -> &'static [Vendor] {
    &rows::VENDORS
}

/// The vendor of this key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Vendor> {
    all().iter().find(|vendor| vendor.key == key)
}

/// The vendor of a source. An unknown preset is as none.
#[must_use]
pub fn of(source: &Source) -> Option<&'static Vendor> {
    source.preset.as_deref().and_then(find)
}

/// What is odd about the source.
pub(super) fn habit(source: &Source) -> Habit {
    of(source).map_or(Habit::None, |vendor| vendor.habit)
}

/// Who we are at the source. Apple's sources keep the ids of team and key beside it.
pub(super) fn client_id(source: &Source) -> &str {
    match habit(source) {
        Habit::Apple => apple::names(&source.client_id).map_or(source.client_id.as_str(), |names| names.services_id),
        _ => &source.client_id,
    }
}

/// An address of the source as it is called. Microsoft's for all tenants becomes that of one when the authorization parameters
/// name a `tenant`.
pub(super) fn address<'a>(source: &Source, address: &'a str) -> Cow<'a, str> {
    const ALL: &str = "https://login.microsoftonline.com/common/";
    let tenant = source.authorization_params.get("tenant").map_or("", String::as_str);
    let is_name = (1..=128).contains(&tenant.len())
        && tenant
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        && !tenant.starts_with('.');
    match address.strip_prefix(ALL) {
        Some(path) if is_name && matches!(habit(source), Habit::Microsoft | Habit::Entra) => {
            Cow::Owned(format!("https://login.microsoftonline.com/{tenant}/{path}"))
        }
        _ => Cow::Borrowed(address),
    }
}

/// Where the fields of a person stand in the profile of this source.
pub(super) fn paths(source: &Source) -> Paths {
    match (of(source), source.kind) {
        (Some(vendor), _) => vendor.paths,
        (None, SourceKind::Oidc) => Paths::OPENID,
        (None, SourceKind::Oauth2 | SourceKind::Oauth1) => Paths::OAUTH2,
    }
}

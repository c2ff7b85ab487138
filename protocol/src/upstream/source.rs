//! The source: the record of it, and what a sign-in needs beside the record.
//!
//! Fields have the names of the management API. This file owns the shape and the defaults; it does not decide anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::oauth1::signature::SignatureMethod;
use crate::jose::JwkSet;
use crate::policy::{Binding, PolicyEngineMode};
use crate::time::Time;

/// What a source speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// OpenID Connect Core.
    #[default]
    Oidc,
    /// OAuth 2.0 (RFC 6749) with a profile address.
    Oauth2,
    /// OAuth 1.0a (RFC 5849).
    Oauth1,
}

/// In which of the three ways of describing a source it was made. It decides the redirect URI that the source knows, and the
/// words of failures at the callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// By the native management API.
    #[default]
    Native,
    /// By `/v1/oauth-providers`.
    AuthnSh,
    /// By `/api/v2/connections`.
    Auth0,
}

/// How we authenticate at the token endpoint of a source (OpenID Connect Core, section 9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceAuthMethod {
    /// HTTP Basic.
    #[default]
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the body.
    ClientSecretPost,
    /// A signed assertion (RFC 7523, section 2.2).
    PrivateKeyJwt,
    /// `client_id` alone.
    None,
}

/// Whether we send a code challenge (RFC 7636).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pkce {
    /// No.
    #[default]
    #[serde(rename = "none")]
    None,
    /// The verifier itself.
    #[serde(rename = "plain")]
    Plain,
    /// Its hash.
    S256,
}

/// The method of the profile request of a plain OAuth 2.0 source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UserinfoMethod {
    /// GET.
    #[default]
    Get,
    /// POST.
    Post,
}

/// Where the access token stands in the profile request of a plain OAuth 2.0 source: there and nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserinfoAuth {
    /// `Authorization: Bearer` (RFC 6750, section 2.1).
    #[default]
    Bearer,
    /// HTTP Basic, the token as user name and no password.
    Basic,
    /// The parameter `access_token`: of the address with GET, of the form with POST.
    Query,
}

/// With whom of ours a person from a source is joined who has no link yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserMatchingMode {
    /// With nobody: a new account.
    #[default]
    Identifier,
    /// With the user who has the address, when both sides know it verified; an unverified address stays on the link alone.
    VerifiedEmailLink,
    /// With the user who has the address, when both sides know it verified.
    EmailLink,
    /// Refused when a user has the address.
    EmailDeny,
    /// With the user of this name.
    UsernameLink,
    /// Refused when a user has this name.
    UsernameDeny,
}

/// With which group of ours a group of a source is joined that has no link yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupMatchingMode {
    /// With none: a new group.
    #[default]
    Identifier,
    /// With the group of this name.
    NameLink,
    /// Refused when a group has this name.
    NameDeny,
}

/// When what a source says of a person is written to the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateProfile {
    /// At every sign-in.
    #[default]
    OnEachLogin,
    /// When the account is made.
    OnFirstLogin,
    /// Never; an unknown person gets no account.
    NeverOnLogin,
}

/// The member of [`Source::dialect_members`] that holds the options of a connection.
pub const OPTIONS: &str = "options";

/// A source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// `src_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// 1 to 128 letters, digits, `-` and `_`; part of addresses and never changed.
    pub key: String,
    /// For people: the text of its button.
    pub name: String,
    /// What it speaks.
    pub kind: SourceKind,
    /// The vendor, when it is one that is known.
    pub preset: Option<String>,
    /// Where it was made.
    pub made: Made,
    /// Switched off, nobody signs in through it.
    pub enabled: bool,
    /// Shown before the form for name and password.
    pub promoted: bool,
    /// Shown on its button.
    pub icon_url: Option<String>,
    /// Mail domains whose people sign in here, in the spelling of [`super::parse_domain`]; each belongs to one source.
    pub domains: Vec<String>,
    /// Who we are there: the consumer key of OAuth 1.0a.
    pub client_id: String,
    /// Whether it has a client secret, which is kept sealed beside the record. Filled in where the record is read.
    #[serde(skip)]
    pub has_client_secret: bool,
    /// The issuer that ID tokens must name.
    pub issuer: Option<String>,
    /// Where the endpoints are read from (OpenID Connect Discovery, section 4); read on every save, never on its own.
    pub discovery_url: Option<String>,
    /// OAuth 1.0a: how requests are signed (RFC 5849, section 3.4).
    pub oauth1_signature_method: SignatureMethod,
    /// OAuth 1.0a: temporary credentials (RFC 5849, section 2.1).
    pub request_token_endpoint: Option<String>,
    /// Where browsers are sent.
    pub authorization_endpoint: Option<String>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<String>,
    /// Where the profile is.
    pub userinfo_endpoint: Option<String>,
    /// Where its keys are.
    pub jwks_uri: Option<String>,
    /// Its keys, entered by hand (RFC 7517, section 5).
    pub jwks: Option<Value>,
    /// Where tokens are given back (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where one signs out there.
    pub end_session_endpoint: Option<String>,
    /// Algorithms that its ID tokens may be signed with; empty: those that the core takes from anybody.
    pub id_token_signing_algs: Vec<String>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// How we authenticate there.
    pub token_endpoint_auth_method: SourceAuthMethod,
    /// The key of ours that signs the assertion of `private_key_jwt`.
    pub assertion_key: Option<String>,
    /// Whether a code challenge goes along.
    pub pkce: Pkce,
    /// The method of the profile request.
    pub userinfo_method: UserinfoMethod,
    /// Where the token stands in it.
    pub userinfo_auth: UserinfoAuth,
    /// Names of the further header fields of the token request; their values are kept sealed beside the record. Filled in where
    /// the record is read.
    #[serde(skip)]
    pub token_request_headers: Vec<String>,
    /// Further parameters of the authorization request, the same for everybody.
    pub authorization_params: BTreeMap<String, String>,
    /// Further parameters whose value is that of a parameter of the application's request: name there, name here.
    pub authorization_params_map: BTreeMap<String, String>,
    /// Parameters of our own start address that go along under the same name.
    pub forward_query_parameters: Vec<String>,
    /// From which path of the answer each field of the account comes: `provider_user_id`, `email_address`, `first_name`,
    /// `last_name`, `profile_image_url`, `_verified`.
    pub attribute_mapping: BTreeMap<String, String>,
    /// JavaScript that fetches or reshapes the profile.
    pub profile_script: Option<String>,
    /// Expressions over the profile, by id, in order.
    pub property_mappings: Vec<String>,
    /// Expressions over each group, by id, in order.
    pub group_property_mappings: Vec<String>,
    /// Applications that offer it, by id; `None`: all.
    pub applications: Option<Vec<String>>,
    /// Who tokens of programs must be for; `None`: unchecked.
    pub assertion_audiences: Option<Vec<String>>,
    /// With whom a new person is joined.
    pub user_matching_mode: UserMatchingMode,
    /// With what a new group is joined.
    pub group_matching_mode: GroupMatchingMode,
    /// The claim that lists groups; `None`: `groups`.
    pub groups_claim: Option<String>,
    /// Whether people with an account may sign in through it.
    pub allow_sign_in: bool,
    /// Whether people without an account get one.
    pub allow_sign_up: bool,
    /// Whether an address with `+tag` gets no account.
    pub block_email_subaddresses: bool,
    /// When the account takes over what the source says.
    pub update_profile: UpdateProfile,
    /// How the policies that are bound to it count.
    pub policy_engine_mode: PolicyEngineMode,
    /// Whether its answers always name their issuer (RFC 9207), as its metadata says; then one that does not is refused.
    pub response_iss: bool,
    /// Members that a dialect stores and shows and nothing else reads.
    pub dialect_members: Map<String, Value>,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            id: String::new(),
            created_at: Time(0),
            updated_at: Time(0),
            version: 0,
            key: String::new(),
            name: String::new(),
            kind: SourceKind::default(),
            preset: None,
            made: Made::default(),
            enabled: true,
            promoted: false,
            icon_url: None,
            domains: Vec::new(),
            client_id: String::new(),
            has_client_secret: false,
            issuer: None,
            discovery_url: None,
            oauth1_signature_method: SignatureMethod::default(),
            request_token_endpoint: None,
            authorization_endpoint: None,
            token_endpoint: None,
            userinfo_endpoint: None,
            jwks_uri: None,
            jwks: None,
            revocation_endpoint: None,
            end_session_endpoint: None,
            id_token_signing_algs: Vec::new(),
            scopes: Vec::new(),
            token_endpoint_auth_method: SourceAuthMethod::default(),
            assertion_key: None,
            pkce: Pkce::default(),
            userinfo_method: UserinfoMethod::default(),
            userinfo_auth: UserinfoAuth::default(),
            token_request_headers: Vec::new(),
            authorization_params: BTreeMap::new(),
            authorization_params_map: BTreeMap::new(),
            forward_query_parameters: Vec::new(),
            attribute_mapping: BTreeMap::new(),
            profile_script: None,
            property_mappings: Vec::new(),
            group_property_mappings: Vec::new(),
            applications: None,
            assertion_audiences: None,
            user_matching_mode: UserMatchingMode::default(),
            group_matching_mode: GroupMatchingMode::default(),
            groups_claim: None,
            allow_sign_in: true,
            allow_sign_up: true,
            block_email_subaddresses: false,
            update_profile: UpdateProfile::default(),
            policy_engine_mode: PolicyEngineMode::default(),
            response_iss: false,
            dialect_members: Map::new(),
        }
    }
}

impl Source {
    /// The address to register at the source. `public_url` ends in a slash.
    #[must_use]
    pub fn redirect_uri(&self, public_url: &str) -> String {
        match self.made {
            Made::Native => format!("{public_url}source/oauth/callback/{}/", self.key),
            Made::AuthnSh => format!("{public_url}v1/oauth-callback/{}", self.key),
            Made::Auth0 => format!("{public_url}login/callback"),
        }
    }

    /// A member of the options that Auth0's dialect keeps beside the fields.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.dialect_members.get(OPTIONS)?.get(name)
    }

    /// Whether people can be sent there; a source with keys alone is only trusted as an issuer.
    #[must_use]
    pub const fn has_button(&self) -> bool {
        self.authorization_endpoint.is_some()
    }

    /// Whether an application offers it on its sign-in page.
    #[must_use]
    pub fn serves(&self, application_id: &str) -> bool {
        self.applications
            .as_ref()
            .is_none_or(|ids| ids.iter().any(|id| id == application_id))
    }
}

/// A source and what a sign-in needs beside the record. Kept in memory, shared.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// The record.
    pub source: Source,
    /// The client secret: the consumer secret of OAuth 1.0a.
    pub client_secret: Option<SecretString>,
    /// Further header fields of the token request.
    pub token_request_headers: Vec<(String, SecretString)>,
    /// The keys of the source as they were entered or read last.
    pub keys: Arc<JwkSet>,
    /// What is bound to it, in order.
    pub bindings: Vec<Binding>,
}

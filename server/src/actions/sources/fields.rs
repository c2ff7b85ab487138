//! The fields of a source that callers write, under the names of the management API.

use std::collections::BTreeMap;

use protocol::policy::PolicyEngineMode;
use protocol::upstream::{
    GroupMatchingMode, Pkce, SourceAuthMethod, SourceKind, UpdateProfile, UserMatchingMode, UserinfoAuth,
    UserinfoMethod,
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::Object;

use crate::actions::changes::{Fields, words};

/// The fields of a source that can be written. `key`, `name` and `kind` are required when it is made, and what its kind
/// needs; null sets a field back to its default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceFields, example = json!({
    "key": "company", "name": "Company", "kind": "oidc", "client_id": "vestibule", "client_secret": "...",
    "discovery_url": "https://login.company.example/.well-known/openid-configuration"
}))]
pub struct SourceFields {
    /// 1 to 128 letters, digits, `-` and `_`; part of addresses. It can not be changed.
    #[schema(example = "company")]
    pub key: Option<String>,
    /// For people: the text of its button.
    #[schema(example = "Company")]
    pub name: Option<String>,
    /// `oidc` (default), `oauth2` or `oauth1`.
    #[schema(schema_with = kinds)]
    pub kind: Option<SourceKind>,
    /// A vendor whose endpoints, scopes and peculiarities are known.
    #[schema(example = "github")]
    pub preset: Option<String>,
    /// Switched off, nobody signs in through it. Default: true.
    pub enabled: Option<bool>,
    /// Shown before the form for name and password. Default: false.
    pub promoted: Option<bool>,
    /// An http or https address of a picture, shown on its button.
    pub icon_url: Option<String>,
    /// Mail domains whose people sign in here (`corp.example.com`), at most 100; each belongs to one source. Where the sign-in page
    /// offers a source with domains, it asks for the name first. Default: none.
    pub domains: Option<Vec<String>>,
    /// Who we are there; the consumer key of OAuth 1.0a.
    pub client_id: Option<String>,
    /// The secret that we have there. It is never shown. A changed `token_endpoint` needs it anew.
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretString>,
    /// The issuer that ID tokens must name. Read from `discovery_url` when it is not given.
    pub issuer: Option<String>,
    /// Ends in `.well-known/openid-configuration`. Read on every save; what it names fills each endpoint that the same request
    /// does not carry.
    pub discovery_url: Option<String>,
    /// OAuth 1.0a: `HMAC-SHA1` (default) or `PLAINTEXT`.
    #[schema(example = "HMAC-SHA1")]
    pub oauth1_signature_method: Option<String>,
    /// OAuth 1.0a: where temporary credentials come from.
    pub request_token_endpoint: Option<String>,
    /// Where browsers are sent. Without it the source is only trusted as an issuer and has no button.
    pub authorization_endpoint: Option<String>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<String>,
    /// Where the profile is.
    pub userinfo_endpoint: Option<String>,
    /// Where its keys are.
    pub jwks_uri: Option<String>,
    /// Its keys, entered by hand (RFC 7517).
    #[schema(value_type = Option<Object>)]
    pub jwks: Option<Value>,
    /// Where tokens are given back (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where one signs out there.
    pub end_session_endpoint: Option<String>,
    /// Algorithms that its ID tokens may be signed with. Default: every asymmetric one that this version knows.
    pub id_token_signing_algs: Option<Vec<String>>,
    /// What is asked for. Default: `openid`, `email`, `profile` for `oidc`, nothing otherwise.
    pub scopes: Option<Vec<String>>,
    /// `client_secret_basic` (default), `client_secret_post`, `private_key_jwt` or `none`.
    #[schema(schema_with = auth_methods)]
    pub token_endpoint_auth_method: Option<SourceAuthMethod>,
    /// Id of an active signing key of ours, for `private_key_jwt`.
    pub assertion_key: Option<String>,
    /// `none` (default), `plain` or `S256`.
    #[schema(schema_with = pkce_methods)]
    pub pkce: Option<Pkce>,
    /// The method of the profile request, for `oauth2`. Default: `GET`.
    #[schema(schema_with = userinfo_methods)]
    pub userinfo_method: Option<UserinfoMethod>,
    /// Where the access token stands in it, for `oauth2`. Default: `bearer`.
    #[schema(schema_with = userinfo_auths)]
    pub userinfo_auth: Option<UserinfoAuth>,
    /// Further header fields of the token request. Values are kept sealed and read back as `***`; that value keeps what is
    /// stored.
    #[schema(value_type = Option<Object>)]
    pub token_request_headers: Option<BTreeMap<String, SecretString>>,
    /// Further parameters of the authorization request, the same for everybody.
    #[schema(value_type = Option<Object>)]
    pub authorization_params: Option<BTreeMap<String, String>>,
    /// Further parameters whose value is that of a parameter of the application's request: name there, name here.
    #[schema(value_type = Option<Object>)]
    pub authorization_params_map: Option<BTreeMap<String, String>>,
    /// Parameters of our own start address that go along under the same name.
    pub forward_query_parameters: Option<Vec<String>>,
    /// From which path of the answer each field comes: `provider_user_id`, `email_address`, `first_name`, `last_name`,
    /// `profile_image_url`, `_verified`.
    #[schema(value_type = Option<Object>)]
    pub attribute_mapping: Option<BTreeMap<String, String>>,
    /// JavaScript that fetches or reshapes the profile: `function fetchUserProfile(accessToken, context, callback)`.
    pub profile_script: Option<String>,
    /// Ids of property mappings, in order.
    pub property_mappings: Option<Vec<String>>,
    /// Ids of property mappings that run for each group, in order.
    pub group_property_mappings: Option<Vec<String>>,
    /// Slugs or ids of the applications that offer it. Null (default): all.
    pub applications: Option<Vec<String>>,
    /// Who tokens of programs must be for: one of these has to be in `aud`. Null (default): unchecked, so that every token of this
    /// issuer counts for the applications that trust it.
    pub assertion_audiences: Option<Vec<String>>,
    /// With whom a person is joined who has no link yet. Default: `identifier`, nobody.
    #[schema(schema_with = user_matching_modes)]
    pub user_matching_mode: Option<UserMatchingMode>,
    /// With what a group is joined that has no link yet. Default: `identifier`, nothing.
    #[schema(schema_with = group_matching_modes)]
    pub group_matching_mode: Option<GroupMatchingMode>,
    /// The claim that lists groups. Null (default): `groups`.
    pub groups_claim: Option<String>,
    /// Whether people with an account may sign in through it. Default: true.
    pub allow_sign_in: Option<bool>,
    /// Whether people without an account get one. Default: true.
    pub allow_sign_up: Option<bool>,
    /// Whether an address with `+tag` gets no account. Default: false.
    pub block_email_subaddresses: Option<bool>,
    /// When the account takes over what the source says. Default: `on_each_login`.
    #[schema(schema_with = update_profiles)]
    pub update_profile: Option<UpdateProfile>,
    /// How the results of its policy bindings become one: `any` (default) or `all`.
    #[schema(schema_with = super::super::applications::fields::policy_engine_modes)]
    pub policy_engine_mode: Option<PolicyEngineMode>,
    /// With true the change is made although saved samples come to something else by it, and what comes of them then is kept.
    /// Without it such a change is refused (`samples`, `changed`). It belongs to this one change and is never shown.
    #[schema(write_only)]
    pub accept_samples: Option<bool>,
}

impl Fields for SourceFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "redirect_uri"];
}

/// The values of `kind`, for the description.
#[must_use]
pub fn kinds() -> Object {
    words("What it speaks. Default: `oidc`.", &["oidc", "oauth2", "oauth1"])
}

/// The values of `token_endpoint_auth_method`, for the description.
#[must_use]
pub fn auth_methods() -> Object {
    words(
        "How we authenticate there. Default: `client_secret_basic`.",
        &["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    )
}

/// The values of `pkce`, for the description.
#[must_use]
pub fn pkce_methods() -> Object {
    words(
        "Whether a code challenge goes along. Default: `none`.",
        &["none", "plain", "S256"],
    )
}

/// The values of `userinfo_method`, for the description.
#[must_use]
pub fn userinfo_methods() -> Object {
    words("The method of the profile request. Default: `GET`.", &["GET", "POST"])
}

/// The values of `userinfo_auth`, for the description.
#[must_use]
pub fn userinfo_auths() -> Object {
    words(
        "Where the access token stands in the profile request: there and nowhere else. Default: `bearer`.",
        &["bearer", "basic", "query"],
    )
}

/// The values of `user_matching_mode`, for the description.
#[must_use]
pub fn user_matching_modes() -> Object {
    words(
        "With whom a person is joined who has no link yet. Default: `identifier`, nobody.",
        &[
            "identifier",
            "verified_email_link",
            "email_link",
            "email_deny",
            "username_link",
            "username_deny",
        ],
    )
}

/// The values of `group_matching_mode`, for the description.
#[must_use]
pub fn group_matching_modes() -> Object {
    words(
        "With what a group is joined that has no link yet. Default: `identifier`, nothing.",
        &["identifier", "name_link", "name_deny"],
    )
}

/// The values of `update_profile`, for the description.
#[must_use]
pub fn update_profiles() -> Object {
    words(
        "When the account takes over what the source says. Default: `on_each_login`.",
        &["on_each_login", "on_first_login", "never_on_login"],
    )
}

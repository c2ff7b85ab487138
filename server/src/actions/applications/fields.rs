//! The fields of an application that callers write, under the names of the management API.

use protocol::client::{
    AccessTokenFormat, ClientType, ConsentMode, IssuerMode, LearnRedirectUri, LogoutMethod, RefreshTokenValidity,
    SubMode, SubjectType, TokenEndpointAuthMethod,
};
use protocol::duration::Span;
use protocol::jose::Algorithm;
use protocol::policy::PolicyEngineMode;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Object;

use crate::actions::changes::{Absent, Fields, words};

/// A registered redirect URI.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRedirectUri)]
pub struct RedirectUriFields {
    /// `strict`: byte for byte, the default. `regex`: a pattern that matches the whole address.
    #[serde(default)]
    #[schema(example = "strict")]
    pub matching_mode: Option<String>,
    /// The whole address; or a pattern whose host ends in a domain that is written out, such as
    /// `https://[^/.]+\.example\.com/callback`.
    #[schema(example = "https://app.example.com/callback")]
    pub url: String,
}

/// The fields of an application that can be written. All are optional except `name` when it is made; null sets a field
/// back to its default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplicationFields, example = json!({
    "name": "Wiki", "redirect_uris": [{"matching_mode": "strict", "url": "https://wiki.example.com/callback"}]
}))]
pub struct ApplicationFields {
    /// Part of addresses: lower-case letters, digits and `-`. Made from the name when it is not given.
    pub slug: Option<String>,
    /// For people. Required.
    #[schema(example = "Wiki")]
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// An http or https address of a picture.
    pub icon_url: Option<String>,
    /// An http or https address where its tile leads.
    pub launch_url: Option<String>,
    /// Groups tiles.
    pub group: Option<String>,
    /// Switched off, it gets nothing. Default: true.
    pub enabled: Option<bool>,
    /// 40 random letters and digits when it is not given.
    pub client_id: Option<String>,
    /// Printable characters, at least 32 when it signs (`signing_key` null) and 16 otherwise. 128 random letters and
    /// digits when it is not given; null makes a new one. Never for a public application.
    #[schema(value_type = Option<String>, write_only)]
    pub client_secret: Option<SecretString>,
    /// `confidential` (default) or `public`.
    #[schema(schema_with = client_types)]
    pub client_type: Option<ClientType>,
    /// `client_secret_basic`, `client_secret_post`, or `none` for a public application. Null: Basic or body.
    #[schema(schema_with = auth_methods)]
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// Where authorization answers may go.
    pub redirect_uris: Option<Vec<RedirectUriFields>>,
    /// Where a browser may go after sign-out.
    pub post_logout_redirect_uris: Option<Vec<RedirectUriFields>>,
    /// An http or https address that hears when a person who signed in to the application has signed out. With
    /// `backchannel` we call it; private addresses and http must be in `outgoing.allow`.
    #[schema(example = "https://app.example.com/signed-out")]
    pub logout_uri: Option<String>,
    /// `backchannel` (default), `frontchannel` or `none`.
    #[schema(schema_with = logout_methods)]
    pub logout_method: Option<LogoutMethod>,
    /// From whom it learns its first redirect URI, while it has none and for one day: `off`, `administrator`, `anyone`
    /// who is signed in and confirms it. Default: `administrator` for a new application without redirect URIs.
    #[schema(schema_with = learn_modes)]
    pub learn_redirect_uri: Option<LearnRedirectUri>,
    /// `authorization_code`, `refresh_token`, `implicit`, `hybrid`, `client_credentials`, `password` (another name of
    /// `client_credentials`, for programs that know no other), `urn:ietf:params:oauth:grant-type:device_code`. Default:
    /// the first two.
    #[schema(example = json!(["authorization_code", "refresh_token"]))]
    pub grant_types: Option<Vec<String>>,
    /// Managed names or ids of scope mappings. Default: `openid`, `email`, `profile`.
    #[schema(example = json!(["openid", "email", "profile"]))]
    pub scope_mappings: Option<Vec<String>>,
    /// Slugs or ids of applications whose access tokens it takes as assertions, so that it acts for the user of such a
    /// token. They need a signing key. Default: none.
    #[schema(example = json!([]))]
    pub federated_applications: Option<Vec<String>>,
    /// Keys or ids of sources whose tokens it takes as assertions: programs that such a source vouches for get tokens of this
    /// application. Default: none.
    #[schema(example = json!([]))]
    pub federated_sources: Option<Vec<String>>,
    /// Keys or ids of the sources that its sign-in page offers. Null (default): all that are offered to it.
    pub sources: Option<Vec<String>>,
    /// What its access tokens for the management interface of Auth0's dialect may carry, such as `read:connections`; got at
    /// `/oauth/token` by client credentials. Nothing that the caller does not hold. Default: none.
    #[schema(example = json!([]))]
    pub management_scopes: Option<Vec<String>>,
    /// Id of an active key. Null: the client secret signs, the default of confidential applications; the default of
    /// public ones is the active RS256 key.
    pub signing_key: Option<String>,
    /// The algorithm of ID tokens, and of everything else that is signed for it. Null (default): that of `signing_key`, or
    /// HS256 with the client secret. Given without `signing_key` it chooses the active key for it, or the client secret
    /// (`HS384` needs one of 48 characters, `HS512` of 64).
    #[schema(schema_with = signing_algorithms)]
    pub id_token_signed_response_alg: Option<Algorithm>,
    /// Id of an active key for `use` `enc`: ID tokens and JWT access tokens are encrypted with it after they were signed. Null
    /// (default): they are signed only.
    pub encryption_key: Option<String>,
    /// Life of a code, such as `minutes=1` (default).
    #[schema(value_type = Option<String>, example = "minutes=1")]
    pub access_code_validity: Option<Span>,
    /// How long a device code waits for a person. Null: `minutes=10`.
    #[schema(value_type = Option<String>, example = "minutes=10")]
    pub device_code_validity: Option<Span>,
    /// `jwt` (RFC 9068, default) or `opaque`.
    #[schema(schema_with = access_token_formats)]
    pub access_token_format: Option<AccessTokenFormat>,
    /// Life of an access token. Default: `hours=1`.
    #[schema(value_type = Option<String>, example = "hours=1")]
    pub access_token_validity: Option<Span>,
    /// Life of a refresh token, or `never`. Default: `days=30`.
    #[schema(value_type = Option<String>, example = "days=30")]
    pub refresh_token_validity: Option<RefreshTokenValidity>,
    /// A refresh token is renewed only when less than this remains; `seconds=0` (default) renews always.
    #[schema(value_type = Option<String>, example = "seconds=0")]
    pub refresh_token_threshold: Option<Span>,
    /// What `sub` is. Default: `hashed_user_id`.
    #[schema(schema_with = sub_modes)]
    pub sub_mode: Option<SubMode>,
    /// Whether `sub` is the same everywhere (`public`, default) or another one for each sector (`pairwise`).
    #[schema(schema_with = subject_types)]
    pub subject_type: Option<SubjectType>,
    /// The address of a JSON list of all redirect URIs. Its host is the sector of pairwise subjects; needed for them when
    /// the redirect URIs have several hosts. It is fetched when it or the redirect URIs change.
    #[schema(example = "https://example.com/redirect_uris.json")]
    pub sector_identifier_uri: Option<String>,
    /// Whether `iss` is of the application (`per_provider`, default) or of the installation (`global`).
    #[schema(schema_with = issuer_modes)]
    pub issuer_mode: Option<IssuerMode>,
    /// Whether the claims of the scopes stand in ID tokens too. Default: true.
    pub include_claims_in_id_token: Option<bool>,
    /// How the results of its policy bindings become one: `any` (default) or `all`.
    #[schema(schema_with = policy_engine_modes)]
    pub policy_engine_mode: Option<PolicyEngineMode>,
    /// Whether its policies are asked again when a token is refreshed. Default: false.
    pub policies_on_refresh: Option<bool>,
    /// Whether people are asked: `skip`, `always`, `remember` (default).
    #[schema(schema_with = consent_modes)]
    pub consent_mode: Option<ConsentMode>,
    /// How long an agreement is remembered. Null: without end.
    #[schema(value_type = Option<String>, example = "weeks=4")]
    pub consent_expires_in: Option<Span>,
    /// Whether PKCE is demanded. Default: true for public applications.
    pub require_pkce: Option<bool>,
    /// Whether the PKCE method `plain` is accepted. Default: false.
    pub allow_plain_pkce: Option<bool>,
    /// Addresses of responsible people.
    pub contacts: Option<Vec<String>>,
    /// One of these classes every sign-in to it has to belong to, whatever a request asks for:
    /// `https://refeds.org/profile/mfa` (a second factor or a passkey), `phr` (a passkey),
    /// `goauthentik.io/providers/oauth2/default` (any). Default: none, and any will do.
    #[schema(example = json!([]))]
    pub default_acr_values: Option<Vec<String>>,
    /// An http or https address; shown at consent.
    pub policy_uri: Option<String>,
    /// An http or https address; shown at consent.
    pub tos_uri: Option<String>,
    /// An http or https address of a picture, where no `icon_url` is set.
    pub logo_uri: Option<String>,
}

macro_rules! absent {
    ($($name:literal: $idle:literal),* $(,)?) => {
        &[$(Absent { name: $name, idle: $idle }),*]
    };
}

impl Fields for ApplicationFields {
    const ABSENT: &'static [Absent] = absent! {
        "require_par": "false",
        "dpop_bound": "false", "profile": "\"standard\"", "jwks": "null", "jwks_uri": "null",
        "id_token_encrypted_response_alg": "null", "id_token_encrypted_response_enc": "null",
        "userinfo_signed_response_alg": "null", "userinfo_encrypted_response_alg": "null",
        "userinfo_encrypted_response_enc": "null", "request_object_signing_alg": "null",
        "request_object_encryption_alg": "null", "request_object_encryption_enc": "null", "request_uris": "[]",
        "token_endpoint_auth_signing_alg": "null", "default_max_age": "null", "require_auth_time": "false",
        "initiate_login_uri": "null", "client_uri": "null", "software_id": "null",
        "software_version": "null", "software_statement": "null", "response_types": "null",
        "backchannel_logout_uri": "null", "frontchannel_logout_uri": "null",
        "tls_client_certificate_bound_access_tokens": "false",
    };
}

/// The values of `client_type`, for the description.
#[must_use]
pub fn client_types() -> Object {
    words("Default: `confidential`.", &["confidential", "public"])
}

/// The values of `token_endpoint_auth_method`, for the description.
#[must_use]
pub fn auth_methods() -> Object {
    words(
        "How it authenticates; `none` for a public application. Null: Basic or body.",
        &["client_secret_basic", "client_secret_post", "none"],
    )
}

/// The values of `id_token_signed_response_alg`, for the description.
#[must_use]
pub fn signing_algorithms() -> Object {
    words(
        "The algorithm of what is signed for it. Null: that of `signing_key`, or HS256 with the client secret.",
        &Algorithm::ALL.map(Algorithm::as_str),
    )
}

/// The values of `logout_method`, for the description.
#[must_use]
pub fn logout_methods() -> Object {
    words(
        "How it hears of a sign-out: we call `logout_uri` (`backchannel`, default), the browser opens it (`frontchannel`), \
         or not at all.",
        &["backchannel", "frontchannel", "none"],
    )
}

/// The values of `access_token_format`, for the description.
#[must_use]
pub fn access_token_formats() -> Object {
    words("`jwt` (RFC 9068, default) or a random value.", &["jwt", "opaque"])
}

/// The values of `sub_mode`, for the description.
#[must_use]
pub fn sub_modes() -> Object {
    let description = "What `sub` is. Default: `hashed_user_id`.";
    words(
        description,
        &[
            "hashed_user_id",
            "user_id",
            "user_uuid",
            "user_username",
            "user_email",
            "user_upn",
        ],
    )
}

/// The values of `subject_type`, for the description.
#[must_use]
pub fn subject_types() -> Object {
    words(
        "Whether `sub` is the same everywhere (`public`, default) or another one for each sector (`pairwise`).",
        &["public", "pairwise"],
    )
}

/// The values of `issuer_mode`, for the description.
#[must_use]
pub fn issuer_modes() -> Object {
    words(
        "Whether `iss` is of the application (`per_provider`, default) or of the installation (`global`).",
        &["per_provider", "global"],
    )
}

/// The values of `policy_engine_mode`, for the description.
#[must_use]
pub fn policy_engine_modes() -> Object {
    words(
        "How the results of its policy bindings become one. Default: `any`.",
        &["any", "all"],
    )
}

/// The values of `learn_redirect_uri`, for the description.
#[must_use]
pub fn learn_modes() -> Object {
    words(
        "From whom it learns its first redirect URI, while it has none.",
        &["off", "administrator", "anyone"],
    )
}

/// The values of `consent_mode`, for the description.
#[must_use]
pub fn consent_modes() -> Object {
    words(
        "Whether people are asked. Default: `remember`.",
        &["skip", "always", "remember"],
    )
}

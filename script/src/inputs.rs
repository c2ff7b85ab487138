//! What an expression sees: the objects behind `user`, `provider`, `token`, `request`, `context` and `http_request`.
//!
//! Times are microseconds since 1970, as everywhere; an expression sees them as `datetime` values. No secret is among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Everything that the expressions of one request see. Several expressions share it in one round trip.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inputs {
    /// `user` and `request.user`; `None` is the anonymous user.
    pub user: Option<UserObject>,
    /// The application that is asked about: `provider.application`, and `request.obj` in a policy.
    pub application: Option<ApplicationObject>,
    /// `provider`.
    pub provider: Option<ProviderObject>,
    /// `token`.
    pub token: Option<TokenObject>,
    /// `request.context`, in policies also `context`.
    pub context: Context,
    /// `request.http_request`, in policies also `http_request`.
    pub http_request: Option<HttpRequestObject>,
    /// `ak_client_ip`; 255.255.255.255 when it is not known.
    pub client_ip: Option<String>,
    /// Further variables by name (`info`, `client`, ... of a source). `:`, `.` and `-` in a name become underscores.
    pub variables: BTreeMap<String, Value>,
}

/// `request.context`. A key must stand in one of the maps only.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Plain values: `oauth_grant_type`, `oauth_jwt`, `is_sso`, `prompt_data`, ...
    pub values: Map<String, Value>,
    /// Sets: `oauth_scopes`.
    pub sets: BTreeMap<String, Vec<String>>,
    /// Users: `pending_user`.
    pub users: BTreeMap<String, UserObject>,
    /// The source that somebody comes from: `source`, with `name` and `slug`.
    pub source: Option<SourceObject>,
}

/// A user. What is `None` among the lists was not sent and is asked for through the `Host` when it is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserObject {
    /// The number of the user, `pk`.
    pub pk: i64,
    /// `uid`: an identifier that does not tell who it is.
    pub uid: String,
    /// `uuid`.
    pub uuid: String,
    /// `username`.
    pub username: String,
    /// `email`.
    pub email: String,
    /// `name`.
    pub name: String,
    /// `is_active`.
    pub is_active: bool,
    /// `is_superuser`.
    pub is_superuser: bool,
    /// `type`: `internal`, `external`, `service_account`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// `path`.
    pub path: String,
    /// `date_joined`.
    pub date_joined: i64,
    /// `last_login`.
    pub last_login: Option<i64>,
    /// `attributes`.
    pub attributes: Map<String, Value>,
    /// Direct groups: `ak_groups`, `groups`.
    pub groups: Option<Vec<GroupObject>>,
    /// Direct groups and their ancestors, each once: `all_groups()`.
    pub all_groups: Option<Vec<GroupObject>>,
    /// Names of the entitlements in [`Inputs::application`]: `app_entitlements(provider.application)`.
    pub entitlements: Option<Vec<String>>,
    /// Kinds of the factors that the user has (`totp`, `webauthn`, `static`, ...): `ak_user_has_authenticator`.
    pub authenticators: Option<Vec<String>>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupObject {
    /// `pk`, the same as `uuid`, and `group_uuid`.
    pub uuid: String,
    /// `num_pk`: the number of the group.
    pub number: i64,
    /// `name`.
    pub name: String,
    /// `attributes`.
    pub attributes: Map<String, Value>,
    /// `is_superuser`.
    pub is_superuser: bool,
    /// The `uuid` of each parent: `parents.all()`, and `parent`, the first.
    pub parents: Vec<String>,
}

/// An application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplicationObject {
    /// `pk` and `uuid`.
    pub uuid: String,
    /// `name`.
    pub name: String,
    /// `slug`.
    pub slug: String,
    /// `group`.
    pub group: String,
    /// `meta_launch_url`.
    pub launch_url: String,
    /// `meta_description`.
    pub description: String,
}

/// A provider: the OAuth 2 side of an application. Its `application` is [`Inputs::application`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderObject {
    /// `name`.
    pub name: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_type`: `confidential` or `public`.
    pub client_type: String,
    /// `redirect_uris`, each with `matching_mode` and `url`.
    pub redirect_uris: Vec<RedirectUriObject>,
    /// `grant_types`.
    pub grant_types: Vec<String>,
    /// `sub_mode`.
    pub sub_mode: String,
    /// `issuer_mode`.
    pub issuer_mode: String,
    /// `include_claims_in_id_token`.
    pub include_claims_in_id_token: bool,
    /// `access_code_validity`.
    pub access_code_validity: String,
    /// `access_token_validity`.
    pub access_token_validity: String,
    /// `refresh_token_validity`.
    pub refresh_token_validity: String,
}

/// A registered redirect URI.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RedirectUriObject {
    /// `strict` or `regex`.
    pub matching_mode: String,
    /// The address or the pattern.
    pub url: String,
}

/// What is issued. `token.user` is [`Inputs::user`], `token.provider` is [`Inputs::provider`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenObject {
    /// `scope`: a list.
    pub scope: Vec<String>,
    /// `auth_time`.
    pub auth_time: Option<i64>,
    /// `session`: its id is `session.session_key` and `session.pk`; `None` without a browser session.
    pub session: Option<String>,
}

/// The HTTP request that led here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpRequestObject {
    /// `method`.
    pub method: String,
    /// `path`, without the query.
    pub path: String,
    /// `scheme`.
    pub scheme: String,
    /// Header fields that are not secret; `headers` (as `User-Agent`) and `META` (as `HTTP_USER_AGENT`).
    pub headers: BTreeMap<String, String>,
    /// `GET`: parameters of the query that are not secret.
    pub query: BTreeMap<String, String>,
}

/// A source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceObject {
    /// `name`.
    pub name: String,
    /// `slug`: its key.
    pub slug: String,
}

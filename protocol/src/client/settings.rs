//! What the fields of an application choose from, by the words of the management API.

use serde::{Deserialize, Serialize};

use crate::duration::Span;

/// RFC 6749, section 2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// Can keep a secret and must authenticate.
    #[default]
    Confidential,
    /// Runs where others can read it; has no secret.
    Public,
}

/// How a client authenticates at the token endpoint (RFC 7591, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// HTTP Basic.
    ClientSecretBasic,
    /// `client_secret` in the body.
    ClientSecretPost,
    /// Not at all: a public client.
    None,
}

/// The grants that an application may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// RFC 6749, section 4.1.
    AuthorizationCode,
    /// Tokens from the authorization endpoint alone (OpenID Connect Core, section 3.2).
    Implicit,
    /// A code and tokens from the authorization endpoint (OpenID Connect Core, section 3.3).
    Hybrid,
    /// RFC 6749, section 6.
    RefreshToken,
    /// RFC 6749, section 4.4.
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 6749, section 4.3, in name only: another word for [`Self::ClientCredentials`]. What it takes is an app
    /// password, never the password of a person.
    Password,
}

impl GrantType {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::Implicit => "implicit",
            Self::Hybrid => "hybrid",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Password => "password",
        }
    }

    /// Whether a program gets tokens by this grant without a person at a page.
    #[must_use]
    pub const fn is_machine(self) -> bool {
        matches!(self, Self::ClientCredentials | Self::Password)
    }
}

/// How a registered address is compared with a presented one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchingMode {
    /// Byte for byte.
    #[default]
    Strict,
    /// By a regular expression that matches the whole address: see [`crate::redirect_uri::Pattern`].
    Regex,
}

/// From whom an application without any redirect URI learns the one that it presents first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearnRedirectUri {
    /// From nobody.
    #[default]
    Off,
    /// From an administrator who is signed in and confirms it.
    Administrator,
    /// From anybody who is signed in and confirms it.
    Anyone,
}

/// One registered redirect URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedirectUri {
    /// How it is compared.
    pub matching_mode: MatchingMode,
    /// The address.
    pub url: String,
}

/// The form of the access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// A signed JWT (RFC 9068).
    #[default]
    Jwt,
    /// A random value.
    Opaque,
}

/// What `sub` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubMode {
    /// HMAC-SHA256 of the user's id under the installation's secret, in hexadecimal.
    #[default]
    HashedUserId,
    /// The user's number.
    UserId,
    /// The user's UUID.
    UserUuid,
    /// The user name.
    UserUsername,
    /// The e-mail address.
    UserEmail,
    /// The attribute `upn`, or the hashed id where there is none.
    UserUpn,
}

/// Whether all applications know a person by the same `sub` (OpenID Connect Core, section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same everywhere, as `sub_mode` says.
    #[default]
    Public,
    /// Another one for each sector.
    Pairwise,
}

/// Who stands as `iss`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerMode {
    /// `<public_url>/application/o/<slug>/`
    #[default]
    PerProvider,
    /// `<public_url>/`
    Global,
}

/// Whether people are asked before an application learns something about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// Never ask.
    Skip,
    /// Ask at every authorization.
    Always,
    /// Ask once, and again when something is added or `consent_expires_in` has passed.
    #[default]
    Remember,
}

/// How an application hears that a person has signed out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogoutMethod {
    /// Not at all.
    None,
    /// We call its `logout_uri` (OpenID Connect Back-Channel Logout 1.0).
    #[default]
    Backchannel,
    /// The browser opens its `logout_uri` (OpenID Connect Front-Channel Logout 1.0).
    Frontchannel,
}

/// How long a refresh token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenValidity {
    /// It does not expire.
    Never,
    /// It expires so long after it was issued.
    After(Span),
}

impl Serialize for RefreshTokenValidity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Never => serializer.serialize_str("never"),
            Self::After(span) => span.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RefreshTokenValidity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        if text == "never" {
            return Ok(Self::Never);
        }
        text.parse::<Span>().map(Self::After).map_err(serde::de::Error::custom)
    }
}

//! In whose words an authorization was asked for. The words decide which special scopes mean something; everything else
//! is decided alike.

use serde::{Deserialize, Serialize};

use crate::client::Client;

/// The dialects of the authorization endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// OAuth 2.0 and OpenID Connect.
    #[default]
    Standard,
    /// GitHub's: begun at `/login/oauth/authorize`.
    #[serde(rename = "github")]
    GitHub,
    /// Auth0's: begun at `/authorize`.
    Auth0,
}

impl Dialect {
    /// Whether `scope` is a special one of this dialect: it needs no mapping of the application.
    #[must_use]
    pub fn knows(self, scope: &str) -> bool {
        self == Self::GitHub && crate::github::SCOPES.contains(&scope)
    }

    /// The issuer of what is issued in these words. `public_url` is the global one.
    #[must_use]
    pub fn issuer<'a>(self, client: &'a Client, public_url: &'a str) -> &'a str {
        match self {
            Self::Auth0 => public_url,
            Self::Standard | Self::GitHub => &client.issuer,
        }
    }

    /// Whether there is nothing to remember about it.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
}

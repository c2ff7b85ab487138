//! In whose words an authorization was asked for. The words decide which special scopes mean something; everything else
//! is decided alike.

use serde::{Deserialize, Serialize};

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
}

impl Dialect {
    /// Whether `scope` is a special one of this dialect: it needs no mapping of the application.
    #[must_use]
    pub fn knows(self, scope: &str) -> bool {
        self == Self::GitHub && crate::github::SCOPES.contains(&scope)
    }

    /// Whether there is nothing to remember about it.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
}

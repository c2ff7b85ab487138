//! The tokens that a source gave for a person, as they are kept.

use protocol::time::{SECOND, Time};
use protocol::upstream::Tokens;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use store::StoreError;

/// The tokens of a source as they are sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptTokens {
    access_token: String,
    token_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Time>,
    scopes: Vec<String>,
}

impl std::fmt::Debug for KeptTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptTokens")
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

impl KeptTokens {
    /// The tokens of an answer that came at `now`.
    #[must_use]
    pub fn new(tokens: &Tokens, now: Time) -> Self {
        let text =
            |secret: &Option<secrecy::SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let seconds = tokens.expires_in.and_then(|seconds| i64::try_from(seconds).ok());
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            token_type: tokens.token_type.clone(),
            refresh_token: text(&tokens.refresh_token),
            id_token: text(&tokens.id_token),
            token_secret: text(&tokens.token_secret),
            expires_at: seconds.map(|seconds| now.plus(seconds.saturating_mul(SECOND))),
            scopes: tokens.scopes.clone(),
        }
    }

    /// No tokens: for a replay.
    pub(in crate::actions) fn none() -> Self {
        Self {
            access_token: String::new(),
            token_type: String::new(),
            refresh_token: None,
            id_token: None,
            token_secret: None,
            expires_at: None,
            scopes: Vec::new(),
        }
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &str {
        &self.access_token
    }

    /// How it is presented, `Bearer` mostly.
    #[must_use]
    pub fn token_type(&self) -> &str {
        &self.token_type
    }

    /// When the access token ends; `None`: the source did not say.
    #[must_use]
    pub fn expires_at(&self) -> Option<Time> {
        self.expires_at
    }

    /// What it may be used for.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// What renews it, when the source gave that.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&str> {
        self.refresh_token.as_deref()
    }

    pub(super) fn ends_before(&self, time: Time) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= time)
    }

    /// Puts renewed tokens in the place of these. What the source did not say again stays.
    pub(super) fn replace(&mut self, tokens: &Tokens, now: Time) {
        let mut new = Self::new(tokens, now);
        new.refresh_token = new.refresh_token.or_else(|| self.refresh_token.take());
        new.id_token = new.id_token.or_else(|| self.id_token.take());
        if new.scopes.is_empty() {
            new.scopes.clone_from(&self.scopes);
        }
        *self = new;
    }

    pub(in crate::actions) fn sealed(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        Ok(zeroize::Zeroizing::new(serde_json::to_vec(self)?))
    }
}

//! Errors of the protocol: the registered code, the stable code of the refusal, a public sentence, and a private detail.
//!
//! Where an error is delivered (JSON, bearer challenge, redirect, page) belongs to the endpoint, not to this file.

use std::borrow::Cow;

use crate::refusal::Refusal;

/// The registered error codes that we answer with (RFC 6749, section 11.4 and the registries after it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749: something is missing, repeated or malformed.
    InvalidRequest,
    /// RFC 6749: client authentication failed.
    InvalidClient,
    /// RFC 6749: the code, token or credentials do not hold.
    InvalidGrant,
    /// RFC 6749: this client may not use this grant or response type.
    UnauthorizedClient,
    /// RFC 6749: no such grant.
    UnsupportedGrantType,
    /// RFC 6749: no such response type.
    UnsupportedResponseType,
    /// RFC 6749: the scope is unknown, malformed or wider than what was granted.
    InvalidScope,
    /// RFC 6749: the person or the server said no.
    AccessDenied,
    /// RFC 6749: a fault of ours.
    ServerError,
    /// RFC 6749: not now; come again.
    TemporarilyUnavailable,
    /// OpenID Connect Core, section 3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core, section 3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core, section 3.1.2.6.
    AccountSelectionRequired,
    /// OpenID Connect Core, section 3.1.2.6: a page would have to be shown.
    InteractionRequired,
    /// OpenID Connect Core Error Code unmet_authentication_requirements 1.0; RFC 9470, section 5.
    UnmetAuthenticationRequirements,
    /// OpenID Connect Core, section 3.1.2.6: `request` is not supported.
    RequestNotSupported,
    /// OpenID Connect Core, section 3.1.2.6: `request_uri` is not supported.
    RequestUriNotSupported,
    /// OpenID Connect Core, section 3.1.2.6: `registration` is not supported.
    RegistrationNotSupported,
    /// RFC 6750: the bearer token is missing, unknown, expired or revoked.
    InvalidToken,
    /// RFC 6750: the bearer token does not carry the scope.
    InsufficientScope,
    /// RFC 7009: this kind of token can not be revoked.
    UnsupportedTokenType,
    /// RFC 8628, section 3.5: the person has not answered yet.
    AuthorizationPending,
    /// RFC 8628, section 3.5: as before, and the device asks too often.
    SlowDown,
    /// RFC 8628, section 3.5: the device code has expired.
    ExpiredToken,
}

impl ErrorCode {
    /// The code as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
        }
    }

    /// The HTTP status of a JSON or bearer answer with this code (RFC 6749, section 5.2; RFC 6750, section 3.1).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidClient | Self::InvalidToken => 401,
            Self::InsufficientScope | Self::AccessDenied => 403,
            Self::ServerError => 500,
            Self::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

/// A request that is refused, and everything that is known about why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// Why, as one of the documented refusals; it decides the registered code and the public sentence.
    pub refusal: Refusal,
    /// What came, as far as it may be shown to an administrator. Never a secret.
    pub given: Option<Box<str>>,
    /// What would have been right, as far as it may be shown to an administrator. Never a secret.
    pub expected: Option<Box<str>>,
    /// For the log and the recorder only.
    pub detail: Option<Cow<'static, str>>,
}

impl OAuthError {
    /// A refusal without further facts.
    #[must_use]
    pub const fn new(refusal: Refusal) -> Self {
        Self {
            refusal,
            given: None,
            expected: None,
            detail: None,
        }
    }

    /// Adds what came.
    #[must_use]
    pub fn given(mut self, value: impl Into<String>) -> Self {
        self.given = Some(clip(value.into()));
        self
    }

    /// Adds what would have been right.
    #[must_use]
    pub fn expected(mut self, value: impl Into<String>) -> Self {
        self.expected = Some(clip(value.into()));
        self
    }

    /// Adds a private detail.
    #[must_use]
    pub fn detail(mut self, value: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(value.into());
        self
    }

    /// The registered code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.refusal.error_code()
    }

    /// The sentence for `error_description`: ASCII without quotation marks and backslashes (RFC 6749, section 5.2).
    #[must_use]
    pub const fn public(&self) -> &'static str {
        self.refusal.sentence()
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal)
    }
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.public(), self.refusal.code())
    }
}

impl std::error::Error for OAuthError {}

/// Facts are for reading: a hostile parameter must not fill the recorder.
fn clip(mut text: String) -> Box<str> {
    const LIMIT: usize = 512;
    if text.len() > LIMIT {
        let end = (0..=LIMIT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text.into_boxed_str()
}

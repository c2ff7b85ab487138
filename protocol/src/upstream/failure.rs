//! Why a sign-in through a source failed, and the same in the words of authn.sh.

use std::borrow::Cow;

use crate::error::OAuthError;
use crate::refusal::Refusal;

/// The longest text of a source that is passed on, in characters.
const LONGEST_DESCRIPTION: usize = 300;

/// A sign-in through a source that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamFailure {
    /// Our refusal with what was given and expected, never with a secret.
    pub error: OAuthError,
    /// The error code that the source used, when it used one of the form of RFC 6749 (section 4.1.2.1).
    pub upstream_error: Option<String>,
    /// What the source or the script says about it, cleaned: it may be shown and sent to the application.
    pub description: Option<String>,
    /// The HTTP status that the source answered with.
    pub status: Option<u16>,
}

impl UpstreamFailure {
    /// A failure by one of our refusals.
    #[must_use]
    pub fn new(error: impl Into<OAuthError>) -> Self {
        Self {
            error: error.into(),
            upstream_error: None,
            description: None,
            status: None,
        }
    }

    /// Adds what the source says about it, and cleans it: printable, one line, of limited length, without any of `secrets`.
    #[must_use]
    pub fn describe(mut self, text: &str, secrets: &[&str]) -> Self {
        self.description = Some(clean(text, secrets)).filter(|text| !text.is_empty());
        self
    }

    /// Adds the error code of the source, if it has the form of one.
    #[must_use]
    pub(super) fn upstream_error(mut self, code: Option<&str>) -> Self {
        self.upstream_error = code.filter(|code| is_error_code(code)).map(str::to_owned);
        self
    }

    /// Adds the status of the answer.
    #[must_use]
    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The refusal.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        self.error.refusal
    }

    /// The code in the words of authn.sh: `__authn_error` of its callback, the code of its challenge (authn.sh sheet, section 19).
    #[must_use]
    pub fn authn_sh_code(&self) -> Cow<'static, str> {
        match (&self.upstream_error, self.refusal()) {
            (Some(code), Refusal::UpstreamError) => Cow::Owned(code.clone()),
            (_, refusal) => Cow::Borrowed(authn_sh_code(refusal)),
        }
    }
}

impl From<OAuthError> for UpstreamFailure {
    fn from(error: OAuthError) -> Self {
        Self::new(error)
    }
}

impl From<Refusal> for UpstreamFailure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal)
    }
}

/// A refusal in the words of authn.sh (its sheet, section 19). What has no word there keeps our own code.
#[must_use]
pub const fn authn_sh_code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UpstreamStateInvalid
        | Refusal::UpstreamResponseIssuer
        | Refusal::UpstreamRequestTokenMismatch
        | Refusal::TransactionUnknown
        | Refusal::TransactionForeign
        | Refusal::CookieMissing
        | Refusal::AddressMismatch => "oauth_state_invalid",
        Refusal::UpstreamAccessDenied => "oauth_user_cancelled",
        Refusal::UpstreamCodeMissing => "oauth_code_missing",
        Refusal::UpstreamSourceDisabled => "oauth_provider_not_found",
        Refusal::UpstreamTokenUnreachable
        | Refusal::UpstreamTokenRefused
        | Refusal::UpstreamTokenMalformed
        | Refusal::UpstreamTokenType
        | Refusal::UpstreamRequestTokenRefused
        | Refusal::UpstreamKeysUnreachable
        | Refusal::UpstreamIdTokenMissing
        | Refusal::UpstreamIdTokenMalformed
        | Refusal::UpstreamAlgorithmWrong
        | Refusal::UpstreamKeyUnknown
        | Refusal::UpstreamSignatureWrong
        | Refusal::UpstreamIssuerWrong
        | Refusal::UpstreamAudienceWrong
        | Refusal::UpstreamAuthorizedPartyWrong
        | Refusal::UpstreamTokenExpired
        | Refusal::UpstreamTokenNotYetValid
        | Refusal::UpstreamTokenTooOld
        | Refusal::UpstreamTimesMalformed
        | Refusal::UpstreamNonceWrong
        | Refusal::UpstreamAtHashWrong
        | Refusal::UpstreamSubjectMalformed => "oauth_token_exchange_failed",
        Refusal::UpstreamUserinfoUnreachable
        | Refusal::UpstreamUserinfoRefused
        | Refusal::UpstreamUserinfoMalformed
        | Refusal::UpstreamSubjectMismatch
        | Refusal::UpstreamScriptFailed
        | Refusal::UpstreamScriptUnavailable
        | Refusal::UpstreamMappingFailed
        | Refusal::UpstreamUserIdMissing
        | Refusal::UpstreamUserIdTooLong => "oauth_userinfo_failed",
        Refusal::UpstreamAccountUnknown => "oauth_account_does_not_exist",
        Refusal::UpstreamEmailMissing => "oauth_no_email_returned",
        Refusal::UpstreamSubaddress => "email_subaddress_blocked",
        Refusal::UpstreamSignInDisabled => "sign_in_disabled",
        _ => refusal.code(),
    }
}

/// Error codes are `%x20-21 / %x23-5B / %x5D-7E` (RFC 6749, section 4.1.2.1); of those we pass on what looks like a name.
fn is_error_code(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte))
}

/// What a source answered, for administrators: the status, and its error code where that has the form of one.
pub(super) fn status_and_code(status: u16, code: Option<&str>) -> String {
    match code.filter(|code| is_error_code(code)) {
        Some(code) => format!("{status} {code}"),
        None => status.to_string(),
    }
}

/// A text of a stranger, so that it may be shown: `secrets` are taken out, what is not printable becomes a space, white space
/// is run together, and the length has an end.
#[must_use]
pub fn clean(text: &str, secrets: &[&str]) -> String {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret) {
            text = Cow::Owned(text.replace(secret, "..."));
        }
    }
    // A stack trace begins on a line of its own: the first line is the message.
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut cleaned = String::new();
    for word in first.split(|letter: char| letter.is_whitespace() || is_hidden(letter)) {
        if word.is_empty() {
            continue;
        }
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
    }
    match cleaned.char_indices().nth(LONGEST_DESCRIPTION) {
        Some((end, _)) => cleaned[..end].to_owned(),
        None => cleaned,
    }
}

/// Control characters, and the marks that change the direction of what follows.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

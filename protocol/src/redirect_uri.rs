//! Redirect URIs: what may be registered, what matches, and how an answer is written onto one.
//!
//! A redirect can not be written without a [`ValidatedRedirect`], and only this file makes one. Comparison is byte for
//! byte without any normalisation (RFC 9700, section 2.1), except for the port of a loopback address of a native
//! application (`loopback.rs`) and for entries that are patterns (`pattern.rs`).

mod first_use;
mod loopback;
mod pattern;
mod presented;
mod registered;

use crate::client::{Application, Client, MatchingMode, RedirectUri};
use crate::error::OAuthError;
use crate::refusal::Refusal;

pub use first_use::{check_first_use, learn, may_learn};
pub use pattern::{Pattern, PatternError};
pub use registered::Registered;

/// Schemes that run or show what stands in the address itself: never a place to send an answer to.
const FORBIDDEN_SCHEMES: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "about",
    "blob",
    "file",
    "filesystem",
    "view-source",
];

/// A redirect URI that this client has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidatedRedirect {
    uri: String,
}

/// Where the parameters of an answer go (OAuth 2.0 Multiple Response Type Encoding Practices, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// Behind `?`.
    Query,
    /// Behind `#`.
    Fragment,
    /// In the body of a form (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// All of them, in the order of discovery.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// Reads a `response_mode`.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == value)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// Compares a presented `redirect_uri` with those registered for authorization answers.
///
/// # Errors
/// [`Refusal::RedirectUriMissing`], [`Refusal::RedirectUriForbidden`], [`Refusal::RedirectUriUnregistered`] or
/// [`Refusal::RedirectUriMismatch`] with both sides inside.
pub fn check_redirect_uri(client: &Client, presented: Option<&str>) -> Result<ValidatedRedirect, OAuthError> {
    let presented = presented.ok_or_else(|| {
        OAuthError::new(Refusal::RedirectUriMissing).expected(listed(&client.application.redirect_uris))
    })?;
    check_against(
        &client.application.redirect_uris,
        |uri| client.registered.answers_may_go_to(uri),
        presented,
        Refusal::RedirectUriUnregistered,
        Refusal::RedirectUriMismatch,
    )
}

/// Compares a presented `post_logout_redirect_uri` with those registered for sign-out.
///
/// # Errors
/// [`Refusal::RedirectUriForbidden`] or [`Refusal::LogoutRedirectMismatch`].
pub fn check_post_logout_redirect_uri(client: &Client, presented: &str) -> Result<ValidatedRedirect, OAuthError> {
    check_against(
        &client.application.post_logout_redirect_uris,
        |uri| client.registered.sign_out_may_go_to(uri),
        presented,
        Refusal::LogoutRedirectMismatch,
        Refusal::LogoutRedirectMismatch,
    )
}

fn check_against(
    registered: &[RedirectUri],
    matches: impl FnOnce(&str) -> bool,
    presented: &str,
    none: Refusal,
    mismatch: Refusal,
) -> Result<ValidatedRedirect, OAuthError> {
    if is_forbidden(presented) {
        return Err(OAuthError::new(Refusal::RedirectUriForbidden).given(presented));
    }
    if registered.is_empty() {
        return Err(OAuthError::new(none).given(presented));
    }
    if matches(presented) {
        Ok(ValidatedRedirect {
            uri: presented.to_owned(),
        })
    } else {
        Err(OAuthError::new(mismatch).given(presented).expected(listed(registered)))
    }
}

fn listed(registered: &[RedirectUri]) -> String {
    registered
        .iter()
        .map(|entry| entry.url.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether the scheme is one that is refused even when registered. White space and control characters before or inside
/// the scheme are what browsers drop; they are refused as well.
fn is_forbidden(uri: &str) -> bool {
    let scheme = uri.split(':').next().unwrap_or_default();
    uri.bytes().any(|byte| byte <= b' ' || byte == 0x7f)
        || FORBIDDEN_SCHEMES
            .iter()
            .any(|forbidden| scheme.eq_ignore_ascii_case(forbidden))
}

/// Whether `uri` may be registered, and what to remark. The answer of `Err` is the reason in one sentence.
///
/// # Errors
/// A relative address, a fragment (RFC 6749, section 3.1.2), a forbidden scheme, user information, no host, a
/// backslash, what is not ASCII, or more than 2,048 bytes.
pub fn check_registration(uri: &str) -> Result<Option<Remark>, &'static str> {
    if uri.len() > 2048 {
        return Err("An address may have at most 2048 characters.");
    }
    if is_forbidden(uri) {
        return Err("An address of this kind is never allowed; use https or a scheme of the application's own.");
    }
    if uri.contains('#') {
        return Err("An address may not have a fragment.");
    }
    // RFC 3986, section 2: an address is ASCII; another could not be written into a Location header.
    if !uri.is_ascii() {
        return Err("Write the address in ASCII, the host in its xn-- form and the rest percent-encoded.");
    }
    // Browsers read a backslash as a slash, other programs do not: nobody would agree about the host.
    if uri.contains('\\') {
        return Err("An address may not contain a backslash.");
    }
    let parsed =
        url::Url::parse(uri).map_err(|_| "Write the whole address, for instance https://app.example.com/cb.")?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("An address may not contain a user name or password.");
    }
    if matches!(parsed.scheme(), "http" | "https") && !has_authority(uri) {
        return Err("Write the whole address, for instance https://app.example.com/cb.");
    }
    match parsed.scheme() {
        "https" => Ok(None),
        "http" if is_loopback(&parsed) => Ok(None),
        "http" => Ok(Some(Remark::PlainHttp)),
        _ => Ok(None),
    }
}

/// Whether `://` and a host follow the scheme as they stand, without the repairs of a browser (`https:a`, `https:///a`).
fn has_authority(uri: &str) -> bool {
    uri.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) && !rest.starts_with(['/', '?', ':'])
    })
}

/// Something about a registered address that is allowed but not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Plain http to another machine: codes travel in the clear.
    PlainHttp,
}

fn is_loopback(uri: &url::Url) -> bool {
    match uri.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `origin` (scheme, host and port of a browser page) is that of a registered redirect URI: such pages may call
/// our endpoints across origins.
#[must_use]
pub fn is_origin_of(client: &Client, origin: &str) -> bool {
    is_registered_origin(&client.application, &client.registered, origin)
}

/// The same for the record of an application and its addresses. A pattern counts when its scheme, host and port match the
/// whole origin.
#[must_use]
pub fn is_registered_origin(application: &Application, registered: &Registered, origin: &str) -> bool {
    let Ok(parsed) = url::Url::parse(origin) else {
        return false;
    };
    let parsed = parsed.origin();
    let strict = application
        .redirect_uris
        .iter()
        .filter(|entry| entry.matching_mode == MatchingMode::Strict);
    parsed.is_tuple()
        && (registered.has_pattern_of(origin)
            || strict
                .filter_map(|entry| url::Url::parse(&entry.url).ok())
                .any(|registered| registered.origin() == parsed))
}

/// Where the tile of an application leads that names no `launch_url`: the site of its first redirect URI, without the
/// path. `None` when that is no web address, or a pattern with more than one site.
#[must_use]
pub fn guess_launch_url(application: &Application) -> Option<String> {
    let first = application.redirect_uris.first()?;
    match first.matching_mode {
        MatchingMode::Regex => Pattern::compile(&first.url).ok()?.site(),
        MatchingMode::Strict => {
            let url = url::Url::parse(&first.url).ok()?;
            (matches!(url.scheme(), "http" | "https") && url.has_host())
                .then(|| format!("{}/", url.origin().ascii_serialization()))
        }
    }
}

impl ValidatedRedirect {
    /// The address as it was registered and presented.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.uri
    }

    /// The address with the parameters of an answer. What stands in a registered query stays. A form carries its
    /// parameters beside the address.
    #[must_use]
    pub fn with(&self, mode: ResponseMode, parameters: &[(&str, &str)]) -> String {
        let encoded = url::form_urlencoded::Serializer::new(String::with_capacity(256))
            .extend_pairs(parameters)
            .finish();
        let separator = match mode {
            ResponseMode::Fragment => '#',
            ResponseMode::Query if !self.uri.contains('?') => '?',
            ResponseMode::Query if self.uri.ends_with(['?', '&']) => return format!("{}{encoded}", self.uri),
            ResponseMode::Query => '&',
            ResponseMode::FormPost => return self.uri.clone(),
        };
        if encoded.is_empty() {
            self.uri.clone()
        } else {
            format!("{}{separator}{encoded}", self.uri)
        }
    }

    /// The origin (`https://app.example.com`) for `form-action`; `None` for a scheme of the application's own.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let origin = url::Url::parse(&self.uri).ok()?.origin();
        origin.is_tuple().then(|| origin.ascii_serialization())
    }

    /// The host that people see on the consent page, or the scheme of an application's own.
    #[must_use]
    pub fn destination(&self) -> String {
        match url::Url::parse(&self.uri) {
            Ok(uri) => uri
                .host_str()
                .map_or_else(|| format!("{}:", uri.scheme()), str::to_owned),
            Err(_) => String::new(),
        }
    }
}

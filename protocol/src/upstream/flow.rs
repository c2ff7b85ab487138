//! Leaving for a source: the address that the browser is sent to, and what has to be remembered until it comes back.
//!
//! OpenID Connect and OAuth 2.0 leave at once (RFC 6749, section 4.1.1); OAuth 1.0a asks for temporary credentials first.
//! What comes back is the business of [`super::Exchange`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::call::{Call, Reply};
use super::failure::UpstreamFailure;
use super::source::{Made, Pkce, SourceKind, Upstream};
use super::vendors::{self, Vendor};
use super::{authorize_url, oauth1};
use crate::env::Env;
use crate::id::{new_alphanumeric, new_secret};
use crate::params::Params;
use crate::pkce::mint_s256_challenge;
use crate::refusal::Refusal;

/// The longest verifier that RFC 7636 allows (section 4.1).
const VERIFIER_CHARACTERS: usize = 128;

/// How a sign-in through a source begins. `Debug` hides `state`.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// Where the source sends the person back to. The token request repeats it byte for byte.
    pub redirect_uri: &'a str,
    /// A random secret of ours, bound to the browser by whoever made it.
    pub state: &'a str,
    /// The parameters of our own start address, for `forward_query_parameters`.
    pub query: &'a Params,
    /// The parameters of the authorization request of the application that waits, for `authorization_params_map`.
    pub request: &'a Params,
    /// Who will probably sign in (OpenID Connect Core, section 3.1.2.1).
    pub login_hint: Option<&'a str>,
    /// Scopes that this sign-in asks for beyond those of the source.
    pub connection_scope: &'a [String],
    /// What stands between scopes when there are such further ones; otherwise it is always a space.
    pub scope_separator: char,
}

impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("redirect_uri", &self.redirect_uri)
            .field("connection_scope", &self.connection_scope)
            .finish_non_exhaustive()
    }
}

/// What has to happen first.
#[derive(Debug)]
pub enum Begun {
    /// The browser can go.
    Redirect(Redirect),
    /// OAuth 1.0a: this call first; its reply goes to [`Pending::finish`].
    Call {
        /// What to send.
        call: Call,
        /// What waits for the reply.
        pending: Pending,
    },
}

/// Where the browser goes, and what has to be there when it comes back. `Debug` shows no parameter.
pub struct Redirect {
    /// The address at the source.
    pub url: String,
    /// To be sealed and kept beside the hash of `state`.
    pub secrets: Secrets,
}

impl fmt::Debug for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redirect")
            .field("place", &self.url.split('?').next())
            .finish_non_exhaustive()
    }
}

/// What a sign-in through a source has to remember between leaving and coming back. Sealed by whoever stores it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Secrets {
    /// The redirect URI of the authorization request.
    pub(super) redirect_uri: String,
    /// What was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) scopes: Vec<String>,
    /// The nonce that the ID token repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    /// The verifier of the code challenge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code_verifier: Option<String>,
    /// OAuth 1.0a: the temporary token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_token: Option<String>,
    /// OAuth 1.0a: its secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_token_secret: Option<String>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A sign-in by OAuth 1.0a that waits for its temporary credentials.
#[derive(Debug)]
pub struct Pending {
    pub(super) authorization_endpoint: String,
    pub(super) extras: Vec<(String, String)>,
    pub(super) secrets: Secrets,
}

impl Pending {
    /// Reads the temporary credentials (RFC 5849, section 2.1) and sends the browser on (section 2.2).
    ///
    /// # Errors
    /// [`Refusal::UpstreamRequestTokenRefused`].
    pub fn finish(self, reply: &Reply) -> Result<Redirect, UpstreamFailure> {
        oauth1::leave(self, reply)
    }
}

/// Begins a sign-in through a source.
///
/// # Errors
/// [`Refusal::UpstreamSourceDisabled`], or [`Refusal::UpstreamNotConfigured`] when the source lacks an address that the sign-in
/// needs.
pub fn begin(env: &Env<'_>, upstream: &Upstream, start: &Start<'_>) -> Result<Begun, UpstreamFailure> {
    let source = &upstream.source;
    if !source.enabled {
        return Err(Refusal::UpstreamSourceDisabled.into());
    }
    if source.kind == SourceKind::Oauth1 {
        return oauth1::begin(env, upstream, start);
    }
    redirect(env, upstream, start).map(Begun::Redirect)
}

/// The redirect of OpenID Connect and OAuth 2.0, whether or not the source is switched on.
pub(super) fn redirect(env: &Env<'_>, upstream: &Upstream, start: &Start<'_>) -> Result<Redirect, UpstreamFailure> {
    let source = &upstream.source;
    let vendor = vendors::of(source);
    let endpoint = required(source.authorization_endpoint.as_deref(), "authorization_endpoint")?;
    // Asked for now, so that a person is not sent away in vain.
    required(source.token_endpoint.as_deref(), "token_endpoint")?;
    if source.kind == SourceKind::Oidc {
        required(source.issuer.as_deref(), "issuer")?;
    }
    let method = pkce_method(upstream, vendor);
    let secrets = Secrets {
        redirect_uri: start.redirect_uri.to_owned(),
        scopes: merged_scopes(&source.scopes, start.connection_scope),
        nonce: (source.kind == SourceKind::Oidc).then(|| new_secret(env.entropy)),
        code_verifier: (method != Pkce::None).then(|| new_alphanumeric(VERIFIER_CHARACTERS, env.entropy)),
        ..Secrets::default()
    };
    let url = authorize_url::build(source, vendor, endpoint, start, &secrets, method);
    Ok(Redirect { url, secrets })
}

/// An address of the source, or the refusal that names the missing field.
pub(super) fn required<'a>(value: Option<&'a str>, field: &'static str) -> Result<&'a str, UpstreamFailure> {
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        crate::error::OAuthError::new(Refusal::UpstreamNotConfigured)
            .expected(field)
            .into()
    })
}

/// The code challenge of this source. One without a secret gets one in any case, for nothing else then binds a code to us
/// (RFC 9700, section 2.1.1); Auth0's connections say so themselves.
fn pkce_method(upstream: &Upstream, vendor: Option<&Vendor>) -> Pkce {
    let source = &upstream.source;
    let forced = vendor.map_or(Pkce::None, |vendor| vendor.pkce);
    match (source.pkce, forced) {
        (Pkce::None, Pkce::None) if source.made != Made::Auth0 && is_public(upstream) => Pkce::S256,
        (Pkce::None, forced) => forced,
        (chosen, _) => chosen,
    }
}

fn is_public(upstream: &Upstream) -> bool {
    upstream.client_secret.is_none()
        && upstream.source.assertion_key.is_none()
        && upstream.token_request_headers.is_empty()
}

/// `code_challenge` for a verifier.
pub(super) fn challenge(method: Pkce, verifier: &str) -> Option<(String, &'static str)> {
    match method {
        Pkce::None => None,
        Pkce::Plain => Some((verifier.to_owned(), "plain")),
        Pkce::S256 => Some((mint_s256_challenge(verifier), "S256")),
    }
}

/// The scopes of the source and further ones, each once, in that order.
fn merged_scopes(scopes: &[String], further: &[String]) -> Vec<String> {
    let mut merged: Vec<String> = Vec::with_capacity(scopes.len() + further.len());
    for scope in scopes.iter().chain(further).map(|scope| scope.trim()) {
        if !scope.is_empty() && !merged.iter().any(|earlier| earlier == scope) {
            merged.push(scope.to_owned());
        }
    }
    merged
}

//! Client authentication at the token, introspection and revocation endpoints (RFC 6749, section 2.3.1).
//!
//! HTTP Basic or `client_id` and `client_secret` in the body, one of them per request. Basic credentials are tried as
//! the standard encodes them (percent-decoded) and as many clients send them (plain): both name one client and one
//! secret, so no second meaning can arise where they are the same text.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

use crate::client::{Client, ClientType, TokenEndpointAuthMethod};
use crate::error::OAuthError;
use crate::params::Params;
use crate::refusal::Refusal;

/// Where the credentials stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The `Authorization` header.
    Basic,
    /// The body, with a secret.
    Post,
    /// Only `client_id`, in the body.
    None,
}

/// Credentials as they were presented.
#[derive(Debug)]
pub struct Credentials {
    /// Who it claims to be.
    pub client_id: String,
    /// The secret, if any.
    pub secret: Option<SecretString>,
    /// The same secret before percent-decoding, where that differs.
    plain_secret: Option<SecretString>,
    /// Where it stood.
    pub method: Method,
}

impl Credentials {
    /// The secret in every way in which it can be read: as it came first, then percent-decoded.
    pub(crate) fn as_sent(&self) -> impl Iterator<Item = &str> {
        let secrets = self.plain_secret.iter().chain(&self.secret);
        secrets.map(ExposeSecret::expose_secret)
    }

    /// Whether the secret is one of the client's.
    pub(crate) fn prove(&self, client: &Client) -> bool {
        let mut found = false;
        for secret in self.as_sent() {
            found |= is_secret_of(client, secret);
        }
        found
    }
}

/// Reads the credentials of a request. `authorization` is the value of the header, if there is one.
///
/// # Errors
/// [`Refusal::ClientAuthenticationMalformed`], [`Refusal::ClientAuthenticationTwice`] or [`Refusal::ClientMissing`].
pub fn parse_credentials(authorization: Option<&str>, params: &Params) -> Result<Credentials, OAuthError> {
    let in_body = params.get("client_secret");
    if let Some(value) = authorization {
        if in_body.is_some() {
            return Err(Refusal::ClientAuthenticationTwice.into());
        }
        let credentials = parse_basic(value)?;
        if let Some(named) = params.get("client_id")
            && named != credentials.client_id
        {
            return Err(OAuthError::new(Refusal::ClientAuthenticationTwice).detail("client_id differs from the header"));
        }
        return Ok(credentials);
    }
    let client_id = params.get("client_id").ok_or(Refusal::ClientMissing)?.to_owned();
    Ok(match in_body {
        Some(secret) => Credentials {
            client_id,
            secret: Some(secret.into()),
            plain_secret: None,
            method: Method::Post,
        },
        None => Credentials {
            client_id,
            secret: None,
            plain_secret: None,
            method: Method::None,
        },
    })
}

fn parse_basic(value: &str) -> Result<Credentials, OAuthError> {
    let malformed = |why: &'static str| OAuthError::new(Refusal::ClientAuthenticationMalformed).detail(why);
    let (scheme, encoded) = value.split_once(' ').ok_or_else(|| malformed("no scheme"))?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OAuthError::new(Refusal::ClientAuthenticationMalformed)
            .given(scheme)
            .expected("Basic"));
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed("not base64"))?;
    let decoded = String::from_utf8(decoded).map_err(|_| malformed("not UTF-8"))?;
    let (id, secret) = decoded.split_once(':').ok_or_else(|| malformed("no colon"))?;
    if id.is_empty() {
        return Err(malformed("no client_id"));
    }
    let percent_decoded = |text: &str| {
        let mut pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs
            .next()
            .filter(|_| !text.contains(['=', '&']))
            .map(|(name, _)| name.into_owned())
    };
    let secret = (!secret.is_empty()).then_some(secret);
    let decoded_secret = secret.map(|plain| percent_decoded(plain).unwrap_or_else(|| plain.to_owned()));
    let differs = decoded_secret.as_deref() != secret;
    Ok(Credentials {
        client_id: percent_decoded(id).unwrap_or_else(|| id.to_owned()),
        secret: decoded_secret.map(SecretString::from),
        plain_secret: secret.filter(|_| differs).map(SecretString::from),
        method: Method::Basic,
    })
}

/// Whether the presented credentials are those of the client, as this client must authenticate. A public client needs
/// none; if it sends a secret, that is not looked at.
///
/// # Errors
/// [`Refusal::ClientAuthenticationMissing`], [`Refusal::ClientAuthenticationMethod`] or [`Refusal::ClientSecretWrong`].
pub fn check_client_authentication(client: &Client, credentials: &Credentials) -> Result<(), OAuthError> {
    if client.application.client_type == ClientType::Public {
        return Ok(());
    }
    if credentials.secret.is_none() {
        return Err(Refusal::ClientAuthenticationMissing.into());
    }
    let (wanted, used) = (client.application.token_endpoint_auth_method, credentials.method);
    let fits = match wanted {
        None => true,
        Some(TokenEndpointAuthMethod::ClientSecretBasic) => used == Method::Basic,
        Some(TokenEndpointAuthMethod::ClientSecretPost) => used == Method::Post,
        Some(TokenEndpointAuthMethod::None) => false,
    };
    if !fits {
        let name = |method: TokenEndpointAuthMethod| match method {
            TokenEndpointAuthMethod::ClientSecretBasic => "client_secret_basic",
            TokenEndpointAuthMethod::ClientSecretPost => "client_secret_post",
            TokenEndpointAuthMethod::None => "none",
        };
        let given = match used {
            Method::Basic => "client_secret_basic",
            Method::Post => "client_secret_post",
            Method::None => "none",
        };
        return Err(OAuthError::new(Refusal::ClientAuthenticationMethod)
            .given(given)
            .expected(wanted.map_or("", name)));
    }
    if credentials.prove(client) {
        Ok(())
    } else {
        Err(Refusal::ClientSecretWrong.into())
    }
}

/// Compares with every live secret, always with all of them and in constant time.
fn is_secret_of(client: &Client, presented: &str) -> bool {
    let mut found = false;
    for secret in &client.secrets {
        let secret = secret.expose_secret().as_bytes();
        found |= verify_slices_are_equal(secret, presented.as_bytes()).is_ok();
    }
    found
}

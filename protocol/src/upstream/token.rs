//! The token endpoint of a source: redeeming a code (RFC 6749, section 4.1.3), using a refresh token (section 6), our
//! authentication there (section 2.3.1; RFC 7523, section 2.2), and reading the answer (section 5).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::call::{Call, Purpose, Reply, encode_value};
use super::document::Document;
use super::failure::{UpstreamFailure, status_and_code};
use super::flow::required;
use super::source::{SourceAuthMethod, Upstream};
use super::vendors::{self, Habit, apple, slack, wechat};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::new_secret;
use crate::jose::{SigningKey, typ};
use crate::refusal::Refusal;

/// How long a client assertion lives, in seconds.
const ASSERTION_LIFE: i64 = 60;
/// The kind of our assertions (RFC 7523, section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// More members than any answer in form encoding has.
const MOST_MEMBERS: usize = 100;
/// Kinds of tokens that a bearer can not use (RFC 6749, section 7.1): without their proof they are worth nothing.
const PROVEN_TYPES: [&str; 4] = ["dpop", "mac", "pop", "n_a"];
/// Header fields that belong to the transport: no setting sets them.
const TRANSPORT: [&str; 5] = [
    "content-type",
    "content-length",
    "host",
    "transfer-encoding",
    "connection",
];

/// What a source granted.
#[derive(Clone)]
pub struct Tokens {
    /// For the profile and whatever else was granted.
    pub access_token: SecretString,
    /// As the source writes it; `Bearer` when it says nothing.
    pub token_type: String,
    /// For a new access token.
    pub refresh_token: Option<SecretString>,
    /// The ID token as it came.
    pub id_token: Option<SecretString>,
    /// OAuth 1.0a: the secret of the token.
    pub token_secret: Option<SecretString>,
    /// How long the access token lives from now on, in seconds.
    pub expires_in: Option<u64>,
    /// What was granted; what was asked for when the source does not say.
    pub scopes: Vec<String>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("token_type", &self.token_type)
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("expires_in", &self.expires_in)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The request that redeems a code.
///
/// # Errors
/// [`Refusal::UpstreamNotConfigured`].
pub(super) fn code_call(
    env: &Env<'_>,
    upstream: &Upstream,
    key: Option<&SigningKey>,
    code: &str,
    redirect_uri: &str,
    code_verifier: Option<&str>,
) -> Result<Call, UpstreamFailure> {
    if vendors::habit(&upstream.source) == Habit::WeChat {
        let endpoint = required(upstream.source.token_endpoint.as_deref(), "token_endpoint")?;
        let secret = upstream
            .client_secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret());
        return Ok(wechat::token_call(endpoint, &upstream.source.client_id, secret, code));
    }
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    if let Some(verifier) = code_verifier {
        form.push(("code_verifier", verifier));
    }
    call(env, upstream, key, &form)
}

/// The request for a new access token (RFC 6749, section 6).
///
/// # Errors
/// [`Refusal::UpstreamNotConfigured`].
pub fn refresh(
    env: &Env<'_>,
    upstream: &Upstream,
    assertion_key: Option<&SigningKey>,
    refresh_token: &str,
) -> Result<Call, UpstreamFailure> {
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
    call(env, upstream, assertion_key, &form)
}

/// The answer to [`refresh`]. Without a new refresh token the old one stays; without `scope` the granted scopes stay, and the
/// list is empty.
///
/// # Errors
/// As at the first token request.
pub fn refreshed(upstream: &Upstream, reply: &Reply) -> Result<Tokens, UpstreamFailure> {
    read_answer(upstream, reply, &[]).map(|(tokens, _)| tokens)
}

fn call(
    env: &Env<'_>,
    upstream: &Upstream,
    key: Option<&SigningKey>,
    grant: &[(&str, &str)],
) -> Result<Call, UpstreamFailure> {
    let source = &upstream.source;
    let endpoint = &*vendors::address(source, required(source.token_endpoint.as_deref(), "token_endpoint")?);
    let mut call = authenticated(env, upstream, key, (Purpose::Token, endpoint), grant)?;
    for (name, value) in &upstream.token_request_headers {
        let name = name.trim();
        if TRANSPORT.iter().any(|of| of.eq_ignore_ascii_case(name)) {
            continue;
        }
        call.headers.retain(|(of, _)| !of.eq_ignore_ascii_case(name));
        call = call.with(name, value.expose_secret());
    }
    Ok(call)
}

/// A form with our authentication, for an endpoint that authenticates clients as the token endpoint does.
///
/// # Errors
/// [`Refusal::UpstreamNotConfigured`].
pub(super) fn authenticated(
    env: &Env<'_>,
    upstream: &Upstream,
    key: Option<&SigningKey>,
    (purpose, endpoint): (Purpose, &str),
    fields: &[(&str, &str)],
) -> Result<Call, UpstreamFailure> {
    let source = &upstream.source;
    let names = vendors::of(source).map(|vendor| vendor.parameters).unwrap_or_default();
    let client_id = vendors::client_id(source);
    let secret = secret(env, upstream)?;
    let secret = secret.as_ref().map(|secret| secret.expose_secret());
    // An `Authorization` of the administrator's is how we authenticate; a second one beside it would be refused.
    let has_own = upstream
        .token_request_headers
        .iter()
        .any(|(name, _)| name.trim().eq_ignore_ascii_case("authorization"));
    let mut basic = None;
    let assertion;
    let mut form = fields.to_vec();
    match (source.token_endpoint_auth_method, secret) {
        (SourceAuthMethod::ClientSecretBasic, Some(secret)) if !has_own => {
            basic = Some(basic_credentials(client_id, secret));
        }
        (SourceAuthMethod::ClientSecretPost, Some(secret)) => {
            form.push((names.client_id, client_id));
            form.push((names.client_secret, secret));
        }
        (SourceAuthMethod::PrivateKeyJwt, _) => {
            let key = key.ok_or_else(|| OAuthError::new(Refusal::UpstreamNotConfigured).expected("assertion_key"))?;
            assertion = client_assertion(env, key, client_id, endpoint)?;
            form.push((names.client_id, client_id));
            form.push(("client_assertion_type", JWT_BEARER));
            form.push(("client_assertion", &assertion));
        }
        // Who we are is said in any case (RFC 6749, section 3.2.1).
        _ => form.push((names.client_id, client_id)),
    }
    let mut call = Call::post_form(purpose, endpoint, &form).with("Accept", "application/json");
    if let Some(basic) = basic {
        call = call.with("Authorization", basic);
    }
    Ok(call)
}

/// The client secret as it is sent; an empty one is none.
fn secret(env: &Env<'_>, upstream: &Upstream) -> Result<Option<SecretString>, UpstreamFailure> {
    let Some(secret) = upstream
        .client_secret
        .as_ref()
        .filter(|secret| !secret.expose_secret().is_empty())
    else {
        return Ok(None);
    };
    if vendors::habit(&upstream.source) != Habit::Apple {
        return Ok(Some(secret.clone()));
    }
    let made = apple::client_secret(env, &upstream.source.client_id, secret.expose_secret());
    let made = made.ok_or_else(|| {
        OAuthError::new(Refusal::UpstreamNotConfigured)
            .expected("client_id as services id;team id;key id, and the private key (PKCS #8, PEM) as client_secret")
    })?;
    Ok(Some(made.into()))
}

/// `Authorization: Basic`, both parts encoded as in a form before they are joined (RFC 6749, section 2.3.1).
fn basic_credentials(client_id: &str, secret: &str) -> String {
    let joined = format!("{}:{}", encode_value(client_id), encode_value(secret));
    format!("Basic {}", STANDARD.encode(joined))
}

/// A client assertion (RFC 7523, section 3; OpenID Connect Core, section 9).
fn client_assertion(
    env: &Env<'_>,
    key: &SigningKey,
    client_id: &str,
    endpoint: &str,
) -> Result<String, UpstreamFailure> {
    let now = env.now.seconds();
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": endpoint,
        "jti": new_secret(env.entropy),
        "iat": now,
        "exp": now + ASSERTION_LIFE,
    });
    key.sign(Some(typ::JWT), &claims)
        .map_err(|error| OAuthError::new(Refusal::Internal).detail(error.code()).into())
}

/// Reads the answer of the token endpoint, in JSON or as a form, whatever its content type says.
///
/// # Errors
/// [`Refusal::UpstreamTokenUnreachable`], [`Refusal::UpstreamTokenRefused`], [`Refusal::UpstreamTokenMalformed`] or
/// [`Refusal::UpstreamTokenType`].
pub(super) fn read_answer(
    upstream: &Upstream,
    reply: &Reply,
    requested: &[String],
) -> Result<(Tokens, Document), UpstreamFailure> {
    let (status, body) = match reply {
        Reply::Answer { status, body, .. } => (*status, body),
        Reply::Failed(why) => {
            return Err(OAuthError::new(Refusal::UpstreamTokenUnreachable)
                .detail(why.clone())
                .into());
        }
    };
    let habit = vendors::habit(&upstream.source);
    let answer = parse_token_answer(body);
    let secret = upstream
        .client_secret
        .as_ref()
        .map_or("", |secret| secret.expose_secret());
    if let Some(failure) = refused(habit, status, answer.as_ref(), secret) {
        return Err(failure);
    }
    let malformed = |expected: &str| {
        UpstreamFailure::new(OAuthError::new(Refusal::UpstreamTokenMalformed).expected(expected)).status(status)
    };
    let mut answer = answer.ok_or_else(|| malformed("a JSON object or a form"))?;
    if habit == Habit::Slack {
        slack::unnest(&mut answer);
    }
    let tokens = tokens_in(&answer, requested).ok_or_else(|| malformed("a text as access_token"))?;
    if PROVEN_TYPES
        .iter()
        .any(|of| of.eq_ignore_ascii_case(&tokens.token_type))
    {
        let error = OAuthError::new(Refusal::UpstreamTokenType).given(tokens.token_type);
        return Err(error.expected("Bearer").into());
    }
    Ok((tokens, answer))
}

/// The body of a token answer as an object: JSON, else `application/x-www-form-urlencoded`. `None`: it is neither.
#[must_use]
pub fn parse_token_answer(body: &[u8]) -> Option<Document> {
    if let Ok(document) = Document::parse(body) {
        return Some(document);
    }
    let text = std::str::from_utf8(body).ok()?.trim();
    if text.is_empty() || text.starts_with(['{', '[', '<', '"']) || !text.contains('=') {
        return None;
    }
    let mut document = Document::default();
    for (count, (name, value)) in url::form_urlencoded::parse(text.as_bytes()).enumerate() {
        // Neither a flood of members nor a second value of one.
        if count == MOST_MEMBERS || document.get(&name).is_some() {
            return None;
        }
        document.set(&name, Value::from(value.into_owned()));
    }
    Some(document)
}

/// What the source says when it refuses: a status that is no success, or an error with one (RFC 6749, section 5.2).
fn refused(habit: Habit, status: u16, answer: Option<&Document>, secret: &str) -> Option<UpstreamFailure> {
    let mut code = answer.and_then(|answer| answer.text("error").map(str::to_owned));
    let mut text = answer.and_then(|answer| answer.text("error_description").map(str::to_owned));
    let mut is_error = answer.is_some_and(|answer| answer.get("error").is_some_and(says_something));
    match (habit, answer) {
        (Habit::Slack, Some(answer)) => {
            if let Some(refusal) = slack::refusal(answer) {
                (code, is_error) = (Some(refusal), true);
            }
        }
        (Habit::WeChat, Some(answer)) => {
            if let Some((refusal, message)) = wechat::refusal(answer) {
                (code, text, is_error) = (Some(refusal), Some(message), true);
            }
        }
        // Facebook's way: `error` is an object with a message.
        (_, Some(answer)) if text.is_none() => {
            text = answer.at("error.message").and_then(Value::as_str).map(str::to_owned);
        }
        _ => {}
    }
    if (200..300).contains(&status) && !is_error {
        return None;
    }
    let error = OAuthError::new(Refusal::UpstreamTokenRefused).given(status_and_code(status, code.as_deref()));
    let failure = UpstreamFailure::new(error)
        .status(status)
        .upstream_error(code.as_deref());
    Some(match text {
        Some(text) => failure.describe(&text, &[secret]),
        None => failure,
    })
}

/// Whether a member for errors has one: some servers always write it, and leave it empty when all is well.
fn says_something(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(true) | Value::Array(_) | Value::Object(_) => true,
    }
}

/// The tokens in an answer; `None` when there is no text as `access_token`.
fn tokens_in(answer: &Document, requested: &[String]) -> Option<Tokens> {
    let text = |name: &str| answer.text(name).map(SecretString::from);
    let scopes = match answer.get("scope") {
        // GitHub separates with commas (and RFC 6749, section 3.3, with spaces).
        Some(Value::String(scope)) if !scope.is_empty() => split_scopes(scope).map(str::to_owned).collect(),
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => requested.to_vec(),
    };
    let expires_in = match answer.get("expires_in") {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    Some(Tokens {
        access_token: text("access_token")?,
        token_type: answer.text("token_type").unwrap_or("Bearer").to_owned(),
        refresh_token: text("refresh_token"),
        id_token: text("id_token"),
        token_secret: None,
        expires_in,
        scopes,
    })
}

fn split_scopes(scope: &str) -> impl Iterator<Item = &str> {
    let by_comma = !scope.contains(' ');
    scope
        .split(move |letter: char| letter.is_ascii_whitespace() || (by_comma && letter == ','))
        .filter(|scope| !scope.is_empty())
}

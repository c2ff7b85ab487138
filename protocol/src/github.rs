//! GitHub's way to ask (GitHub documentation, "Authorizing OAuth apps"; authentik sheet, section 1.5): which scopes it
//! has, what its clients leave out, and how its token endpoint answers.
//!
//! A request of GitHub's is put into the words of the standard and then passes the same checks as any other. Who it is,
//! where the answer may go and what is granted is never decided here.

use serde::Serialize;

use crate::authorize::{AuthorizationRequest, Facts, Refused, check, delivery_of};
use crate::client::{Application, Client, MatchingMode, RefreshTokenValidity};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::TokenResponse;
use crate::params::Params;
use crate::recorder::{Observation, Verdict};
use crate::refusal::Refusal;
use crate::scope::parse_scope;

pub mod paging;
pub mod slug;

/// Opens `/user` and `/user/emails`.
pub const USER_EMAIL: &str = "user:email";
/// Opens what tells of teams and the organization.
pub const READ_ORG: &str = "read:org";
/// The special scopes. `user` and `read:user` are accepted and open nothing.
pub const SCOPES: [&str; 4] = ["user", "read:user", USER_EMAIL, READ_ORG];

/// The redirect URI that a request without one means: the only one that is registered, when it is a whole address.
fn only_redirect_uri(application: &Application) -> Option<&str> {
    match application.redirect_uris.as_slice() {
        [entry] if entry.matching_mode == MatchingMode::Strict => Some(&entry.url),
        _ => None,
    }
}

/// The parameters in the words of the standard: scopes separated by blanks, and the redirect URI where GitHub's clients
/// may leave it out.
fn in_standard_words(client: Option<&Client>, params: &Params) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = params
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let value = match name {
                "scope" => value.replace(',', " "),
                _ => value.to_owned(),
            };
            (name.to_owned(), value)
        })
        .collect();
    if params.get("redirect_uri").is_none()
        && let Some(uri) = client.and_then(|client| only_redirect_uri(&client.application))
    {
        pairs.push(("redirect_uri".to_owned(), uri.to_owned()));
    }
    pairs
}

/// The parameters of `/login/oauth/authorize` in the words of the standard: `response_type` is always `code`, and `login`
/// suggests an account.
#[must_use]
pub fn authorization_parameters(client: Option<&Client>, params: &Params) -> Params {
    let mut pairs = in_standard_words(client, params);
    if params.get("response_type").is_none() {
        pairs.push(("response_type".to_owned(), "code".to_owned()));
    }
    if params.get("login_hint").is_none()
        && let Some(login) = params.get("login")
    {
        pairs.push(("login_hint".to_owned(), login.to_owned()));
    }
    pairs.into_iter().collect()
}

/// The parameters of `/login/oauth/access_token` in the words of the standard: without `grant_type`, a code is meant.
#[must_use]
pub fn token_parameters(client: Option<&Client>, params: &Params) -> Params {
    let mut pairs = in_standard_words(client, params);
    if params.get("grant_type").is_none() {
        pairs.push(("grant_type".to_owned(), "authorization_code".to_owned()));
    }
    pairs.into_iter().collect()
}

/// Checks an authorization request that came in GitHub's words; `facts.params` are those of
/// [`authorization_parameters`]. It passes the checks of the standard; the special scopes that it names are added to
/// those that the application offers, and never to a request that names none (contract, section 7).
///
/// # Errors
/// The first check that fails, with its delivery.
pub fn check_authorization(env: &Env<'_>, facts: &Facts<'_>) -> Result<AuthorizationRequest, Box<Refused>> {
    let mut request = check(env, facts)?;
    let refuse = |error: OAuthError, request: &AuthorizationRequest| {
        let verdict = Verdict::Refused(&error);
        let check = "github_response_type";
        env.recorder.observe(env.transaction, &Observation { check, verdict });
        let delivery = facts.client.and_then(|client| delivery_of(client, request));
        Box::new(Refused { error, delivery })
    };
    if let Some(other) = facts.params.get("response_type").filter(|name| *name != "code") {
        let error = OAuthError::new(Refusal::ResponseTypeUnsupported)
            .given(other)
            .expected("code");
        return Err(refuse(error, &request));
    }
    request.dialect = Dialect::GitHub;
    match parse_scope(facts.params.get("scope")) {
        Ok(asked) => {
            let special = asked.into_iter().flatten().filter(|scope| Dialect::GitHub.knows(scope));
            request.scopes.extend(special);
            request.scopes.sort_unstable();
            request.scopes.dedup();
            Ok(request)
        }
        Err(error) => Err(refuse(error, &request)),
    }
}

/// The token in an `Authorization` header: `token` and `Bearer` mean the same, in any letter case.
///
/// # Errors
/// [`Refusal::BearerMissing`] for anything else.
pub fn parse_authorization(value: Option<&str>) -> Result<&str, OAuthError> {
    value
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("token") || scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_matches(' '))
        .filter(|token| !token.is_empty())
        .ok_or_else(|| Refusal::BearerMissing.into())
}

/// Whether the caller of the token endpoint asks for JSON: `application/json` or GitHub's own names for it, unless it
/// would rather have a form. Without a wish the answer is a form, as GitHub's is. XML, which GitHub once had, is not
/// written: who asks for it gets the form.
#[must_use]
pub fn wants_json(accept: Option<&str>) -> bool {
    let (mut json, mut form) = (0.0_f32, 0.0_f32);
    for range in accept.unwrap_or_default().split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1.0, |value| value.trim().parse::<f32>().unwrap_or(0.0));
        let github = name.starts_with("application/vnd.github") && name.ends_with("json");
        if name == "application/json" || github {
            json = json.max(quality);
        } else if name == "application/x-www-form-urlencoded" {
            form = form.max(quality);
        }
    }
    json > 0.0 && json >= form
}

/// What is said of a refresh token without an end: ten years, in seconds.
const ENDLESS: i64 = 10 * 365 * 24 * 60 * 60;

/// The successful answer of `/login/oauth/access_token`: scopes are joined by commas, and the type is written small.
#[derive(Debug, Serialize)]
pub struct TokenReply {
    access_token: String,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
    token_type: &'static str,
}

impl TokenReply {
    /// The answer of the core in GitHub's form.
    #[must_use]
    pub fn new(tokens: TokenResponse, application: &Application) -> Self {
        // GitHub's clients compute a date from it and fail without a number.
        let life = match application.refresh_token_validity {
            RefreshTokenValidity::Never => ENDLESS,
            RefreshTokenValidity::After(span) => span.as_micros() / crate::time::SECOND,
        };
        Self {
            access_token: tokens.access_token,
            expires_in: tokens.expires_in,
            refresh_token_expires_in: tokens.refresh_token.as_ref().map(|_| life),
            refresh_token: tokens.refresh_token,
            id_token: tokens.id_token,
            scope: tokens.scope.replace(' ', ","),
            token_type: "bearer",
        }
    }
}

/// A refusal of `/login/oauth/access_token`.
#[derive(Debug, Serialize)]
pub struct TokenError {
    error: &'static str,
    error_description: &'static str,
    error_uri: String,
    refusal: &'static str,
}

const TROUBLE: &str =
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/";

impl TokenError {
    /// GitHub's code where it has one for the case, the registered code otherwise; beside it our own sentence and code.
    /// `grant_type`: that of the request.
    #[must_use]
    pub fn new(error: &OAuthError, grant_type: &str) -> Self {
        let code = match (error.refusal, error.code()) {
            (Refusal::CodeRedirectUriMissing | Refusal::CodeRedirectUriMismatch, _) => "redirect_uri_mismatch",
            (Refusal::CodeMissing, _) => "bad_verification_code",
            (Refusal::ClientMissing | Refusal::ClientDisabled, _) | (_, ErrorCode::InvalidClient) => {
                "incorrect_client_credentials"
            }
            (Refusal::GrantTypeNotAllowed, _) => "unsupported_grant_type",
            (_, ErrorCode::InvalidGrant) => match grant_type {
                "refresh_token" => "bad_refresh_token",
                "authorization_code" => "bad_verification_code",
                "urn:ietf:params:oauth:grant-type:device_code" => "incorrect_device_code",
                _ => "invalid_grant",
            },
            (_, code) => code.as_str(),
        };
        Self {
            error: code,
            error_description: error.public(),
            error_uri: format!("{TROUBLE}#{}", code.replace('_', "-")),
            refusal: error.refusal.code(),
        }
    }

    /// The HTTP status. GitHub answers a refusal with 200 and `error` in the body, and its clients look there; only
    /// what is our own fault, or a matter of time, has a status of its own.
    #[must_use]
    pub fn status(error: &OAuthError) -> u16 {
        match error.code() {
            ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable => error.code().status(),
            _ => 200,
        }
    }
}

/// An answer of the token endpoint as a form: the members of the JSON object, one field each.
#[must_use]
pub fn as_form(value: &impl Serialize) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::with_capacity(256));
    if let Ok(serde_json::Value::Object(members)) = serde_json::to_value(value) {
        for (name, value) in &members {
            match value {
                serde_json::Value::String(text) => form.append_pair(name, text),
                other => form.append_pair(name, &other.to_string()),
            };
        }
    }
    form.finish()
}

//! The authorization request: which checks it passes, in which order, and where a refusal is delivered
//! (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2).
//!
//! The order is a table, one row per check. Whatever fails before the redirect URI is known to be the client's is shown
//! on a page; everything later goes back to the client.

use serde::{Deserialize, Serialize};

use crate::claims::{ClaimsRequest, parse_claims_request};
use crate::client::{Client, GrantType};
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::PolicyContext;
use crate::id_token;
use crate::jose::VerifyingKey;
use crate::params::Params;
use crate::pkce::{CodeChallenge, CodeChallengeMethod, PkceError, parse_code_challenge};
use crate::recorder::{Observation, Verdict};
use crate::redirect_uri::{ResponseMode, ValidatedRedirect, check_redirect_uri};
use crate::refusal::Refusal;
use crate::scope::{decide_authorized_scopes, parse_scope};
use crate::time::SECOND;

/// The values of `prompt` that mean something to us; others are ignored (OpenID Connect Core, section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Show nothing.
    None,
    /// Sign in again.
    Login,
    /// Ask for consent again.
    Consent,
    /// Let the person choose an account.
    SelectAccount,
}

/// An authorization request that passed every check. It is what waits while a person signs in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationRequest {
    /// As presented; matched again when the answer is written.
    pub redirect_uri: String,
    /// Where the parameters of the answer go.
    pub response_mode: Option<ResponseMode>,
    /// What will be granted: sorted, without repeats, only what the application offers.
    pub scopes: Vec<String>,
    /// Returned unchanged.
    pub state: Option<String>,
    /// Copied into the ID token.
    pub nonce: Option<String>,
    /// RFC 7636.
    pub code_challenge: Option<CodeChallenge>,
    /// What to show.
    pub prompt: Vec<Prompt>,
    /// Oldest acceptable sign-in, in seconds.
    pub max_age: Option<i64>,
    /// Fills in the user name.
    pub login_hint: Option<String>,
    /// The `sub` that the application expects, from `id_token_hint` or the `claims` parameter.
    pub expected_sub: Option<String>,
    /// Preferred languages of the pages, best first.
    pub ui_locales: Vec<String>,
    /// Single claims.
    pub claims: ClaimsRequest,
}

impl AuthorizationRequest {
    /// Whether `prompt` names `value`.
    #[must_use]
    pub fn prompts(&self, value: Prompt) -> bool {
        self.prompt.contains(&value)
    }

    /// The mode of the answer: the one asked for, or that of the response type `code`.
    #[must_use]
    pub fn mode(&self) -> ResponseMode {
        self.response_mode.unwrap_or(ResponseMode::Query)
    }
}

/// A waiting request and how far the person has come with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pending {
    /// What the application asked for.
    pub request: AuthorizationRequest,
    /// The person has chosen to go on as the one who is signed in.
    pub account_chosen: bool,
    /// The session that the person does not want to go on with: asked to sign in as somebody else. Any other one counts.
    pub unwanted_session: Option<String>,
    /// The person has agreed.
    pub consent_given: bool,
}

/// A refused authorization request and how the refusal is delivered.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub error: OAuthError,
    /// Where to; `None`: on a page.
    pub delivery: Option<Delivery>,
}

/// The way back to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The registered address.
    pub redirect: ValidatedRedirect,
    /// Query or fragment.
    pub mode: ResponseMode,
    /// Returned unchanged.
    pub state: Option<String>,
}

impl Delivery {
    /// The address with an error (RFC 6749, section 4.1.2.1) and the issuer (RFC 9207).
    #[must_use]
    pub fn error(&self, error: &OAuthError, issuer: &str) -> String {
        let mut parameters = vec![("error", error.code().as_str()), ("error_description", error.public())];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", issuer));
        self.redirect.with(self.mode, &parameters)
    }

    /// The address with a code (RFC 6749, section 4.1.2) and the issuer (RFC 9207).
    #[must_use]
    pub fn code(&self, code: &str, issuer: &str) -> String {
        let mut parameters = vec![("code", code)];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        parameters.push(("iss", issuer));
        self.redirect.with(self.mode, &parameters)
    }
}

/// What the checks may look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The client of the request's `client_id`, if there is one.
    pub client: Option<&'a Client>,
    /// Public keys of ours, the retired ones included.
    pub keys: &'a [VerifyingKey],
    /// For the comparison of a hinted subject: see [`crate::claims::subject_identifier`].
    pub params: &'a Params,
}

/// What the checks have found so far.
#[derive(Debug, Default)]
struct Draft {
    redirect: Option<ValidatedRedirect>,
    request: AuthorizationRequest,
}

type Check = for<'a> fn(&Facts<'a>, &'a Client, &mut Draft) -> Result<(), OAuthError>;

/// The checks in their order. The first two are answered on a page.
const CHECKS: &[(&str, Check)] = &[
    ("client_enabled", check_client_enabled),
    ("redirect_uri", check_redirect),
    ("state", check_state),
    ("response_mode", check_response_mode),
    ("request_object", check_request_object),
    ("response_type", check_response_type),
    ("scope", check_scope),
    ("nonce", check_nonce),
    ("code_challenge", check_code_challenge),
    ("prompt", check_prompt),
    ("max_age", check_max_age),
    ("claims", check_claims),
    ("id_token_hint", check_id_token_hint),
    ("hints", check_hints),
];

/// Checks an authorization request.
///
/// # Errors
/// The first check that fails, with its delivery.
pub fn check(env: &Env<'_>, facts: &Facts<'_>) -> Result<AuthorizationRequest, Box<Refused>> {
    let mut draft = Draft::default();
    let refuse = |name: &'static str, error: OAuthError, draft: &Draft| {
        env.recorder.observe(
            env.transaction,
            &Observation {
                check: name,
                verdict: Verdict::Refused(&error),
            },
        );
        Box::new(Refused {
            error,
            delivery: draft.delivery(),
        })
    };
    let client = match check_client(facts) {
        Ok(client) => client,
        Err(error) => return Err(refuse("client_id", error, &draft)),
    };
    for (name, check) in CHECKS {
        if let Err(error) = check(facts, client, &mut draft) {
            return Err(refuse(name, error, &draft));
        }
        env.recorder.observe(
            env.transaction,
            &Observation {
                check: name,
                verdict: Verdict::Passed,
            },
        );
    }
    Ok(draft.request)
}

impl Draft {
    fn delivery(&self) -> Option<Delivery> {
        let redirect = self.redirect.clone()?;
        Some(Delivery {
            redirect,
            mode: self.request.mode(),
            state: self.request.state.clone(),
        })
    }
}

/// The way back for a request that waited; `None` when the address is not registered any more.
#[must_use]
pub fn delivery_of(client: &Client, request: &AuthorizationRequest) -> Option<Delivery> {
    let redirect = check_redirect_uri(client, Some(&request.redirect_uri)).ok()?;
    Some(Delivery {
        redirect,
        mode: request.mode(),
        state: request.state.clone(),
    })
}

fn check_client<'a>(facts: &Facts<'a>) -> Result<&'a Client, OAuthError> {
    let client_id = facts.params.get("client_id").ok_or(Refusal::ClientMissing)?;
    facts
        .client
        .ok_or_else(|| OAuthError::new(Refusal::ClientUnknown).given(client_id))
}

fn check_client_enabled(_: &Facts<'_>, client: &Client, _: &mut Draft) -> Result<(), OAuthError> {
    if client.application.enabled {
        Ok(())
    } else {
        Err(Refusal::ClientDisabled.into())
    }
}

fn check_redirect(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let redirect = check_redirect_uri(client, facts.params.get("redirect_uri"))?;
    redirect.as_str().clone_into(&mut draft.request.redirect_uri);
    draft.redirect = Some(redirect);
    Ok(())
}

fn check_state(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let state = facts.params.get("state");
    if state.is_some_and(|state| state.len() > 2048) {
        return Err(Refusal::StateTooLong.into());
    }
    draft.request.state = state.map(str::to_owned);
    Ok(())
}

fn check_response_mode(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.response_mode = match facts.params.get("response_mode") {
        None => None,
        Some("query") => Some(ResponseMode::Query),
        Some("fragment") => Some(ResponseMode::Fragment),
        Some(other) => {
            return Err(OAuthError::new(Refusal::ResponseModeUnsupported)
                .given(other)
                .expected("query fragment"));
        }
    };
    Ok(())
}

fn check_request_object(facts: &Facts<'_>, _: &Client, _: &mut Draft) -> Result<(), OAuthError> {
    // OpenID Connect Core, section 3.1.2.6: never ignored in silence.
    for (name, refusal) in [
        ("request", Refusal::RequestObjectUnsupported),
        ("request_uri", Refusal::RequestUriUnsupported),
        ("registration", Refusal::RegistrationUnsupported),
    ] {
        if facts.params.get(name).is_some() {
            return Err(refusal.into());
        }
    }
    Ok(())
}

fn check_response_type(facts: &Facts<'_>, client: &Client, _: &mut Draft) -> Result<(), OAuthError> {
    match facts.params.get("response_type") {
        None => Err(OAuthError::new(Refusal::ResponseTypeMissing).expected("code")),
        Some("code") if client.application.allows(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => Err(OAuthError::new(Refusal::ResponseTypeNotAllowed)
            .given("code")
            .expected("authorization_code in grant_types")),
        Some(other) => Err(OAuthError::new(Refusal::ResponseTypeUnsupported)
            .given(other)
            .expected("code")),
    }
}

fn check_scope(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.scopes = decide_authorized_scopes(client, parse_scope(facts.params.get("scope"))?);
    Ok(())
}

fn check_nonce(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let nonce = facts.params.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > 512) {
        return Err(Refusal::NonceTooLong.into());
    }
    draft.request.nonce = nonce.map(str::to_owned);
    Ok(())
}

/// RFC 7636, section 4.4.1; RFC 9700, section 2.1.1.
fn check_code_challenge(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let (challenge, method) = (
        facts.params.get("code_challenge"),
        facts.params.get("code_challenge_method"),
    );
    let Some(challenge) = challenge else {
        if method.is_some() {
            return Err(OAuthError::new(Refusal::PkceChallengeMalformed).expected("code_challenge beside its method"));
        }
        return if client.application.require_pkce {
            Err(Refusal::PkceRequired.into())
        } else {
            Ok(())
        };
    };
    let challenge = parse_code_challenge(challenge, method).map_err(|error| match error {
        PkceError::UnknownMethod => OAuthError::new(Refusal::PkceMethodUnsupported)
            .given(method.unwrap_or_default())
            .expected("S256"),
        _ => OAuthError::new(Refusal::PkceChallengeMalformed).given(format!("{} characters", challenge.len())),
    })?;
    if challenge.method() == CodeChallengeMethod::Plain && !client.application.allow_plain_pkce {
        return Err(OAuthError::new(Refusal::PkcePlainNotAllowed)
            .given("plain")
            .expected("S256"));
    }
    draft.request.code_challenge = Some(challenge);
    Ok(())
}

fn check_prompt(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let values = facts.params.get("prompt").unwrap_or_default().split_ascii_whitespace();
    draft.request.prompt = values
        .filter_map(|value| match value {
            "none" => Some(Prompt::None),
            "login" => Some(Prompt::Login),
            "consent" => Some(Prompt::Consent),
            "select_account" => Some(Prompt::SelectAccount),
            _ => None,
        })
        .collect();
    // OpenID Connect Core, section 3.1.2.1: none beside another value is an error.
    if draft.request.prompts(Prompt::None) {
        for (prompt, refusal) in [
            (Prompt::Login, Refusal::LoginRequired),
            (Prompt::Consent, Refusal::ConsentRequired),
            (Prompt::SelectAccount, Refusal::AccountSelectionRequired),
        ] {
            if draft.request.prompts(prompt) {
                return Err(refusal.into());
            }
        }
    }
    Ok(())
}

fn check_max_age(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(value) = facts.params.get("max_age") else {
        return Ok(());
    };
    let seconds = value
        .parse::<i64>()
        .ok()
        .filter(|seconds| *seconds >= 0 && value.bytes().all(|b| b.is_ascii_digit()));
    match seconds {
        Some(seconds) => draft.request.max_age = Some(seconds.min(i64::MAX / SECOND)),
        None => return Err(OAuthError::new(Refusal::MaxAgeMalformed).given(value)),
    }
    Ok(())
}

fn check_claims(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.claims = parse_claims_request(client, facts.params.get("claims"))?;
    draft.request.expected_sub.clone_from(&draft.request.claims.sub);
    Ok(())
}

fn check_id_token_hint(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(hint) = facts.params.get("id_token_hint") else {
        return Ok(());
    };
    let hint = id_token::verify_hint(client, facts.keys, hint)
        .map_err(|error| OAuthError::new(Refusal::IdTokenHintInvalid).detail(error.to_string()))?;
    // OpenID Connect Core, section 5.5.1: the subject of `claims` must be met too, so two different ones can not be.
    if draft.request.expected_sub.as_ref().is_some_and(|sub| *sub != hint.sub) {
        return Err(OAuthError::new(Refusal::IdTokenHintInvalid).detail("the claims parameter names another subject"));
    }
    draft.request.expected_sub = Some(hint.sub);
    Ok(())
}

fn check_hints(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    draft.request.login_hint = facts
        .params
        .get("login_hint")
        .map(|hint| hint.chars().take(255).collect::<String>());
    draft.request.ui_locales = facts
        .params
        .get("ui_locales")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .filter(|tag| tag.len() <= 35)
        .take(10)
        .map(str::to_owned)
        .collect();
    Ok(())
}

/// What policies know of an authorization request: `request.context` of their expressions. `oauth_scopes` is added where
/// they run.
#[must_use]
pub fn policy_context(request: &AuthorizationRequest) -> PolicyContext {
    let challenge = request.code_challenge.as_ref();
    let mut context = PolicyContext::new();
    context.insert("oauth_grant_type".into(), "authorization_code".into());
    context.insert("oauth_response_type".into(), "code".into());
    context.insert("oauth_redirect_uri".into(), request.redirect_uri.as_str().into());
    context.insert("oauth_max_age".into(), request.max_age.into());
    context.insert(
        "oauth_code_challenge".into(),
        challenge.map(CodeChallenge::value).into(),
    );
    let method = challenge.map(|challenge| challenge.method().as_str());
    context.insert("oauth_code_challenge_method".into(), method.into());
    context
}

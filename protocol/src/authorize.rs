//! The authorization request: which checks it passes, in which order, and where a refusal is delivered
//! (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2).
//!
//! The order is a table, one row per check. Whatever fails before the redirect URI is known to be the client's is shown
//! on a page; everything later goes back to the client.

use serde::{Deserialize, Serialize};

use crate::acr::{AcrRequest, parse_acr_request};
use crate::claims::{ClaimsRequest, parse_claims_request};
use crate::client::Client;
use crate::delivery::{Delivery, fits_a_form};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::PolicyContext;
use crate::id_token::{self, OurKeys};
use crate::params::Params;
use crate::pkce::{CodeChallenge, CodeChallengeMethod, PkceError, parse_code_challenge};
use crate::recorder::{Observation, Verdict};
use crate::redirect_uri::{ResponseMode, ValidatedRedirect, check_first_use, check_redirect_uri, may_learn};
use crate::refusal::Refusal;
use crate::response_type::{ResponseType, default_mode_of};
use crate::scope::{self, decide_authorized_scopes, parse_scope};
use crate::time::{SECOND, Time};
use crate::upstream::Wish;

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
    /// What the answer consists of.
    pub response_type: ResponseType,
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
    /// Classes of authentication.
    pub acr: AcrRequest,
    /// In whose words it was asked.
    #[serde(skip_serializing_if = "Dialect::is_standard")]
    pub dialect: Dialect,
}

impl AuthorizationRequest {
    /// Whether `prompt` names `value`.
    #[must_use]
    pub fn prompts(&self, value: Prompt) -> bool {
        self.prompt.contains(&value)
    }

    /// The mode of the answer: the one asked for, or that of the response type.
    #[must_use]
    pub fn mode(&self) -> ResponseMode {
        self.response_mode.unwrap_or(self.response_type.default_mode())
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
    /// The source that the application wants the person to come from.
    #[serde(skip_serializing_if = "Wish::is_empty")]
    pub wish: Wish,
}

/// A refused authorization request and how the refusal is delivered.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Why.
    pub error: OAuthError,
    /// Where to; `None`: on a page.
    pub delivery: Option<Delivery>,
}

/// What the checks may look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The client of the request's `client_id`, if there is one.
    pub client: Option<&'a Client>,
    /// Keys of ours, the retired ones included.
    pub keys: &'a OurKeys,
    /// For the comparison of a hinted subject: see [`crate::claims::subject_identifier`].
    pub params: &'a Params,
}

/// What the checks have found so far.
#[derive(Debug, Default)]
struct Draft {
    now: Time,
    redirect: Option<ValidatedRedirect>,
    /// How a refusal travels.
    mode: Option<ResponseMode>,
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
    let mut draft = Draft {
        now: env.now,
        ..Draft::default()
    };
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
            mode: self.mode.unwrap_or(ResponseMode::Query),
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
    let presented = facts.params.get("redirect_uri");
    match check_redirect_uri(client, presented) {
        Ok(redirect) => {
            redirect.as_str().clone_into(&mut draft.request.redirect_uri);
            draft.redirect = Some(redirect);
            draft.mode = Some(mode_of_refusals(facts.params));
            Ok(())
        }
        // To be learned, when a person confirms it. Until then there is no way back: what fails, fails on a page.
        Err(error)
            if error.refusal == Refusal::RedirectUriUnregistered
                && may_learn(&client.application, draft.now).is_some() =>
        {
            let presented = presented.unwrap_or_default();
            check_first_use(presented)?;
            presented.clone_into(&mut draft.request.redirect_uri);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn check_state(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let state = facts.params.get("state");
    if state.is_some_and(|state| state.len() > 2048) {
        return Err(Refusal::StateTooLong.into());
    }
    draft.request.state = state.map(str::to_owned);
    Ok(())
}

/// A refusal goes the way that the client listens on, even when it is about that way.
fn mode_of_refusals(params: &Params) -> ResponseMode {
    let default = default_mode_of(params.get("response_type"));
    match params.get("response_mode").and_then(ResponseMode::parse) {
        None | Some(ResponseMode::Query) => default,
        Some(mode) => mode,
    }
}

fn check_response_mode(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(asked) = facts.params.get("response_mode") else {
        return Ok(());
    };
    let mode = ResponseMode::parse(asked).ok_or_else(|| {
        let known = ResponseMode::ALL.map(ResponseMode::as_str).join(" ");
        OAuthError::new(Refusal::ResponseModeUnsupported)
            .given(asked)
            .expected(known)
    })?;
    let response_type = facts.params.get("response_type");
    // Multiple Response Type Encoding Practices, section 3: tokens are never sent in a query.
    if mode == ResponseMode::Query && default_mode_of(response_type) == ResponseMode::Fragment {
        return Err(OAuthError::new(Refusal::ResponseModeQuery)
            .given(response_type.unwrap_or_default())
            .expected("fragment form_post"));
    }
    draft.request.response_mode = Some(mode);
    if mode == ResponseMode::FormPost && draft.request.state.as_deref().is_some_and(|state| !fits_a_form(state)) {
        draft.request.state = None;
        return Err(Refusal::StateMalformed.into());
    }
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

fn check_response_type(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let asked = facts
        .params
        .get("response_type")
        .ok_or_else(|| OAuthError::new(Refusal::ResponseTypeMissing).expected("code"))?;
    let response_type = ResponseType::parse(asked).ok_or_else(|| {
        let known = ResponseType::ALL.map(ResponseType::as_str).join(", ");
        OAuthError::new(Refusal::ResponseTypeUnsupported)
            .given(asked)
            .expected(known)
    })?;
    let grant = response_type.grant_type();
    if !client.application.allows(grant) {
        return Err(OAuthError::new(Refusal::ResponseTypeNotAllowed)
            .given(response_type.as_str())
            .expected(format!("{} in grant_types", grant.as_str())));
    }
    draft.request.response_type = response_type;
    Ok(())
}

fn check_scope(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let response_type = draft.request.response_type;
    let mut scopes = decide_authorized_scopes(client, parse_scope(facts.params.get("scope"))?);
    if response_type != ResponseType::Code && !scope::contains(&scopes, "openid") {
        // What was asked, not what is left of it: whoever asked for openid and may not needs another remedy.
        return Err(OAuthError::new(Refusal::ScopeOpenidMissing)
            .given(facts.params.get("scope").unwrap_or_default())
            .expected("openid"));
    }
    // OpenID Connect Core, section 11: only an answer with a code can lead to a refresh token.
    if !response_type.gives_code() {
        scopes.retain(|scope| scope != "offline_access");
    }
    draft.request.scopes = scopes;
    Ok(())
}

fn check_nonce(facts: &Facts<'_>, _: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let nonce = facts.params.get("nonce");
    if nonce.is_some_and(|nonce| nonce.len() > 512) {
        return Err(Refusal::NonceTooLong.into());
    }
    // OpenID Connect Core, sections 3.2.2.1 and 3.3.2.11: an ID token from here is bound to the session of the client.
    if nonce.is_none() && draft.request.response_type.gives_id_token() {
        return Err(OAuthError::new(Refusal::NonceMissing).given(draft.request.response_type.as_str()));
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
        return if client.application.require_pkce && draft.request.response_type.gives_code() {
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
    // Without a code there is nothing that a verifier could redeem: the parameters are checked in form only.
    if !draft.request.response_type.gives_code() {
        return Ok(());
    }
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
    draft.request.acr = parse_acr_request(facts.params)?;
    draft.request.expected_sub.clone_from(&draft.request.claims.sub);
    Ok(())
}

fn check_id_token_hint(facts: &Facts<'_>, client: &Client, draft: &mut Draft) -> Result<(), OAuthError> {
    let Some(hint) = facts.params.get("id_token_hint") else {
        return Ok(());
    };
    let hint =
        id_token::verify_hint(client, facts.keys, hint).map_err(|error| error.refusal(Refusal::IdTokenHintInvalid))?;
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

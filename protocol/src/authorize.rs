//! The authorization request: which checks it passes, in which order, and where a refusal is delivered
//! (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2).
//!
//! The order is a table, one row per check; `authorize/checks.rs` has what each looks at. Whatever fails before the redirect URI is known to be the client's is shown
//! on a page; everything later goes back to the client.

mod checks;

use serde::{Deserialize, Serialize};

use crate::acr::AcrRequest;
use crate::claims::ClaimsRequest;
use crate::client::Client;
use crate::delivery::Delivery;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::PolicyContext;
use crate::id_token::OurKeys;
use crate::params::Params;
use crate::pkce::CodeChallenge;
use crate::recorder::{Observation, Verdict};
use crate::redirect_uri::{ResponseMode, ValidatedRedirect, check_redirect_uri};
use crate::response_type::ResponseType;
use crate::time::Time;
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
    ("client_enabled", checks::check_client_enabled),
    ("redirect_uri", checks::check_redirect),
    ("state", checks::check_state),
    ("response_mode", checks::check_response_mode),
    ("request_object", checks::check_request_object),
    ("response_type", checks::check_response_type),
    ("scope", checks::check_scope),
    ("nonce", checks::check_nonce),
    ("code_challenge", checks::check_code_challenge),
    ("prompt", checks::check_prompt),
    ("max_age", checks::check_max_age),
    ("claims", checks::check_claims),
    ("id_token_hint", checks::check_id_token_hint),
    ("hints", checks::check_hints),
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
    let client = match checks::check_client(facts) {
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

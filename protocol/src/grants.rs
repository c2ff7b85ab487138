//! The token endpoint: the phases that every grant passes, in one order (RFC 6749, section 5).
//!
//! A grant supplies [`lookup`] and [`decide`]; client authentication, the allow-list, the decision about the subject and
//! minting belong to [`exchange`], so that a grant can not forget one. The rules of each grant stand in its own file.

use std::borrow::Cow;

use serde::Serialize;

use crate::access_token::{Minting, mint_access_token};
use crate::claims;
use crate::client::{Client, GrantType, RefreshTokenValidity};
use crate::client_auth::{Credentials, check_client_authentication};
use crate::decision::{Permit, decide_access};
use crate::device::DeviceCode;
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::{Evaluated, EvaluationRequest, PolicyContext, mappings_for};
use crate::id::{SecretHash, hash_secret, new_secret};
use crate::id_token::{Beside, mint_id_token};
use crate::logout::record_party;
use crate::params::Params;
use crate::recorder::{Observation, Verdict};
use crate::records::{AppPassword, Code, Grant, RefreshToken};
use crate::refusal::Refusal;
use crate::time::Time;
use crate::upstream::Trusted;
use crate::user::Subject;
use crate::writes::Write;

use self::assertion::FoundAssertion;
pub use self::shared::scopes_at_most;
pub(crate) use self::shared::{policy_context, requested_scopes, reused, still_offered};

pub mod app_password;
pub mod assertion;
pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod machine;
pub mod management;
pub mod refresh_token;
mod shared;

/// What must be read before the grant can be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The code of this hash, its grant and its subject.
    Code(SecretHash),
    /// The refresh token of this hash, its grant and its subject.
    RefreshToken(SecretHash),
    /// The service account of the client and their standing grant.
    Machine,
    /// The service account of the client and their standing grant with the management interface.
    Management,
    /// The device code of this hash, with the grant and its subject when a person has allowed it.
    DeviceCode(SecretHash),
    /// The app password of this hash, its user, and their standing grant with the client.
    AppPassword {
        /// Of the value.
        hash: SecretHash,
        /// The user name that came with it, folded: failures count for it.
        username: String,
    },
    /// The access token of this hash, its user, its application, and the standing grant of user and client; or, where the
    /// client trusts sources, the check of [`assertion::token_of`] and the account of its subject.
    Assertion(SecretHash),
}

/// What was read.
#[derive(Debug, Default)]
pub struct Found {
    /// For [`Lookup::Code`].
    pub code: Option<Code>,
    /// For [`Lookup::RefreshToken`].
    pub refresh_token: Option<RefreshToken>,
    /// For [`Lookup::DeviceCode`].
    pub device_code: Option<DeviceCode>,
    /// For [`Lookup::AppPassword`].
    pub app_password: Option<AppPassword>,
    /// For [`Lookup::Assertion`].
    pub assertion: Option<FoundAssertion>,
    /// For [`Lookup::Assertion`] of an application that trusts sources: what came of the check of such a token.
    pub trusted: Option<Box<Result<Trusted, OAuthError>>>,
    /// The family; of machines the standing grant, when there is one.
    pub grant: Option<Grant>,
    /// The subject of the family; `None` when it is deleted.
    pub subject: Option<Subject>,
    /// Whether the browser session of the family still lives.
    pub session_alive: bool,
}

/// A token request, read and with its client known.
#[derive(Debug)]
pub struct TokenRequest<'a> {
    /// The client of the presented `client_id`.
    pub client: &'a Client,
    /// The presented credentials.
    pub credentials: &'a Credentials,
    /// The body.
    pub params: &'a Params,
    /// For the audit log.
    pub client_address: Option<&'a str>,
    /// The secret behind hashed subjects.
    pub salt: &'a [u8],
    /// The interface of ours that client credentials ask tokens for; `None`: the application itself.
    pub audience: Option<&'a str>,
}

impl<'a> TokenRequest<'a> {
    /// The interface that this request wants to act at.
    fn interface(&self, grant: GrantType) -> Option<&'a str> {
        self.audience.filter(|_| grant == GrantType::ClientCredentials)
    }
}

/// The successful answer (RFC 6749, section 5.1; OpenID Connect Core, section 3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Life of the access token in seconds.
    pub expires_in: i64,
    /// What was granted.
    pub scope: String,
    /// The ID token, when `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token, when there is a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

/// What the token endpoint answers, and what must be written first. A refusal may write as well: reuse revokes.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub reply: Result<TokenResponse, OAuthError>,
    /// To be committed before the answer leaves.
    pub writes: Vec<Write>,
}

/// What [`exchange`] comes to.
#[derive(Debug)]
pub enum Step {
    /// These expressions have to run; then ask again with what they answered.
    Evaluate(EvaluationRequest),
    /// It is decided.
    Done(Outcome),
}

impl Outcome {
    fn refused(error: impl Into<OAuthError>) -> Self {
        Self {
            reply: Err(error.into()),
            writes: Vec::new(),
        }
    }
}

/// What a grant decides.
#[derive(Debug)]
pub(crate) struct Decided<'a> {
    grant: Cow<'a, Grant>,
    subject: Option<&'a Subject>,
    scopes: Vec<String>,
    session: bool,
    nonce: bool,
    refresh: Renewal,
    id_token: bool,
    /// The context in which the policies of the application are asked; `None`: not at this grant.
    policies: Option<PolicyContext>,
    writes: Vec<Write>,
}

/// Whether the answer carries a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// No.
    None,
    /// A new one with these scopes.
    Issue(Vec<String>),
}

/// A refusal by a grant, with what it wants written.
#[derive(Debug)]
pub(crate) struct Denied {
    error: OAuthError,
    writes: Vec<Write>,
}

impl<T: Into<OAuthError>> From<T> for Denied {
    fn from(error: T) -> Self {
        Self {
            error: error.into(),
            writes: Vec::new(),
        }
    }
}

/// The grant type of a request.
///
/// # Errors
/// [`Refusal::GrantTypeMissing`] or [`Refusal::GrantTypeUnsupported`].
pub fn parse_grant_type(params: &Params) -> Result<GrantType, OAuthError> {
    match params.get("grant_type") {
        None => Err(Refusal::GrantTypeMissing.into()),
        Some("authorization_code") => Ok(GrantType::AuthorizationCode),
        Some("refresh_token") => Ok(GrantType::RefreshToken),
        Some("client_credentials") => Ok(GrantType::ClientCredentials),
        Some("password") => Ok(GrantType::Password),
        Some("urn:ietf:params:oauth:grant-type:device_code") => Ok(GrantType::DeviceCode),
        Some(other) => Err(OAuthError::new(Refusal::GrantTypeUnsupported).given(other).expected(
            "authorization_code refresh_token client_credentials password urn:ietf:params:oauth:grant-type:device_code",
        )),
    }
}

/// What a request needs read. It is asked only after the client has authenticated, so a stranger learns nothing.
///
/// # Errors
/// The refusal of the first phase that fails: client authentication, allow-list, a missing parameter.
pub fn lookup(env: &Env<'_>, request: &TokenRequest<'_>, grant: GrantType) -> Result<Lookup, OAuthError> {
    let checked = authenticate(request, grant).and_then(|()| match grant {
        GrantType::AuthorizationCode => authorization_code::lookup(request.params),
        GrantType::RefreshToken => refresh_token::lookup(request.params),
        GrantType::ClientCredentials if request.audience.is_some() => management::lookup(request),
        GrantType::ClientCredentials | GrantType::Password => machine::lookup(request, grant),
        GrantType::Implicit | GrantType::Hybrid => Err(Refusal::GrantTypeUnsupported.into()),
        GrantType::DeviceCode => device_code::lookup(request.params),
    });
    let verdict = match &checked {
        Ok(_) => Verdict::Passed,
        Err(error) => Verdict::Refused(error),
    };
    env.recorder.observe(
        env.transaction,
        &Observation {
            check: "client_authentication",
            verdict,
        },
    );
    checked
}

fn authenticate(request: &TokenRequest<'_>, grant: GrantType) -> Result<(), OAuthError> {
    if request.interface(grant).is_some() {
        management::authenticate(request)?;
    } else if grant.is_machine() {
        machine::authenticate(request, grant)?;
    } else {
        check_client_authentication(request.client, request.credentials)?;
    }
    if !request.client.application.enabled {
        return Err(Refusal::ClientDisabled.into());
    }
    let application = &request.client.application;
    // A code of the hybrid flow is redeemed as any other; the code itself says whether its flow is allowed.
    let allowed = match grant {
        GrantType::AuthorizationCode => application.redeems_codes(),
        other => application.allows(other),
    };
    if !allowed {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed).given(grant.as_str()));
    }
    Ok(())
}

/// Decides a token request from what was read. The client is authenticated here as well as in [`lookup`]: nothing that
/// was read counts for a stranger, whoever calls. `evaluated`: what the expressions of an earlier [`Step::Evaluate`]
/// answered.
#[must_use]
pub fn exchange(
    env: &Env<'_>,
    request: &TokenRequest<'_>,
    grant: GrantType,
    found: &Found,
    evaluated: Option<&Evaluated>,
) -> Step {
    let decided =
        authenticate(request, grant)
            .map_err(Denied::from)
            .and_then(|()| match (grant, request.interface(grant)) {
                (GrantType::AuthorizationCode, _) => authorization_code::decide(env, request, found),
                (GrantType::RefreshToken, _) => refresh_token::decide(env, request, found),
                (GrantType::ClientCredentials, Some(audience)) => management::decide(env, request, audience, found),
                (GrantType::ClientCredentials | GrantType::Password, _) => machine::decide(env, request, grant, found),
                (GrantType::Implicit | GrantType::Hybrid, _) => Err(Refusal::GrantTypeUnsupported.into()),
                (GrantType::DeviceCode, _) => device_code::decide(env, request, found),
            });
    let outcome = match decided {
        Ok(decided) => match mint(env, request, decided, evaluated) {
            Step::Evaluate(request) => return Step::Evaluate(request),
            Step::Done(outcome) => outcome,
        },
        Err(Denied { error, writes }) => Outcome {
            reply: Err(error),
            writes,
        },
    };
    let verdict = match &outcome.reply {
        Ok(_) => Verdict::Passed,
        Err(error) => Verdict::Refused(error),
    };
    env.recorder.observe(
        env.transaction,
        &Observation {
            check: grant.as_str(),
            verdict,
        },
    );
    Step::Done(outcome)
}

/// The last phases: may this subject get anything, what do the policies say, and minting.
fn mint(env: &Env<'_>, request: &TokenRequest<'_>, decided: Decided<'_>, evaluated: Option<&Evaluated>) -> Step {
    match prepare(request, &decided, evaluated) {
        Err(error) => Step::Done(Outcome::refused(error)),
        Ok(Prepared::Evaluate(wanted)) => Step::Evaluate(wanted),
        Ok(Prepared::Permit(permit)) => {
            let nothing = Evaluated::default();
            Step::Done(issue(env, request, decided, permit, evaluated.unwrap_or(&nothing)))
        }
    }
}

enum Prepared {
    Evaluate(EvaluationRequest),
    Permit(Permit),
}

/// Whether anything may be minted now, and what has to run before.
fn prepare(
    request: &TokenRequest<'_>,
    decided: &Decided<'_>,
    evaluated: Option<&Evaluated>,
) -> Result<Prepared, OAuthError> {
    let client = request.client;
    let application = &client.application;
    let user = decided.subject.map(|subject| &subject.user);
    let permit =
        decide_access(Some(application), user, decided.grant.issued_at).map_err(|error| match error.refusal {
            Refusal::ClientDisabled => error,
            _ => OAuthError {
                refusal: Refusal::SubjectGone,
                ..error
            },
        })?;
    let Some(evaluated) = evaluated else {
        let facts = &decided.grant.facts;
        let mut names = facts.claims.id_token.as_slice();
        if !decided.id_token {
            names = &[];
        }
        let scopes: &[String] = if application.include_claims_in_id_token {
            &decided.scopes
        } else {
            &[]
        };
        let wanted = EvaluationRequest {
            scopes: decided.scopes.clone(),
            mappings: mappings_for(client, scopes, names),
            policies: decided.policies.clone().filter(|_| !client.bindings.is_empty()),
            auth_time: facts.auth_time.map(Time::seconds),
        };
        return Ok(if wanted.is_empty() {
            Prepared::Permit(permit)
        } else {
            Prepared::Evaluate(wanted)
        });
    };
    match &evaluated.access {
        Some(access) if !access.passing => {
            Err(OAuthError::new(Refusal::PolicyDeniedGrant).detail(access.refused_by().join(", ")))
        }
        // Policies that had to be asked and were not: never taken for a yes.
        None if decided.policies.is_some() && !client.bindings.is_empty() => Err(Refusal::PolicyDeniedGrant.into()),
        _ => Ok(Prepared::Permit(permit)),
    }
}

fn issue(
    env: &Env<'_>,
    request: &TokenRequest<'_>,
    decided: Decided<'_>,
    permit: Permit,
    evaluated: &Evaluated,
) -> Outcome {
    let Decided {
        grant,
        subject,
        scopes,
        session,
        nonce,
        refresh,
        id_token,
        policies: _,
        mut writes,
    } = decided;
    let application = &request.client.application;
    let Some(subject) = subject else {
        return Outcome::refused(Refusal::SubjectGone);
    };
    let expires_at = env.now.plus(application.access_token_validity.as_micros());
    let sub = grant.facts.sub(application, &subject.user, request.salt);
    let claims = if application.include_claims_in_id_token {
        claims::of_scopes(request.client, &scopes, subject, evaluated)
    } else {
        serde_json::Map::new()
    };
    let minting = Minting {
        client: request.client,
        subject,
        sub: &sub,
        grant_id: &grant.id,
        facts: &grant.facts,
        scopes: &scopes,
        claims: &claims,
        evaluated,
        session_id: grant.session_id.as_deref().filter(|_| session),
        sid: grant.facts.sid.as_deref().filter(|_| session),
        expires_at,
    };
    let signed = mint_access_token(env, &minting, permit).and_then(|access| {
        let id_token = id_token
            .then(|| {
                let beside = Beside {
                    access_token: Some(&access.token),
                    code: None,
                };
                mint_id_token(env, &minting, beside, nonce, permit)
            })
            .transpose()?;
        Ok((access, id_token))
    });
    let (access, id_token) = match signed {
        Ok(signed) => signed,
        Err(error) => return Outcome::refused(OAuthError::new(Refusal::Internal).detail(error.to_string())),
    };
    writes.push(Write::CreateAccessToken(Box::new(access.record)));
    let issuer = grant.facts.dialect.issuer(request.client, env.public_url);
    writes.extend(record_party(request.client, minting.session_id, &sub, issuer));
    let mut last = expires_at;
    let refresh_token = match refresh {
        Renewal::None => None,
        Renewal::Issue(scopes) => {
            let token = new_secret(env.entropy);
            let expires_at = match &application.refresh_token_validity {
                RefreshTokenValidity::Never => Time::NEVER,
                RefreshTokenValidity::After(span) => env.now.plus(span.as_micros()),
            };
            last = last.max(expires_at);
            writes.push(Write::CreateRefreshToken(Box::new(RefreshToken {
                hash: hash_secret(&token),
                grant_id: grant.id.clone(),
                scopes,
                issued_at: env.now,
                expires_at,
                used_at: None,
                revoked_at: None,
            })));
            Some(token)
        }
    };
    if last > grant.expires_at {
        writes.push(Write::ExtendGrant {
            id: grant.id.clone(),
            expires_at: last,
        });
    }
    let reply = TokenResponse {
        access_token: access.token,
        token_type: "Bearer",
        expires_in: expires_at.since(env.now) / crate::time::SECOND,
        scope: scopes.join(" "),
        id_token,
        refresh_token,
    };
    Outcome {
        reply: Ok(reply),
        writes,
    }
}

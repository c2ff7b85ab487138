//! The token endpoint: the phases that every grant passes, in one order (RFC 6749, section 5).
//!
//! A grant supplies [`lookup`] and [`decide`]; client authentication, the allow-list, the decision about the subject and
//! minting belong to [`exchange`], so that a grant can not forget one. The rules of each grant stand in its own file.

use serde::Serialize;

use crate::access_token::{Minting, mint_access_token};
use crate::claims::subject_identifier;
use crate::client::{Client, ClientType, GrantType, RefreshTokenValidity};
use crate::client_auth::{Credentials, check_client_authentication};
use crate::decision::decide_access;
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::{SecretHash, hash_secret, new_id, new_secret};
use crate::id_token::mint_id_token;
use crate::params::Params;
use crate::recorder::{Observation, Verdict};
use crate::records::{Code, Event, Grant, RefreshToken};
use crate::refusal::Refusal;
use crate::scope;
use crate::time::Time;
use crate::user::Subject;
use crate::writes::Write;

pub mod authorization_code;
pub mod client_credentials;
pub mod refresh_token;

/// What must be read before the grant can be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The code of this hash, its grant and its subject.
    Code(SecretHash),
    /// The refresh token of this hash, its grant and its subject.
    RefreshToken(SecretHash),
    /// The machine grant of the client and its service account.
    Machine,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Found {
    /// For [`Lookup::Code`].
    pub code: Option<Code>,
    /// For [`Lookup::RefreshToken`].
    pub refresh_token: Option<RefreshToken>,
    /// The family.
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
    grant: &'a Grant,
    subject: Option<&'a Subject>,
    scopes: Vec<String>,
    session: bool,
    nonce: bool,
    refresh: Renewal,
    id_token: bool,
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
        Some(other) => Err(OAuthError::new(Refusal::GrantTypeUnsupported)
            .given(other)
            .expected("authorization_code refresh_token client_credentials")),
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
        GrantType::ClientCredentials => client_credentials::lookup(request),
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
    check_client_authentication(request.client, request.credentials)?;
    if !request.client.application.enabled {
        return Err(Refusal::ClientDisabled.into());
    }
    if !request.client.application.allows(grant) {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed).given(grant.as_str()));
    }
    // RFC 6749, section 4.4: only confidential clients act for themselves.
    if grant == GrantType::ClientCredentials && request.client.application.client_type == ClientType::Public {
        return Err(OAuthError::new(Refusal::GrantTypeNotAllowed)
            .given(grant.as_str())
            .expected("a confidential client"));
    }
    Ok(())
}

/// Decides a token request from what was read. The client is authenticated here as well as in [`lookup`]: nothing that
/// was read counts for a stranger, whoever calls.
#[must_use]
pub fn exchange(env: &Env<'_>, request: &TokenRequest<'_>, grant: GrantType, found: &Found) -> Outcome {
    let decided = authenticate(request, grant)
        .map_err(Denied::from)
        .and_then(|()| match grant {
            GrantType::AuthorizationCode => authorization_code::decide(env, request, found),
            GrantType::RefreshToken => refresh_token::decide(env, request, found),
            GrantType::ClientCredentials => client_credentials::decide(env, request, found),
        });
    let outcome = match decided {
        Ok(decided) => mint(env, request, decided),
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
    outcome
}

/// The last two phases: may this subject get anything, and minting.
fn mint(env: &Env<'_>, request: &TokenRequest<'_>, decided: Decided<'_>) -> Outcome {
    let Decided {
        grant,
        subject,
        scopes,
        session,
        nonce,
        refresh,
        id_token,
        mut writes,
    } = decided;
    let application = &request.client.application;
    let permit = match decide_access(Some(application), subject.map(|subject| &subject.user), grant.issued_at) {
        Ok(permit) => permit,
        Err(error) if error.refusal == Refusal::ClientDisabled => return Outcome::refused(error),
        Err(error) => {
            return Outcome::refused(OAuthError {
                refusal: Refusal::SubjectGone,
                ..error
            });
        }
    };
    let Some(subject) = subject else {
        return Outcome::refused(Refusal::SubjectGone);
    };
    let expires_at = env.now.plus(application.access_token_validity.as_micros());
    let sub = subject_identifier(application.sub_mode, &subject.user, request.salt);
    let minting = Minting {
        client: request.client,
        subject,
        sub: &sub,
        grant_id: &grant.id,
        facts: &grant.facts,
        scopes: &scopes,
        session_id: grant.session_id.as_deref().filter(|_| session),
        sid: grant.facts.sid.as_deref().filter(|_| session),
        expires_at,
    };
    let signed = mint_access_token(env, &minting, permit).and_then(|access| {
        let id_token = id_token
            .then(|| mint_id_token(env, &minting, &access.token, nonce, permit))
            .transpose()?;
        Ok((access, id_token))
    });
    let (access, id_token) = match signed {
        Ok(signed) => signed,
        Err(error) => return Outcome::refused(OAuthError::new(Refusal::Internal).detail(error.to_string())),
    };
    writes.push(Write::CreateAccessToken(Box::new(access.record)));
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

/// Reuse of something that works once: the family dies, and the audit log says why (RFC 9700, section 4.14.2).
pub(crate) fn reused(env: &Env<'_>, request: &TokenRequest<'_>, grant: Option<&Grant>, refusal: Refusal) -> Denied {
    let mut writes = Vec::new();
    if let Some(grant) = grant.filter(|grant| grant.revoked_at.is_none()) {
        writes.push(Write::RevokeGrant {
            id: grant.id.clone(),
            at: env.now,
        });
    }
    writes.push(Write::CreateEvent(Box::new(Event {
        id: new_id("evt", env.now, env.entropy),
        action: "suspicious_request".to_owned(),
        actor: Some(request.client.application.id.clone()),
        target: grant.map(|grant| grant.id.clone()),
        client_address: request.client_address.map(str::to_owned),
        detail: serde_json::json!({ "refusal": refusal.code() }),
        at: env.now,
    })));
    Denied {
        error: refusal.into(),
        writes,
    }
}

/// The scopes of a request, none wider than the client's allow-list; what the client may not ask for is refused.
pub(crate) fn requested_scopes(request: &TokenRequest<'_>) -> Result<Option<Vec<String>>, OAuthError> {
    let Some(scopes) = scope::parse_scope(request.params.get("scope"))? else {
        return Ok(None);
    };
    match scopes.iter().find(|scope| !request.client.offers(scope)) {
        Some(foreign) => Err(OAuthError::new(Refusal::ScopeUnknown).given(foreign.as_str()).expected(
            request
                .client
                .scopes
                .iter()
                .map(|mapping| mapping.scope.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        )),
        None => Ok(Some(scopes)),
    }
}

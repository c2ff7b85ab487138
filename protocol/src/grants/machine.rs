//! Programs that get tokens without a person at a page (RFC 6749, section 4.4). The grant types `client_credentials` and
//! `password` are two names of this one thing, each with its own entry in `grant_types`.
//!
//! For whom the program acts follows from what it sends, the first that fits:
//!
//! | sent | acts for | rules |
//! |---|---|---|
//! | `client_assertion_type` | the user of that token, or the service account of its subject | `assertion.rs` |
//! | `username` and `password` | that account | `app_password.rs` |
//! | the client secret | the application's service account | `client_credentials.rs` |
//! | the base64 of `username:app-password` as client secret | that account | `app_password.rs` |
//!
//! The first, second and fourth prove the account, so the client need not prove itself as well; a client secret that is
//! sent beside them has to be right. All tokens of one account and application hang under one standing grant. Only scopes
//! that are named are granted, there is never a refresh token, and nobody signed in: no `sid`, no `amr`.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Decided, Denied, Found, Lookup, Renewal, TokenRequest, policy_context, requested_scopes};
use super::{app_password, assertion, client_credentials};
use crate::client::{ClientType, GrantType};
use crate::client_auth::{Method, check_client_authentication};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::new_id;
use crate::records::{Event, Grant, GrantFacts};
use crate::refusal::Refusal;
use crate::scope;
use crate::time::Time;
use crate::user::Subject;
use crate::writes::Write;

/// How a program says for whom it acts.
#[derive(Debug)]
pub(super) enum Branch<'a> {
    /// A token of another application.
    Assertion(&'a str),
    /// An account and one of its app passwords.
    AppPassword(app_password::Presented<'a>),
    /// The client secret: the application's own service account.
    ServiceAccount,
}

/// For whom a program acts, and by what it proved that.
#[derive(Debug)]
pub(super) struct Whom<'a> {
    /// The account; `None` when it is deleted.
    pub subject: Option<&'a Subject>,
    /// The kind of the standing grant.
    pub kind: &'static str,
    /// What the standing grant keeps.
    pub facts: GrantFacts,
    /// The method and what belongs to it, for the audit log.
    pub detail: Map<String, Value>,
    /// The claims of an assertion, for policies.
    pub assertion: Option<Map<String, Value>>,
    /// The app password that is used, to be noted now.
    pub touch: Option<&'a str>,
    /// The app password that is used.
    pub app_password: Option<&'a str>,
}

impl<'a> Whom<'a> {
    /// An account that proved itself by `method`.
    pub(super) fn new(subject: Option<&'a Subject>, kind: &'static str, method: &str) -> Self {
        let mut detail = Map::new();
        detail.insert("method".into(), method.into());
        Self {
            subject,
            kind,
            facts: GrantFacts::default(),
            detail,
            assertion: None,
            touch: None,
            app_password: None,
        }
    }
}

/// Chooses the branch, and checks the client as far as it has to prove itself.
pub(super) fn authenticate<'a>(request: &TokenRequest<'a>, grant: GrantType) -> Result<Branch<'a>, OAuthError> {
    let (client, credentials) = (request.client, request.credentials);
    let public = client.application.client_type == ClientType::Public;
    if let Some(kind) = request.params.get("client_assertion_type") {
        let (token, in_secret) = assertion::presented(request, kind)?;
        if !in_secret && credentials.secret.is_some() {
            check_client_authentication(client, credentials)?;
        }
        return Ok(Branch::Assertion(token));
    }
    if let Some(username) = request.params.get("username") {
        let password = request.params.get("password").ok_or(Refusal::AppPasswordMissing)?;
        if credentials.secret.is_some() {
            check_client_authentication(client, credentials)?;
        }
        return Ok(Branch::AppPassword(app_password::Presented {
            username: Cow::Borrowed(username),
            password: Cow::Borrowed(password),
            in_header: false,
        }));
    }
    // A public client has no secret, so what stands there can only be an account.
    if !public && (credentials.secret.is_none() || credentials.prove(client)) {
        check_client_authentication(client, credentials)?;
        return Ok(Branch::ServiceAccount);
    }
    match app_password::from_secret(credentials) {
        Some(presented) => Ok(Branch::AppPassword(presented)),
        // RFC 6749, section 4.4: only confidential clients act for themselves.
        None if public => Err(OAuthError::new(Refusal::GrantTypeNotAllowed)
            .given(grant.as_str())
            .expected("a confidential client, an app password or an assertion")),
        None if credentials.method == Method::Basic => Err(Refusal::ClientSecretWrong.into()),
        None => Err(Refusal::MachineSecretWrong.into()),
    }
}

/// What has to be read.
pub(super) fn lookup(request: &TokenRequest<'_>, grant: GrantType) -> Result<Lookup, OAuthError> {
    let branch = authenticate(request, grant)?;
    requested_scopes(request)?;
    Ok(match branch {
        Branch::Assertion(token) => assertion::lookup(token),
        Branch::AppPassword(presented) => app_password::lookup(&presented),
        Branch::ServiceAccount => Lookup::Machine,
    })
}

pub(super) fn decide<'a>(
    env: &Env<'_>,
    request: &TokenRequest<'a>,
    grant: GrantType,
    found: &'a Found,
) -> Result<Decided<'a>, Denied> {
    let whom = match authenticate(request, grant)? {
        Branch::Assertion(token) => assertion::decide(env, request, found, token)?,
        Branch::AppPassword(presented) => app_password::decide(env, found, &presented)?,
        Branch::ServiceAccount => client_credentials::decide(found),
    };
    let subject = whom.subject.ok_or(Refusal::SubjectGone)?;
    // RFC 6749, section 4.4.3: no refresh token, so offline_access means nothing here.
    let mut scopes = requested_scopes(request)?.unwrap_or_default();
    scopes.retain(|scope| scope != "offline_access");
    let mut policies = policy_context(request, grant.as_str());
    if let Some(claims) = &whom.assertion {
        policies.insert("oauth_jwt".into(), claims.clone().into());
    }
    let event = event(env, request, grant, &whom, subject, &scopes);
    let (standing, mut writes) = standing(env, request, found, whom, subject);
    writes.push(Write::CreateEvent(Box::new(event)));
    Ok(Decided {
        grant: standing,
        subject: Some(subject),
        id_token: scope::contains(&scopes, "openid"),
        scopes,
        session: false,
        nonce: false,
        refresh: Renewal::None,
        policies: Some(policies),
        writes,
    })
}

/// The standing grant that was found, or a new one: the first time, and after the one before was revoked or the account
/// signed out everywhere.
pub(super) fn standing<'a>(
    env: &Env<'_>,
    request: &TokenRequest<'_>,
    found: &'a Found,
    whom: Whom<'a>,
    subject: &Subject,
) -> (Cow<'a, Grant>, Vec<Write>) {
    let application = &request.client.application;
    let mut writes = Vec::new();
    let serves = |grant: &Grant| {
        grant.revoked_at.is_none()
            && grant.application_id == application.id
            && grant.user_id == subject.user.id
            && grant.kind == whom.kind
            && grant.facts.audience == whom.facts.audience
            && grant.issued_at >= subject.user.valid_from
    };
    if let Some(grant) = found.grant.as_ref().filter(|grant| serves(grant)) {
        writes.extend(whom.touch.map(|id| touch(id, env.now)));
        return (Cow::Borrowed(grant), writes);
    }
    if let Some(dead) = found.grant.as_ref().filter(|grant| grant.revoked_at.is_none()) {
        writes.push(Write::RevokeGrant {
            id: dead.id.clone(),
            at: env.now,
        });
    }
    // With no grant to lean on, the app password itself must still be there when this is written.
    writes.extend(whom.app_password.map(|id| touch(id, env.now)));
    let grant = Grant {
        id: new_id("grant", env.now, env.entropy),
        user_id: subject.user.id.clone(),
        application_id: application.id.clone(),
        session_id: None,
        transaction_id: None,
        kind: whom.kind.to_owned(),
        scopes: Vec::new(),
        facts: whom.facts,
        issued_at: env.now,
        expires_at: Time::NEVER,
        revoked_at: None,
    };
    writes.push(Write::CreateGrant(Box::new(grant.clone())));
    (Cow::Owned(grant), writes)
}

fn touch(id: &str, at: Time) -> Write {
    Write::TouchAppPassword { id: id.to_owned(), at }
}

/// The entry of the audit log: who got a token for whom, and by what.
pub(super) fn event(
    env: &Env<'_>,
    request: &TokenRequest<'_>,
    grant: GrantType,
    whom: &Whom<'_>,
    subject: &Subject,
    scopes: &[String],
) -> Event {
    let mut detail = whom.detail.clone();
    detail.insert("grant_type".into(), grant.as_str().into());
    detail.insert("scopes".into(), scopes.into());
    Event {
        id: new_id("evt", env.now, env.entropy),
        action: "token_issued".to_owned(),
        actor: Some(request.client.application.id.clone()),
        target: Some(subject.user.id.clone()),
        client_address: request.client_address.map(str::to_owned),
        detail: Value::Object(detail),
        at: env.now,
    }
}

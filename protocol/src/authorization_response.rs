//! The successful authorization answer: code, access token and ID token as the response type says, all under one grant,
//! and what is written with them (RFC 6749, section 4.1.2; OpenID Connect Core, sections 3.2.2.5 and 3.3.2.5).

use serde_json::Map;

use crate::access_token::{Minting, mint_access_token};
use crate::acr;
use crate::authorize::AuthorizationRequest;
use crate::claims;
use crate::client::{Client, ConsentMode};
use crate::decision::Permit;
use crate::delivery::Parameters;
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::{Evaluated, EvaluationRequest, mappings_for};
use crate::id::{hash_secret, new_id, new_secret};
use crate::id_token::{Beside, mint_id_token};
use crate::logout::record_party;
use crate::records::{Code, CodeFacts, Consent, Event, Grant, GrantFacts, Session};
use crate::refusal::Refusal;
use crate::time::{SECOND, Time};
use crate::user::Subject;
use crate::writes::Write;

/// What is answered, to whom, and about whom.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a> {
    /// For whom.
    pub client: &'a Client,
    /// What was asked and granted.
    pub request: &'a AuthorizationRequest,
    /// The live session of the person.
    pub session: &'a Session,
    /// The person, with groups and entitlements where [`claims_wanted`] names them.
    pub subject: &'a Subject,
    /// What the expressions of [`wanted`] returned.
    pub evaluated: &'a Evaluated,
    /// The secret behind hashed subjects.
    pub salt: &'a [u8],
    /// `sub`, when it is not the application's usual one.
    pub known_as: Option<&'a str>,
    /// The person has just agreed, so that the agreement is remembered where the application wants it.
    pub agreed: bool,
    /// For the audit log.
    pub client_address: Option<&'a str>,
}

/// The parameters for the application, and the writes without which they are worth nothing.
pub struct Issued {
    /// In the order in which they stand in the answer.
    pub parameters: Parameters,
    /// To be committed before the answer leaves. They hold hashes, never the values.
    pub writes: Vec<Write>,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.parameters.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Issued")
            .field("parameters", &names)
            .field("writes", &self.writes)
            .finish()
    }
}

/// The scopes whose claims stand in what is issued here. Without an access token there is no way to userinfo, so the
/// ID token carries them whatever the application says (OpenID Connect Core, section 5.4).
fn scopes_with_claims<'a>(client: &Client, request: &'a AuthorizationRequest) -> &'a [String] {
    let response_type = request.response_type;
    let issues = response_type.gives_id_token() || response_type.gives_access_token();
    let only_here = !response_type.gives_code() && !response_type.gives_access_token();
    if issues && (client.application.include_claims_in_id_token || only_here) {
        &request.scopes
    } else {
        &[]
    }
}

/// The single claims that stand in what is issued here.
fn names_in_id_token(request: &AuthorizationRequest) -> &[String] {
    if request.response_type.gives_id_token() {
        &request.claims.id_token
    } else {
        &[]
    }
}

/// Which expressions have to run before the answer can be minted. A code alone needs none.
#[must_use]
pub fn wanted(client: &Client, request: &AuthorizationRequest, auth_time: Time) -> EvaluationRequest {
    EvaluationRequest {
        scopes: request.scopes.clone(),
        mappings: mappings_for(client, scopes_with_claims(client, request), names_in_id_token(request)),
        policies: None,
        auth_time: Some(auth_time.seconds()),
    }
}

/// The scopes and the single claims that stand in what is issued here: what has to be read of the person beside the
/// account.
#[must_use]
pub fn claims_wanted<'a>(client: &Client, request: &'a AuthorizationRequest) -> (&'a [String], &'a [String]) {
    (scopes_with_claims(client, request), names_in_id_token(request))
}

/// Mints the answer of a permitted authorization.
///
/// # Errors
/// [`Refusal::Internal`] when the key can not sign.
pub fn mint_authorization(
    env: &Env<'_>,
    authorization: &Authorization<'_>,
    permit: Permit,
) -> Result<Issued, OAuthError> {
    let Authorization {
        client,
        request,
        session,
        subject,
        ..
    } = *authorization;
    let (application, response_type) = (&client.application, request.response_type);
    let code_expires_at = env.now.plus(application.access_code_validity.as_micros());
    let token_expires_at = env.now.plus(application.access_token_validity.as_micros());
    let lives = [
        response_type.gives_code().then_some(code_expires_at),
        response_type.gives_access_token().then_some(token_expires_at),
    ];
    let sid = session.sid();
    let grant = Grant {
        id: new_id("grant", env.now, env.entropy),
        user_id: subject.user.id.clone(),
        application_id: application.id.clone(),
        session_id: Some(session.id.clone()),
        transaction_id: Some(env.transaction.to_owned()),
        kind: response_type.grant_type().as_str().to_owned(),
        scopes: request.scopes.clone(),
        facts: GrantFacts {
            auth_time: Some(session.auth_time),
            amr: session.amr.clone(),
            acr: acr::class_of(application, &request.acr, &session.amr),
            nonce: request.nonce.clone(),
            claims: request.claims.clone(),
            sid: Some(sid.clone()),
            dialect: request.dialect,
            subject: authorization.known_as.map(str::to_owned),
            ..GrantFacts::default()
        },
        issued_at: env.now,
        expires_at: lives.into_iter().flatten().max().unwrap_or(token_expires_at),
        revoked_at: None,
    };
    let code = response_type.gives_code().then(|| new_secret(env.entropy));
    let tokens = mint_tokens(
        env,
        authorization,
        &grant,
        &sid,
        code.as_deref(),
        token_expires_at,
        permit,
    )
    .map_err(|error| OAuthError::new(Refusal::Internal).detail(error.to_string()))?;

    let mut parameters = Parameters::new();
    let mut writes = Vec::with_capacity(5);
    let grant_id = grant.id.clone();
    writes.push(Write::CreateGrant(Box::new(grant)));
    if let Some(code) = &code {
        writes.push(Write::CreateCode(Box::new(Code {
            hash: hash_secret(code),
            grant_id,
            facts: CodeFacts {
                redirect_uri: request.redirect_uri.clone(),
                code_challenge: request.code_challenge.clone(),
            },
            expires_at: code_expires_at,
            used_at: None,
        })));
    }
    let issues_tokens = response_type.gives_access_token() || response_type.gives_id_token();
    let with_access_token = tokens.access_token.is_some();
    if let Some((token, record)) = tokens.access_token {
        parameters.push(("access_token", token));
        writes.push(Write::CreateAccessToken(Box::new(record)));
    }
    if let Some(sub) = tokens.sub {
        let issuer = request.dialect.issuer(client, env.public_url);
        writes.extend(record_party(client, Some(&session.id), &sub, issuer));
    }
    parameters.extend(tokens.id_token.map(|token| ("id_token", token)));
    parameters.extend(code.map(|code| ("code", code)));
    if issues_tokens {
        let life = token_expires_at.since(env.now) / SECOND;
        parameters.push(("token_type", "Bearer".to_owned()));
        parameters.push(("expires_in", life.to_string()));
    }
    if with_access_token {
        parameters.push(("scope", request.scopes.join(" ")));
    }
    writes.push(event(env, authorization));
    writes.extend(consent(env, authorization));
    Ok(Issued { parameters, writes })
}

/// What is issued here beside a code.
struct Tokens {
    /// Of whom they speak; `None` when there are none.
    sub: Option<String>,
    access_token: Option<(String, crate::records::AccessToken)>,
    id_token: Option<String>,
}

fn mint_tokens(
    env: &Env<'_>,
    authorization: &Authorization<'_>,
    grant: &Grant,
    sid: &str,
    code: Option<&str>,
    expires_at: Time,
    permit: Permit,
) -> Result<Tokens, crate::jose::JoseError> {
    let Authorization {
        client,
        request,
        session,
        subject,
        evaluated,
        salt,
        ..
    } = *authorization;
    let response_type = request.response_type;
    if !response_type.gives_access_token() && !response_type.gives_id_token() {
        return Ok(Tokens {
            sub: None,
            access_token: None,
            id_token: None,
        });
    }
    let sub = grant.facts.sub(&client.application, &subject.user, salt);
    let claims = match scopes_with_claims(client, request) {
        [] => Map::new(),
        scopes => claims::of_scopes(client, scopes, subject, evaluated),
    };
    let minting = Minting {
        client,
        subject,
        sub: &sub,
        grant_id: &grant.id,
        facts: &grant.facts,
        scopes: &request.scopes,
        claims: &claims,
        evaluated,
        session_id: Some(&session.id),
        sid: Some(sid),
        expires_at,
    };
    let access_token = response_type
        .gives_access_token()
        .then(|| mint_access_token(env, &minting, permit))
        .transpose()?;
    let beside = Beside {
        access_token: access_token.as_ref().map(|access| access.token.as_str()),
        code,
    };
    let id_token = response_type
        .gives_id_token()
        .then(|| mint_id_token(env, &minting, beside, true, permit))
        .transpose()?;
    Ok(Tokens {
        sub: Some(sub),
        access_token: access_token.map(|access| (access.token, access.record)),
        id_token,
    })
}

fn event(env: &Env<'_>, authorization: &Authorization<'_>) -> Write {
    let Authorization {
        client,
        request,
        subject,
        client_address,
        ..
    } = authorization;
    Write::CreateEvent(Box::new(Event {
        id: new_id("evt", env.now, env.entropy),
        action: "authorize_application".to_owned(),
        actor: Some(subject.user.id.clone()),
        target: Some(client.application.id.clone()),
        client_address: client_address.map(str::to_owned),
        detail: serde_json::json!({
            "transaction": env.transaction, "scopes": request.scopes, "response_type": request.response_type,
        }),
        at: env.now,
    }))
}

fn consent(env: &Env<'_>, authorization: &Authorization<'_>) -> Option<Write> {
    let application = &authorization.client.application;
    if !authorization.agreed || application.consent_mode != ConsentMode::Remember {
        return None;
    }
    Some(Write::SaveConsent(Box::new(Consent {
        id: new_id("consent", env.now, env.entropy),
        user_id: authorization.subject.user.id.clone(),
        application_id: application.id.clone(),
        scopes: authorization.request.scopes.clone(),
        claims: authorization.request.claims.names(),
        granted_at: env.now,
        expires_at: application
            .consent_expires_in
            .as_ref()
            .map(|span| env.now.plus(span.as_micros())),
    })))
}

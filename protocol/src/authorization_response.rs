//! The successful authorization answer: a code, its grant, and what is written with it (RFC 6749, section 4.1.2).

use crate::authorize::AuthorizationRequest;
use crate::client::{Client, ConsentMode};
use crate::decision::Permit;
use crate::env::Env;
use crate::id::{hash_secret, new_id, new_secret};
use crate::next_step::Person;
use crate::records::{Code, CodeFacts, Consent, Event, Grant, GrantFacts};
use crate::writes::Write;

/// A code for the application, and the writes without which it is worth nothing.
#[derive(Debug)]
pub struct IssuedCode {
    /// The code itself; only its hash is written.
    pub code: String,
    /// To be committed before the code leaves.
    pub writes: Vec<Write>,
}

/// Mints a code. `agreed`: the person has just agreed, so that the agreement is remembered where the application wants it.
#[must_use]
pub fn mint_code(
    env: &Env<'_>,
    client: &Client,
    request: &AuthorizationRequest,
    person: Person<'_>,
    _permit: Permit,
    agreed: bool,
    client_address: Option<&str>,
) -> IssuedCode {
    let application = &client.application;
    let code = new_secret(env.entropy);
    let expires_at = env.now.plus(application.access_code_validity.as_micros());
    let grant_id = new_id("grant", env.now, env.entropy);
    let grant = Grant {
        id: grant_id.clone(),
        user_id: person.user.id.clone(),
        application_id: application.id.clone(),
        session_id: Some(person.session.id.clone()),
        transaction_id: Some(env.transaction.to_owned()),
        kind: "authorization_code".to_owned(),
        scopes: request.scopes.clone(),
        facts: GrantFacts {
            auth_time: Some(person.session.auth_time),
            amr: person.session.amr.clone(),
            nonce: request.nonce.clone(),
            claims: request.claims.clone(),
            sid: Some(person.session.sid()),
        },
        issued_at: env.now,
        expires_at,
        revoked_at: None,
    };
    let facts = CodeFacts {
        redirect_uri: request.redirect_uri.clone(),
        code_challenge: request.code_challenge.clone(),
    };
    let mut writes = vec![
        Write::CreateGrant(Box::new(grant)),
        Write::CreateCode(Box::new(Code {
            hash: hash_secret(&code),
            grant_id,
            facts,
            expires_at,
            used_at: None,
        })),
        Write::CreateEvent(Box::new(Event {
            id: new_id("evt", env.now, env.entropy),
            action: "authorize_application".to_owned(),
            actor: Some(person.user.id.clone()),
            target: Some(application.id.clone()),
            client_address: client_address.map(str::to_owned),
            detail: serde_json::json!({ "transaction": env.transaction, "scopes": request.scopes }),
            at: env.now,
        })),
    ];
    if agreed && application.consent_mode == ConsentMode::Remember {
        writes.push(Write::SaveConsent(Box::new(Consent {
            id: new_id("consent", env.now, env.entropy),
            user_id: person.user.id.clone(),
            application_id: application.id.clone(),
            scopes: request.scopes.clone(),
            claims: request.claims.names(),
            granted_at: env.now,
            expires_at: application
                .consent_expires_in
                .as_ref()
                .map(|span| env.now.plus(span.as_micros())),
        })));
    }
    IssuedCode { code, writes }
}

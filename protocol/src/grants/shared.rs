//! What several grants do alike: the scopes of a request, what policies know of it, and the end of a family that was reused.

use super::{Denied, Found, Lookup, TokenRequest};
use crate::env::Env;
use crate::error::OAuthError;
use crate::evaluation::PolicyContext;
use crate::id::new_id;
use crate::params::Params;
use crate::records::{Event, Grant};
use crate::refusal::Refusal;
use crate::scope;
use crate::writes::Write;

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

/// What is left of scopes that were granted earlier: one that the application no longer offers falls away.
pub(crate) fn still_offered(request: &TokenRequest<'_>, grant: &Grant, granted: &[String]) -> Vec<String> {
    let offered = |scope: &&String| request.client.offers(scope) || grant.facts.dialect.knows(scope);
    granted.iter().filter(offered).cloned().collect()
}

/// The scopes that an answer to `params` can have at most, before it is decided. A code or a device code stands for what
/// was authorized, whatever is sent as `scope` beside it; a refresh is narrowed by it, and a program names what it wants.
#[must_use]
pub fn scopes_at_most(wanted: &Lookup, found: &Found, params: &Params) -> Vec<String> {
    let authorized = found.grant.as_ref().map(|grant| grant.scopes.clone());
    let authorized = authorized.unwrap_or_default();
    match wanted {
        Lookup::Code(_) | Lookup::DeviceCode(_) => authorized,
        // They open an interface and say nothing of a person.
        Lookup::Management => Vec::new(),
        Lookup::RefreshToken(_) | Lookup::Machine | Lookup::AppPassword { .. } | Lookup::Assertion(_) => {
            let named = scope::parse_scope(params.get("scope"));
            named.ok().flatten().unwrap_or(authorized)
        }
    }
}

/// What policies know of a token request; `oauth_scopes` is added where they run. A grant adds what is its own
/// (`oauth_jwt`).
pub(crate) fn policy_context(request: &TokenRequest<'_>, grant_type: &str) -> PolicyContext {
    let mut context = PolicyContext::new();
    context.insert("oauth_grant_type".into(), grant_type.into());
    context.insert(
        "oauth_code_verifier".into(),
        request
            .params
            .get("code_verifier")
            .map_or(serde_json::Value::Null, Into::into),
    );
    context
}

//! From a token request to its answer, whichever endpoint it came to: one read fetches what the grant needs, the core
//! decides, and one commit makes it durable before the answer leaves.

use protocol::client::Client;
use protocol::error::OAuthError;
use protocol::grants::{Found, Lookup, Outcome, Step, TokenRequest, TokenResponse, exchange, lookup, parse_grant_type};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;
use store::StoreError;

use super::calling_client::Caller;
use super::faults::store_fault;
use super::{evaluate, machine};
use crate::app::App;
use crate::metrics::TokenKind;
use crate::observe::RequestFacts;

/// How often a decision is made again when what it relied on has changed meanwhile.
const ATTEMPTS: usize = 3;

/// Answers a token request of `caller`, which came to `path`.
///
/// # Errors
/// The refusal, or the fault of the store.
pub async fn exchange_tokens(
    app: &App,
    facts: RequestFacts,
    path: &str,
    caller: &Caller,
    params: &Params,
) -> Result<TokenResponse, OAuthError> {
    let now = Time(facts.now_micros);
    let env = app.env(now, facts.id.as_str());
    let address = facts.client_address.to_string();
    let client = &caller.entry.client;
    let request = TokenRequest {
        client,
        credentials: &caller.credentials,
        params,
        client_address: Some(&address),
        salt: app.salt(),
    };
    let grant = parse_grant_type(params)?;
    let wanted = lookup(&env, &request, grant)?;
    for _ in 0..ATTEMPTS {
        let found = load(app, client, &wanted, params, now)
            .await
            .map_err(|error| store_fault(&error))?;
        let mut step = exchange(&env, &request, grant, &found, None);
        if let Step::Evaluate(wanted) = &step {
            let around = evaluate::Around {
                client_address: facts.client_address,
                method: "POST",
                path,
                now,
                transaction: facts.id.as_str(),
            };
            let evaluated = evaluate::run(app, client, found.subject.as_ref(), wanted, around)
                .await
                .map_err(|error| store_fault(&error))?;
            step = exchange(&env, &request, grant, &found, Some(&evaluated));
        }
        // Asked with what it wanted, the core decides.
        let Step::Done(Outcome { reply: answer, writes }) = step else {
            return Err(Refusal::Internal.into());
        };
        match app.store.commit(writes).await {
            Ok(()) => {
                app.metrics.database_commits.increment();
                return answer.inspect(|tokens| {
                    app.metrics.token_issued(TokenKind::AccessToken);
                    if tokens.id_token.is_some() {
                        app.metrics.token_issued(TokenKind::IdToken);
                    }
                    if tokens.refresh_token.is_some() {
                        app.metrics.token_issued(TokenKind::RefreshToken);
                    }
                });
            }
            // What the decision relied on has changed: read again and decide again.
            Err(StoreError::Conflict) => app.metrics.database_conflicts.increment(),
            Err(error) => return Err(store_fault(&error)),
        }
    }
    Err(Refusal::StorageUnavailable.into())
}

/// Reads what the grant asked for, and the groups only where a claim needs them.
async fn load(app: &App, client: &Client, wanted: &Lookup, params: &Params, now: Time) -> Result<Found, StoreError> {
    let mut found = match wanted {
        Lookup::Code(hash) => app.store.load_code(hash, now).await?,
        Lookup::RefreshToken(hash) => match app.store.load_refresh_token(hash, now).await? {
            None => Found::default(),
            Some((found, session_alive)) => Found {
                refresh_token: Some(found.token),
                grant: Some(found.grant),
                subject: found.subject,
                session_alive,
                ..Found::default()
            },
        },
        Lookup::Machine => machine::load(app, client, now).await?,
        Lookup::DeviceCode(hash) => app.store.load_device_code(hash, now).await?,
    };
    let Some(grant) = &found.grant else { return Ok(found) };
    let named = params
        .get("scope")
        .map(|scope| scope.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let scopes = named.unwrap_or_else(|| grant.scopes.clone());
    if client.application.include_claims_in_id_token || !grant.facts.claims.is_empty() {
        let names = grant.facts.claims.names();
        app.fill_groups(client, &scopes, &names, found.subject.as_mut()).await?;
    }
    Ok(found)
}

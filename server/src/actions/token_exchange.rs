//! From a token request to its answer, whichever endpoint it came to: one read fetches what the grant needs, the core
//! decides, and one commit makes it durable before the answer leaves.

use std::time::Duration;

use protocol::client::Client;
use protocol::error::OAuthError;
use protocol::grants::{
    Found, Lookup, Outcome, Step, TokenRequest, TokenResponse, assertion, exchange, lookup, parse_grant_type,
    scopes_at_most,
};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;
use store::StoreError;

use super::calling_client::Caller;
use super::faults::store_fault;
use super::source_sign_in::NotIn;
use super::trusted_issuers::{self, Newcomer};
use super::{evaluate, machine};
use crate::app::App;
use crate::metrics::TokenKind;
use crate::observe::RequestFacts;

/// How often a decision is made again when what it relied on has changed meanwhile.
const ATTEMPTS: usize = 4;

/// Why there are no tokens.
#[derive(Debug)]
pub enum NotExchanged {
    /// It was refused, or the store failed.
    Refused(OAuthError),
    /// There were too many wrong app passwords; nothing is looked at for so long.
    TooMany(Duration),
}

impl From<OAuthError> for NotExchanged {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error)
    }
}

impl From<Refusal> for NotExchanged {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

/// Answers a token request of `caller`, which came to `path`. `audience`: the interface of ours that client credentials ask
/// tokens for.
///
/// # Errors
/// See [`NotExchanged`].
pub async fn exchange_tokens(
    app: &App,
    facts: RequestFacts,
    path: &str,
    caller: &Caller,
    params: &Params,
    audience: Option<&str>,
) -> Result<TokenResponse, NotExchanged> {
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
        audience,
    };
    let grant = parse_grant_type(params)?;
    let wanted = lookup(&env, &request, grant)?;
    let attempt = match &wanted {
        Lookup::AppPassword { username, .. } => Some(machine::Attempt {
            username,
            client_address: facts.client_address,
            now,
        }),
        _ => None,
    };
    if let Some(attempt) = attempt {
        let wait = Box::pin(machine::load_wait(app, attempt)).await;
        if let Some(wait) = wait.map_err(|error| store_fault(&error))? {
            return Err(NotExchanged::TooMany(wait));
        }
    }
    for _ in 0..ATTEMPTS {
        let (found, newcomer) = load(app, client, &request, &wanted, now)
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
            // Somebody without an account is nobody to the policies yet (authentik sheet, section 3.5.7).
            let subject = found.subject.as_ref().filter(|_| newcomer.is_none());
            let evaluated = evaluate::run(app, client, subject, wanted, around)
                .await
                .map_err(|error| store_fault(&error))?;
            step = exchange(&env, &request, grant, &found, Some(&evaluated));
        }
        // Asked with what it wanted, the core decides.
        let Step::Done(Outcome { reply: answer, writes }) = step else {
            return Err(Refusal::Internal.into());
        };
        if let (Some(attempt), Err(error)) = (attempt, &answer)
            && matches!(error.refusal, Refusal::AppPasswordWrong | Refusal::ClientSecretWrong)
        {
            let wait = Box::pin(machine::note_failure(app, client, attempt)).await;
            if let Some(wait) = wait.map_err(|error| store_fault(&error))? {
                return Err(NotExchanged::TooMany(wait));
            }
        }
        if let (Some(newcomer), Ok(_)) = (&newcomer, &answer) {
            // They may have tokens, so they get an account; with it everything is decided anew.
            let address = facts.client_address;
            let admitted = trusted_issuers::admit(app, client, newcomer, address, now, facts.id.as_str());
            match Box::pin(admitted).await {
                Ok(()) => continue,
                Err(NotIn::Refused(failure)) => return Err(failure.error.into()),
                Err(NotIn::Store(error)) => return Err(store_fault(&error).into()),
            }
        }
        match app.store.commit(writes).await {
            Ok(()) => {
                app.metrics.database_commits.increment();
                return Ok(answer.inspect(|tokens| {
                    app.metrics.token_issued(TokenKind::AccessToken);
                    if tokens.id_token.is_some() {
                        app.metrics.token_issued(TokenKind::IdToken);
                    }
                    if tokens.refresh_token.is_some() {
                        app.metrics.token_issued(TokenKind::RefreshToken);
                    }
                })?);
            }
            // What the decision relied on has changed: read again and decide again.
            Err(StoreError::Conflict | StoreError::Taken { .. }) => app.metrics.database_conflicts.increment(),
            Err(error) => return Err(store_fault(&error).into()),
        }
    }
    Err(store_fault(&StoreError::Conflict).into())
}

/// Reads what the grant asked for, and the groups only where a claim needs them.
async fn load(
    app: &App,
    client: &Client,
    request: &TokenRequest<'_>,
    wanted: &Lookup,
    now: Time,
) -> Result<(Found, Option<Box<Newcomer>>), StoreError> {
    let mut newcomer = None;
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
        Lookup::Machine => machine::load_service_account(app, client, now).await?,
        Lookup::Management => Box::pin(machine::load_for_management(app, client, now)).await?,
        Lookup::AppPassword { hash, .. } => {
            let found = app.store.load_app_password_use(hash, &client.application.id).await?;
            found.unwrap_or_default()
        }
        // In a box: the rare way must not make the future of every token request larger.
        Lookup::Assertion(hash) => {
            let token = assertion::token_of(request).unwrap_or_default();
            let loaded = Box::pin(trusted_issuers::load(app, client, token, hash, now)).await?;
            newcomer = loaded.1;
            loaded.0
        }
        Lookup::DeviceCode(hash) => app.store.load_device_code(hash, now).await?,
    };
    if found.subject.is_none() {
        return Ok((found, newcomer));
    }
    let scopes = scopes_at_most(wanted, &found, request.params);
    let names = found.grant.as_ref().map(|grant| grant.facts.claims.names());
    let names = names.unwrap_or_default();
    if client.application.include_claims_in_id_token || !names.is_empty() {
        app.fill_groups(client, &scopes, &names, found.subject.as_mut()).await?;
    }
    Ok((found, newcomer))
}

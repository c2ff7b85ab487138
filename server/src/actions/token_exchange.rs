//! From a token request to its answer, whichever endpoint it came to: one read fetches what the grant needs, the core
//! decides, and one commit makes it durable before the answer leaves.

use std::time::Duration;

use protocol::client::{Client, GrantType};
use protocol::device::Standing;
use protocol::error::OAuthError;
use protocol::grants::{
    Found, Lookup, Outcome, Step as Exchanged, TokenRequest, TokenResponse, assertion, exchange, lookup,
    parse_grant_type, scopes_at_most,
};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::transaction::{Party, Step, StepKind, TransactionKind, mask};
use store::StoreError;

use super::calling_client::Caller;
use super::faults::store_fault;
use super::source_sign_in::NotIn;
use super::trusted_issuers::{self, Newcomer};
use super::{evaluate, machine};
use crate::app::App;
use crate::metrics::TokenKind;
use crate::observe::RequestFacts;
use crate::recorder;

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
    let exchanged = run(app, facts, path, caller, params, audience).await;
    // What a machine gets at the first attempt, and a refresh, leave nothing behind.
    match &exchanged {
        Ok(tokens) if matches!(params.get("grant_type"), Some("authorization_code" | DEVICE_CODE)) => {
            note_request(caller, path, params);
            recorder::done();
            recorder::note(|| {
                let mut names = vec!["access_token"];
                names.extend(tokens.id_token.is_some().then_some("id_token"));
                names.extend(tokens.refresh_token.is_some().then_some("refresh_token"));
                let step = Step::new(StepKind::Answer, Party::Vestibule, Party::Application, "token");
                step.given(names.join(" ")).detail(format!("scope={}", tokens.scope))
            });
        }
        Ok(_) => {}
        Err(NotExchanged::Refused(error)) => {
            note_request(caller, path, params);
            recorder::refused("token", error);
            recorder::refused_answer(Party::Application, "token");
        }
        Err(NotExchanged::TooMany(_)) => {
            note_request(caller, path, params);
            recorder::refused("token", &Refusal::TooManyRequests.into());
        }
    }
    exchanged
}

/// The value of `grant_type` with which a device polls.
const DEVICE_CODE: &str = GrantType::DeviceCode.as_str();

/// Notes a token request of a known client.
fn note_request(caller: &Caller, path: &str, params: &Params) {
    recorder::concerns(TransactionKind::Token);
    recorder::of_application(&caller.entry.client.application);
    recorder::begins_with(|| {
        let step = Step::new(StepKind::Request, Party::Application, Party::Vestibule, "token");
        step.given(mask::parameters(params)).detail(path)
    });
}

async fn run(
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
        if grant_is_recorded(grant) {
            note_grant(&found, now);
        }
        let mut step = exchange(&env, &request, grant, &found, None);
        if let Exchanged::Evaluate(wanted) = &step {
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
        let Exchanged::Done(Outcome { reply: answer, writes }) = step else {
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

/// Whether a token request belongs to the sign-in that it redeems.
const fn grant_is_recorded(grant: GrantType) -> bool {
    matches!(grant, GrantType::AuthorizationCode | GrantType::DeviceCode)
}

/// Says to which sign-in a token request belongs.
fn note_grant(found: &Found, now: Time) {
    let of_device = found.device_code.as_ref();
    // A device that waits asks every few seconds; none of that is worth a record.
    if of_device.is_some_and(|device| device.standing(now) == Standing::Waiting) {
        return;
    }
    let of_grant = found.grant.as_ref().and_then(|grant| grant.transaction_id.as_deref());
    let transaction = of_grant.or_else(|| of_device.map(|device| device.transaction_id.as_str()));
    if let Some(transaction) = transaction {
        recorder::belongs_to(transaction);
    }
    if let Some(grant) = &found.grant {
        recorder::of_user(&grant.user_id);
    }
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

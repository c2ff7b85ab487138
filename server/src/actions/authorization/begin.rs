//! The first request of an authorization: it is checked, and begins to wait for a person.

use protocol::authorize::{self, AuthorizationRequest, Pending, delivery_of};
use protocol::client::Client;
use protocol::dialect::Dialect;
use protocol::error::OAuthError;
use protocol::github;
use protocol::params::Params;
use protocol::records::PendingRequest;
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step, StepKind, mask};
use protocol::upstream::Wish;
use store::StoreError;

use super::{Advance, PATIENCE, Stored, error_answer, go_on};
use crate::app::App;
use crate::clients::By;
use crate::keys::Snapshot;
use crate::recorder;

/// Begins an authorization from the parameters of the request, in the words of `dialect`.
///
/// # Errors
/// When the database is unavailable.
pub async fn begin(app: &App, dialect: Dialect, params: &Params, step: super::Step<'_>) -> Result<Advance, StoreError> {
    let transaction = app.new_id("txn", step.now);
    let entry = match params.get("client_id") {
        Some(client_id) => app.client(By::ClientId(client_id)).await?,
        None => None,
    };
    let client = entry.as_ref().map(|entry| &entry.client);
    recorder::belongs_to(&transaction);
    recorder::begins_with(|| {
        Step::new(StepKind::Request, Party::Application, Party::Vestibule, "authorize").given(mask::parameters(params))
    });
    if let Some(client) = client {
        recorder::of_application(&client.application);
    }
    let snapshot = app.snapshot();
    let env = app.env(step.now, &transaction);
    let translated = match dialect {
        Dialect::Standard | Dialect::Auth0 => None,
        Dialect::GitHub => Some(github::authorization_parameters(client, params)),
    };
    let facts = authorize::Facts {
        client,
        keys: &snapshot.ours,
        params: translated.as_ref().unwrap_or(params),
    };
    let checked = match dialect {
        Dialect::Standard => authorize::check(&env, &facts),
        Dialect::GitHub => github::check_authorization(&env, &facts),
        Dialect::Auth0 => authorize::check(&env, &facts).map(|request| AuthorizationRequest { dialect, ..request }),
    };
    let (request, client) = match (checked, client) {
        (Ok(request), Some(client)) => (request, client),
        (Ok(_), None) => {
            return Ok(Advance::Refused {
                error: Refusal::ClientUnknown.into(),
                transaction,
            });
        }
        (Err(refused), client) => {
            return Ok(match (refused.delivery, client) {
                (Some(delivery), Some(client)) => {
                    let answer = error_answer(app, client, dialect, &delivery, &refused.error, None);
                    Advance::leave(answer, &client.application, &[])
                }
                _ => Advance::Refused {
                    error: refused.error,
                    transaction,
                },
            });
        }
    };
    let wish = match wish_of(&snapshot, client, params) {
        Ok(wish) => wish,
        Err(error) => {
            recorder::refused("connection", &error);
            return Ok(match delivery_of(client, &request) {
                Some(delivery) => {
                    let answer = error_answer(app, client, dialect, &delivery, &error, None);
                    Advance::leave(answer, &client.application, &request.ui_locales)
                }
                None => Advance::Refused { error, transaction },
            });
        }
    };
    let waiting = PendingRequest {
        id: transaction,
        browser: step.browser,
        application_id: client.application.id.clone(),
        state: Pending {
            request,
            wish,
            ..Pending::default()
        },
        created_at: step.now,
        expires_at: step.now.plus(PATIENCE),
    };
    go_on(app, client, waiting, step, Stored::No).await
}

/// What the request says about the source to come from. An unknown source and one that the application does not offer look the
/// same.
fn wish_of(snapshot: &Snapshot, client: &Client, params: &Params) -> Result<Wish, OAuthError> {
    let further = snapshot.sources.offered(Some(&client.application));
    let further = further.flat_map(|upstream| upstream.source.authorization_params_map.values());
    let wish = Wish::of(params, further.map(String::as_str));
    let Some(key) = &wish.source else {
        return Ok(wish);
    };
    let mut offered = snapshot.sources.offered(Some(&client.application));
    if offered.any(|upstream| upstream.source.key == *key) {
        return Ok(wish);
    }
    Err(OAuthError::new(Refusal::ConnectionNotFound).given(key.clone()))
}

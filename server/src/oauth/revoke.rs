//! `/application/o/revoke/` (RFC 7009).

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use protocol::error::OAuthError;
use protocol::id::hash_secret;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::revocation::{FoundToken, decide_revocation};
use protocol::time::Time;

use super::cors;
use crate::actions::calling_client::Caller;
use crate::app::{App, AppState};
use crate::observe::RequestFacts;
use crate::recorder;
use crate::web::reply;
use crate::web::stranger::note_stranger;
use crate::web::token_endpoint::read_call;

/// Revokes a token of the calling client.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, caller) = match read_call(&app, &headers, body, "revocation").await {
        Ok(call) => call,
        Err(response) => return *response,
    };
    let response = match revoke(&app, facts, &caller, &params).await {
        Ok(()) => reply::no_store(StatusCode::OK, "application/json", Bytes::from_static(b"{}")),
        Err(error) => {
            recorder::of_application(&caller.entry.client.application);
            note_stranger("revocation", &params, &error);
            reply::oauth_error(&error)
        }
    };
    cors::allow(response, &headers, Some(&caller.entry.client))
}

async fn revoke(app: &App, facts: RequestFacts, caller: &Caller, params: &Params) -> Result<(), OAuthError> {
    caller.authenticate()?;
    let hash = hash_secret(params.get("token").ok_or(Refusal::TokenMissing)?);
    let now = Time(facts.now_micros);
    let fault = |error| reply::store_fault(&error);
    let found = match app.store.load_access_token(&hash, now).await.map_err(fault)? {
        Some(found) => Some(FoundToken::Access(hash, found.grant)),
        None => {
            let found = app.store.load_refresh_token(&hash, now).await.map_err(fault)?;
            found.map(|(found, _)| FoundToken::Refresh(hash, found.grant))
        }
    };
    let env = app.env(now, facts.id.as_str());
    let writes = decide_revocation(&env, &caller.entry.client, found.as_ref());
    app.store.commit(writes).await.map_err(fault)
}

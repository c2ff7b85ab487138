//! `/application/o/introspect/` (RFC 7662).

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use protocol::error::OAuthError;
use protocol::id::hash_secret;
use protocol::introspection::{IntrospectionResponse, introspect_access_token, introspect_refresh_token};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;

use crate::actions::calling_client::Caller;
use crate::app::{App, AppState};
use crate::observe::RequestFacts;
use crate::recorder;
use crate::web::reply;
use crate::web::stranger::note_stranger;
use crate::web::token_endpoint::read_call;

/// Answers about a token of the calling client.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (params, caller) = match read_call(&app, &headers, body, "introspection").await {
        Ok(call) => call,
        Err(response) => return *response,
    };
    let answer = async {
        // RFC 7662, section 2.1: the caller proves who it is; a public client can not.
        let proved = match caller.authenticate() {
            Ok(()) if !caller.has_secret() => Err(Refusal::ClientAuthenticationMissing.into()),
            proved => proved,
        };
        if let Err(error) = proved {
            recorder::of_application(&caller.entry.client.application);
            return Err(error);
        }
        introspect(&app, facts, &caller, &params).await
    };
    match answer.await {
        Ok(answer) => reply::json(StatusCode::OK, &answer),
        Err(error) => {
            note_stranger("introspection", &params, &error);
            reply::oauth_error(&error)
        }
    }
}

async fn introspect(
    app: &App,
    facts: RequestFacts,
    caller: &Caller,
    params: &Params,
) -> Result<IntrospectionResponse, OAuthError> {
    let hash = hash_secret(params.get("token").ok_or(Refusal::TokenMissing)?);
    let now = Time(facts.now_micros);
    let env = app.env(now, facts.id.as_str());
    let client = &caller.entry.client;
    let fault = |error| reply::store_fault(&error);
    // The hint only says where to look first (RFC 7662, section 2.1).
    let refresh_first = params.get("token_type_hint") == Some("refresh_token");
    for refresh in [refresh_first, !refresh_first] {
        if refresh {
            if let Some((found, _)) = app.store.load_refresh_token(&hash, now).await.map_err(fault)? {
                return Ok(introspect_refresh_token(&env, client, &found, app.salt()));
            }
        } else if let Some(found) = app.store.load_access_token(&hash, now).await.map_err(fault)? {
            return Ok(introspect_access_token(&env, client, &found, app.salt()));
        }
    }
    Ok(IntrospectionResponse::default())
}

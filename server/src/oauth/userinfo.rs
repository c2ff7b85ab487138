//! `/application/o/userinfo/` (OpenID Connect Core, section 5.3).

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use protocol::bearer::{challenge, parse_bearer};
use protocol::client::Client;
use protocol::error::{ErrorCode, OAuthError};
use protocol::evaluation::Evaluated;
use protocol::id::hash_secret;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::userinfo::{expressions_for, mint_userinfo};

use super::cors;
use crate::actions::bearer::{self, Presented};
use crate::actions::evaluate;
use crate::app::{App, AppState};
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::extract::{header_text, read_form, read_query};
use crate::web::reply;

/// Answers GET and POST alike.
pub(super) async fn handle(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match method {
        Method::POST => match read_form(&headers, body).await {
            Ok(form) => Some(form),
            Err(error) => return error.into_json(),
        },
        _ => None,
    };
    let query = match read_query(query.as_deref()) {
        Ok(query) => query,
        Err(error) => return refuse(&error),
    };
    let mut entry = None;
    let answer = claims(&app, facts, &headers, form.as_ref(), &query, &mut entry).await;
    let response = match answer {
        Ok(claims) => reply::json(StatusCode::OK, &claims),
        Err(error) => refuse(&error),
    };
    cors::allow(response, &headers, entry.as_ref().map(|entry| client_of(entry)))
}

fn client_of(entry: &crate::clients::ClientEntry) -> &Client {
    &entry.client
}

async fn claims(
    app: &App,
    facts: RequestFacts,
    headers: &HeaderMap,
    form: Option<&Params>,
    query: &Params,
    entry: &mut Option<std::sync::Arc<crate::clients::ClientEntry>>,
) -> Result<serde_json::Map<String, serde_json::Value>, OAuthError> {
    let authorization = header_text(headers, header::AUTHORIZATION);
    let token = parse_bearer(authorization, form, Some(query))?;
    let now = Time(facts.now_micros);
    let fault = |error| reply::store_fault(&error);
    let found = app
        .store
        .load_access_token(&hash_secret(token), now)
        .await
        .map_err(fault)?;
    let mut found = found.ok_or(Refusal::BearerUnknown)?;
    *entry = app.client(By::Id(&found.grant.application_id)).await.map_err(fault)?;
    let presented = Presented {
        now,
        transaction: facts.id.as_str(),
        client_address: Some(facts.client_address),
    };
    let permit = bearer::decide(app, &found, entry.as_ref().map(|entry| client_of(entry)), presented).await?;
    let client = entry
        .as_ref()
        .map(|entry| client_of(entry))
        .ok_or(Refusal::BearerUnknown)?;
    let names = &found.grant.facts.claims.userinfo;
    app.fill_groups(client, &found.token.scopes, names, found.subject.as_mut())
        .await
        .map_err(fault)?;
    let wanted = expressions_for(&found, client);
    let evaluated = if wanted.is_empty() {
        Evaluated::default()
    } else {
        let around = evaluate::Around {
            client_address: facts.client_address,
            method: "GET",
            path: "/application/o/userinfo/",
            now,
            transaction: facts.id.as_str(),
        };
        evaluate::run(app, client, found.subject.as_ref(), &wanted, around)
            .await
            .map_err(fault)?
    };
    mint_userinfo(&found, client, app.salt(), &evaluated, permit)
}

/// RFC 6750, section 3: the challenge says why; a fault of ours is no challenge.
fn refuse(error: &OAuthError) -> Response {
    let mut response = reply::oauth_error(error);
    if matches!(
        error.code(),
        ErrorCode::InvalidToken | ErrorCode::InsufficientScope | ErrorCode::InvalidRequest
    ) {
        reply::add_header(&mut response, header::WWW_AUTHENTICATE, &challenge(error));
    }
    response
}

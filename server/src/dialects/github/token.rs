//! `/login/oauth/access_token` (GitHub documentation, "Authorizing OAuth apps"): the exchange of the core, asked and
//! answered in GitHub's words.
//!
//! Parameters come as a form, as a JSON object, or in the address, where some of GitHub's clients put them; each once.
//! The answer is a form, or JSON for those who ask for it. Refusals are answered with 200, as GitHub does.

use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::error::OAuthError;
use protocol::github::{TokenError, TokenReply, as_form, token_parameters, wants_json};
use protocol::params::Params;
use protocol::refusal::Refusal;
use serde::Serialize;

use crate::actions::token_exchange::{NotExchanged, exchange_tokens};
use crate::app::AppState;
use crate::dialects::json_parameters;
use crate::observe::RequestFacts;
use crate::web::extract::{header_text, read_body, read_query};
use crate::web::reply;
use crate::web::token_endpoint::{find_caller, only_post};

/// Where we are, for expressions that ask.
const PATH: &str = "/login/oauth/access_token";

/// Answers a token request.
pub(super) async fn post(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let accept = accepted(&headers);
    let params = match read(query.as_deref(), &headers, body).await {
        Ok(params) => params,
        Err((status, error)) => return refuse(&accept, Some(status), &error, ""),
    };
    let caller = match find_caller(&app, &headers, &params).await {
        Ok(caller) => caller,
        Err(NotExchanged::Refused(error)) => return refuse(&accept, None, &error, ""),
        Err(NotExchanged::TooMany(wait)) => return reply::too_many(wait),
    };
    let client = &caller.entry.client;
    let params = token_parameters(Some(client), &params);
    match exchange_tokens(&app, facts, PATH, &caller, &params, None).await {
        Ok(tokens) => write(&accept, StatusCode::OK, &TokenReply::new(tokens, &client.application)),
        Err(NotExchanged::Refused(error)) => {
            refuse(&accept, None, &error, params.get("grant_type").unwrap_or_default())
        }
        Err(NotExchanged::TooMany(wait)) => reply::too_many(wait),
    }
}

/// Any other method.
pub(super) async fn other(State(_): State<AppState>, headers: HeaderMap) -> Response {
    let error = Refusal::MethodNotAllowed.into();
    let status = Some(StatusCode::METHOD_NOT_ALLOWED);
    only_post(refuse(&accepted(&headers), status, &error, ""))
}

/// All values of `Accept` as one list.
fn accepted(headers: &HeaderMap) -> String {
    let values = headers.get_all(header::ACCEPT).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(",")
}

/// The parameters of address and body together.
async fn read(query: Option<&str>, headers: &HeaderMap, body: Body) -> Result<Params, (StatusCode, OAuthError)> {
    let bad = |error: OAuthError| (StatusCode::BAD_REQUEST, error);
    let address = read_query(query).map_err(bad)?;
    let body = read_body(body).await.map_err(|error| (error.status, error.error))?;
    let kind = header_text(headers, header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let body = match kind.as_str() {
        _ if body.is_empty() => Params::default(),
        "application/x-www-form-urlencoded" => Params::parse(&body).map_err(bad)?,
        "application/json" => json_parameters::read(&body).map_err(bad)?,
        _ => {
            let error = Refusal::ContentTypeUnsupported.into();
            return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
        }
    };
    if let Some((twice, _)) = body.iter().find(|(name, _)| address.contains(name)) {
        return Err(bad(OAuthError::new(Refusal::ParameterRepeated).given(twice)));
    }
    Ok(address.iter().chain(body.iter()).collect())
}

fn refuse(accept: &str, status: Option<StatusCode>, error: &OAuthError, grant_type: &str) -> Response {
    if let Some(detail) = &error.detail {
        tracing::debug!(refusal = error.refusal.code(), %detail, "refused");
    }
    let status = status
        .or_else(|| StatusCode::from_u16(TokenError::status(error)).ok())
        .unwrap_or(StatusCode::OK);
    let mut response = write(accept, status, &TokenError::new(error, grant_type));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        reply::add_header(&mut response, header::RETRY_AFTER, "2");
    }
    response
}

fn write(accept: &str, status: StatusCode, value: &impl Serialize) -> Response {
    if wants_json(Some(accept)) {
        let mut response = reply::json(status, value);
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    } else {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        reply::no_store(status, form, Bytes::from(as_form(value)))
    }
}

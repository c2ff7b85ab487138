//! The sample upstream: an identity provider inside the demonstration that behaves like those that people sign in through,
//! and misbehaves like them when it is asked to.
//!
//! It speaks OpenID Connect and plain OAuth 2.0. On its page a person chooses who they are and what goes wrong; a source chooses
//! the same with the parameters `as` and `misbehave` of its authorization request, for rehearsals without a page.
//! `upstream/people.rs` owns who there is, `upstream/misbehaviour.rs` what can go wrong, `upstream/tokens.rs` what is issued, `upstream/visits.rs` what is
//! remembered of it.

mod misbehaviour;
mod page;
mod people;
mod tokens;
mod visits;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use protocol::id::new_secret;
use protocol::jose::JoseError;
use protocol::params::Params;
use protocol::time::{HOUR, MINUTE, Time};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use self::misbehaviour::Misbehaviour;
use self::people::{PEOPLE, Person};
use self::tokens::Keys;
use self::visits::{Visit, Visits};
use crate::assets::Assets;
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::texts::{TextError, Texts};
use crate::web::extract::{header_text, read_form, read_query};
use crate::web::reply::{add_header, json, see_other};

/// How long a code and an access token of it work.
const LIFE: i64 = 5 * MINUTE;
/// How long the slow one takes.
const SLOW: Duration = Duration::from_secs(3);

/// What the sample upstream has to be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its own address, with a slash at its end; also its issuer, without it.
    pub address: Url,
    /// The one client that it knows.
    pub client_id: String,
    /// The secret of that client.
    pub client_secret: String,
    /// The clock.
    pub clock: Clock,
}

/// Why the sample upstream could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// The texts of the pages can not be read.
    #[error(transparent)]
    Texts(#[from] TextError),
    /// A key could not be made.
    #[error("a key could not be made: {0}")]
    Key(#[from] JoseError),
}

struct Upstream {
    settings: Settings,
    keys: Keys,
    visits: Mutex<Visits>,
    texts: Texts,
    assets: Assets,
}

type Shared = Arc<Upstream>;

/// The routes of the sample upstream.
///
/// # Errors
/// See [`UpstreamError`].
pub fn routes(settings: Settings) -> Result<Router, UpstreamError> {
    let upstream = Upstream {
        keys: Keys::generate()?,
        visits: Mutex::default(),
        texts: Texts::load()?,
        assets: Assets::load(),
        settings,
    };
    Ok(Router::new()
        .route("/authorize", get(authorize))
        .route("/token", axum::routing::post(token))
        .route("/revoke", axum::routing::post(revoke))
        .route("/userinfo", get(userinfo).post(userinfo_form))
        .route("/api/me", get(profile).post(profile_form))
        .route("/jwks", get(keys))
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/assets/{file}", get(asset))
        .with_state(Arc::new(upstream)))
}

impl Upstream {
    fn issuer(&self) -> &str {
        self.settings.address.as_str().trim_end_matches('/')
    }

    fn now(&self) -> Time {
        Time(self.settings.clock.now_micros())
    }

    /// Remembers a sign-in under a new secret.
    fn remember(&self, visit: Visit) -> String {
        let secret = new_secret(&SystemEntropy);
        let now = self.now();
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.insert(secret.clone(), visit, now);
        secret
    }

    fn take(&self, secret: &str) -> Option<Visit> {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.take(secret).filter(|visit| self.now() < visit.expires_at)
    }

    fn find(&self, secret: &str) -> Option<Visit> {
        let visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        visits.find(secret).filter(|visit| self.now() < visit.expires_at)
    }
}

async fn discovery(State(upstream): State<Shared>) -> Response {
    let issuer = upstream.issuer();
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "email", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    });
    json(StatusCode::OK, &document)
}

async fn keys(State(upstream): State<Shared>) -> Response {
    json(StatusCode::OK, &upstream.keys.published())
}

/// Shows who one can be, or goes on at once with whom the request names.
async fn authorize(State(upstream): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Ok(params) = read_query(query.as_deref()) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request");
    };
    let known = params.get("client_id") == Some(upstream.settings.client_id.as_str());
    let (true, Some(redirect_uri)) = (known, params.get("redirect_uri")) else {
        return refused(StatusCode::BAD_REQUEST, "unauthorized_client");
    };
    let misbehaviour = params
        .get("misbehave")
        .map_or(Some(Misbehaviour::None), Misbehaviour::named);
    let person = params
        .get("as")
        .and_then(|name| PEOPLE.iter().find(|person| person.name == name));
    let (Some(misbehaviour), Some(person)) = (misbehaviour, person) else {
        return page::choose(&upstream, &headers, &params);
    };
    let back = |pairs: &[(&str, &str)]| {
        let mut answer = form_urlencoded::Serializer::new(String::new());
        answer.extend_pairs(pairs);
        if let Some(state) = params.get("state") {
            answer.append_pair("state", state);
        }
        let between = if redirect_uri.contains('?') { '&' } else { '?' };
        see_other(&format!("{redirect_uri}{between}{}", answer.finish()))
    };
    if misbehaviour == Misbehaviour::Refused {
        return back(&[("error", "access_denied"), ("error_description", "The person said no.")]);
    }
    if misbehaviour == Misbehaviour::RotatedKeys {
        upstream.keys.rotate();
    }
    let text = |name: &str| params.get(name).map(str::to_owned);
    let code = upstream.remember(Visit {
        person,
        misbehaviour,
        redirect_uri: redirect_uri.to_owned(),
        nonce: text("nonce"),
        code_challenge: text("code_challenge"),
        scope: text("scope").unwrap_or_default(),
        expires_at: upstream.now().plus(LIFE),
    });
    back(&[("code", &code)])
}

async fn token(State(upstream): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match read_form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return error.into_json(),
    };
    if !tokens::is_client(&upstream.settings, &headers, &form) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if form.get("grant_type") == Some("refresh_token") {
        let visit = form.get("refresh_token").and_then(|token| upstream.take(token));
        return match visit {
            Some(visit) => issue(&upstream, &visit, false),
            None => refused(StatusCode::BAD_REQUEST, "invalid_grant"),
        };
    }
    let Some(visit) = form.get("code").and_then(|code| upstream.take(code)) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let refuses = visit.misbehaviour == Misbehaviour::TokenRefused
        || form.get("redirect_uri") != Some(visit.redirect_uri.as_str())
        || !tokens::verifier_fits(visit.code_challenge.as_deref(), form.get("code_verifier"));
    if refuses {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    if visit.misbehaviour == Misbehaviour::Slow {
        tokio::time::sleep(SLOW).await;
    }
    issue(&upstream, &visit, true)
}

/// Takes a token back (RFC 7009, section 2); one that is unknown is taken back already.
async fn revoke(State(upstream): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match read_form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return error.into_json(),
    };
    if !tokens::is_client(&upstream.settings, &headers, &form) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if let Some(token) = form.get("token") {
        upstream.take(token);
    }
    StatusCode::OK.into_response()
}

/// The token answer. A refresh token works once; `with_id_token`: whether there is an ID token, when `openid` was asked for.
fn issue(upstream: &Upstream, visit: &Visit, with_id_token: bool) -> Response {
    let now = upstream.now();
    let access_token = upstream.remember(Visit {
        expires_at: now.plus(LIFE),
        ..visit.clone()
    });
    let refresh_token = upstream.remember(Visit {
        expires_at: now.plus(HOUR),
        ..visit.clone()
    });
    let issuer = upstream.issuer();
    let id_token = with_id_token
        .then(|| tokens::id_token(&upstream.settings, issuer, &upstream.keys, visit, &access_token, now))
        .flatten();
    let mut answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": LIFE / 1_000_000,
        "refresh_token": refresh_token, "scope": visit.scope,
    });
    if let (Some(id_token), Some(members)) = (id_token, answer.as_object_mut()) {
        members.insert("id_token".to_owned(), Value::from(id_token));
    }
    if visit.misbehaviour == Misbehaviour::FormAnswer {
        return form_answer(&answer);
    }
    let mut response = json(StatusCode::OK, &answer);
    add_header(&mut response, header::CACHE_CONTROL, "no-store");
    response
}

/// A token answer as a form, as some providers give it whatever was asked for.
fn form_answer(answer: &Value) -> Response {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in answer.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        form.append_pair(name, &text);
    }
    let mut response = Response::new(Body::from(form.finish()));
    add_header(&mut response, header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    response
}

async fn userinfo(State(upstream): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    tell(
        &upstream,
        query.as_deref(),
        &headers,
        &Params::default(),
        people::claims,
    )
}

async fn userinfo_form(State(upstream): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = read_form(&headers, body).await.unwrap_or_default();
    tell(&upstream, None, &headers, &form, people::claims)
}

async fn profile(State(upstream): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    tell(
        &upstream,
        query.as_deref(),
        &headers,
        &Params::default(),
        people::profile,
    )
}

async fn profile_form(State(upstream): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = read_form(&headers, body).await.unwrap_or_default();
    tell(&upstream, None, &headers, &form, people::profile)
}

/// Tells who somebody is to whoever holds their token, wherever it stands.
fn tell(
    upstream: &Upstream,
    query: Option<&str>,
    headers: &HeaderMap,
    form: &Params,
    say: fn(&Person, Misbehaviour) -> Value,
) -> Response {
    let query = read_query(query).unwrap_or_default();
    let token = tokens::presented(headers, &query, form);
    let Some(visit) = token.and_then(|token| upstream.find(&token)) else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_token");
    };
    match visit.misbehaviour {
        Misbehaviour::UserinfoBroken => refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        Misbehaviour::NotJson => Response::new(Body::from("<html>Please try again later</html>")),
        misbehaviour => json(StatusCode::OK, &say(visit.person, misbehaviour)),
    }
}

fn refused(status: StatusCode, error: &str) -> Response {
    json(status, &json!({ "error": error }))
}

async fn asset(
    State(upstream): State<Shared>,
    axum::extract::Path(file): axum::extract::Path<String>,
    headers: HeaderMap,
) -> Response {
    upstream
        .assets
        .reply(&file, header_text(&headers, header::IF_NONE_MATCH))
}

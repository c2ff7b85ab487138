//! Who calls the management API, and whether it may. One layer around all routes asks before any handler runs, so that
//! no route can forget it: the permission follows from the method and the first word of the path.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, Method, header};
use protocol::id::{SecretHash, hash_secret};
use protocol::scope::ManagedScope;
use protocol::time::Time;

use super::problem::{Kind, Problem};
use crate::actions::actor::Operator;
use crate::actions::api_caller::{self, NoCaller};
use crate::actions::permissions::{Access, EXTERNAL_TOKENS, Permissions, RESOURCES};
use crate::app::{App, AppState};
use crate::observe::RequestFacts;
use crate::web::browser::{Browser, administration, load_signed_in};
use crate::web::extract::{bearer_token, header_text};

pub(crate) use crate::actions::api_caller::Caller;

/// Carries the anti-forgery value of a page of the dashboard.
const CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// The challenge to an access token that was issued for something else (RFC 6750, section 3.1).
const NEEDS_SCOPE: &str = "Bearer realm=\"vestibule\", error=\"insufficient_scope\", scope=\"goauthentik.io/api\"";

/// The layer: answers 401 or 403, or lets the request through with its [`Caller`].
pub(crate) async fn guard(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let facts = request.extensions().get::<RequestFacts>().copied();
    let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
    let extensions = request.extensions();
    let caller = match (extensions.get::<Operator>(), extensions.get::<Caller>()) {
        (Some(_), _) => Ok(Caller::operator()),
        // The dashboard calls inside the process for the administrator whom it has let in.
        (None, Some(caller)) => Ok(caller.clone()),
        (None, None) => {
            let client_address = facts.map(|facts| facts.client_address);
            authenticate(&app, request.headers(), now, client_address).await
        }
    };
    let mut caller = match caller {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    caller.actor.client_address = facts.map(|facts| facts.client_address.to_string());
    if !is_readable(request.uri().path()) {
        return Problem::not_found().into_response();
    }
    let resource = request.uri().path().split('/').nth(1).unwrap_or_default();
    let access = match *request.method() {
        Method::GET | Method::HEAD => Access::Read,
        _ => Access::Write,
    };
    let gives_tokens = resource == "external-accounts" && request.uri().path().ends_with("/token");
    let (allowed, permission) = if gives_tokens {
        (caller.permissions.covers(EXTERNAL_TOKENS), EXTERNAL_TOKENS.to_owned())
    } else {
        let permission = format!("{resource}:{}", access.as_str());
        (caller.permissions.allows(resource, access), permission)
    };
    // What is no resource is answered with 404 behind this.
    if RESOURCES.contains(&resource) && !allowed {
        let needed = format!("This needs the permission `{permission}`.");
        return Problem::new(Kind::Forbidden, needed)
            .with_challenge("Bearer realm=\"vestibule\", error=\"insufficient_scope\"")
            .into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// Whether a path is text without control characters once its escapes are undone. No record has such a name, and not
/// every database takes NUL in a question.
fn is_readable(path: &str) -> bool {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = (*first == b'%')
            .then(|| behind.split_at_checked(2))
            .flatten()
            .and_then(|(digits, after)| {
                let digits = std::str::from_utf8(digits).ok()?;
                Some((u8::from_str_radix(digits, 16).ok()?, after))
            });
        let (byte, after) = escaped.unwrap_or((*first, behind));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    now: Time,
    client_address: Option<IpAddr>,
) -> Result<Caller, Problem> {
    if !headers.contains_key(header::AUTHORIZATION)
        && let Some(proof) = header_text(headers, CSRF_TOKEN)
    {
        return in_session(app, headers, now, proof).await;
    }
    let value = bearer_token(headers).ok_or_else(|| {
        Problem::new(Kind::Unauthenticated, "Send an API token: `Authorization: Bearer ...`.")
            .with_challenge("Bearer realm=\"vestibule\"")
    })?;
    let hash = hash_secret(value);
    match api_caller::of_api_token(app, &hash, now).await {
        Ok(Some(caller)) => Ok(caller),
        Ok(None) => on_behalf(app, &hash, now, client_address).await,
        Err(why) => Err(why.into()),
    }
}

/// A page of the dashboard calls with the session of its browser. `proof`: the anti-forgery value of the page, without which
/// another site could have its visitors call.
async fn in_session(app: &App, headers: &HeaderMap, now: Time, proof: &str) -> Result<Caller, Problem> {
    let refused = || {
        Problem::new(
            Kind::Unauthenticated,
            "Nobody is signed in in this browser, or the page is old.",
        )
    };
    let here = load_signed_in(app, headers, now).await?.ok_or_else(refused)?;
    let browser = Browser::of(app, headers);
    if !browser.is_own_form(app, &administration(&here.session), Some(proof)) {
        return Err(refused());
    }
    if app.store.load_is_admin(&here.user).await? {
        Ok(Caller::administrator(&here.user))
    } else {
        Err(Problem::new(
            Kind::Forbidden,
            "The user of this session is not an administrator.",
        ))
    }
}

/// The holder of an access token with the scope of this interface acts as the token's user, and may what that user may:
/// an administrator everything, anybody else nothing of what there is here.
async fn on_behalf(app: &App, hash: &SecretHash, now: Time, client_address: Option<IpAddr>) -> Result<Caller, Problem> {
    let (user, actor) = api_caller::of_access_token(app, hash, now, client_address).await?;
    let permissions = if app.store.load_is_admin(&user).await? {
        Permissions::all()
    } else {
        Permissions::default()
    };
    Ok(Caller { actor, permissions })
}

impl From<NoCaller> for Problem {
    fn from(why: NoCaller) -> Self {
        match why {
            NoCaller::Refused => Self::new(Kind::Unauthenticated, "The token is unknown, expired or withdrawn.")
                .with_challenge("Bearer realm=\"vestibule\", error=\"invalid_token\""),
            NoCaller::NotAdministrator => {
                Self::new(Kind::Forbidden, "The user of this API token is not an administrator.")
                    .with_challenge("Bearer realm=\"vestibule\", error=\"insufficient_scope\"")
            }
            NoCaller::NoScope => {
                let name = ManagedScope::Api.as_str();
                Self::new(
                    Kind::Forbidden,
                    format!("The access token does not carry the scope `{name}`."),
                )
                .with_challenge(NEEDS_SCOPE)
            }
            NoCaller::Store(error) => error.into(),
        }
    }
}

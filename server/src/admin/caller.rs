//! Who calls the management API, and whether it may. One layer around all routes asks before any handler runs, so that
//! no route can forget it: the permission follows from the method and the first word of the path.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use protocol::id::{SecretHash, hash_secret};
use protocol::scope::{self, ManagedScope};
use protocol::time::Time;

use super::problem::{Kind, Problem};
use crate::actions::actor::{Actor, Operator};
use crate::actions::administrators::Authority;
use crate::actions::api_caller::{ApiCaller, NotLetIn, load_api_caller};
use crate::actions::bearer::{self, Presented};
use crate::actions::permissions::{Access, EXTERNAL_TOKENS, Permissions, RESOURCES};
use crate::app::{App, AppState};
use crate::clients::By;
use crate::observe::RequestFacts;
use crate::web::extract::header_text;

/// Longer values are no tokens of ours; a signed access token with many groups is long.
const LONGEST_TOKEN: usize = 16 * 1024;
/// The challenge to an access token that was issued for something else (RFC 6750, section 3.1).
const NEEDS_SCOPE: &str = "Bearer realm=\"vestibule\", error=\"insufficient_scope\", scope=\"goauthentik.io/api\"";

/// A caller that was let in.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// For the audit log.
    pub(crate) actor: Actor,
    /// What it may do.
    pub(crate) permissions: Permissions,
}

impl Caller {
    /// Whoever runs the program: they hold the database and the master key.
    fn operator() -> Self {
        Self {
            actor: Actor::system(),
            permissions: Permissions::all(),
        }
    }

    /// For use cases that ask what the caller may do.
    pub(crate) fn authority(&self) -> Authority<'_> {
        Authority {
            actor: &self.actor,
            permissions: &self.permissions,
        }
    }
}

/// The layer: answers 401 or 403, or lets the request through with its [`Caller`].
pub(crate) async fn guard(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let facts = request.extensions().get::<RequestFacts>().copied();
    let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
    let caller = match request.extensions().get::<Operator>() {
        Some(_) => Ok(Caller::operator()),
        None => {
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
    let value = bearer(headers).ok_or_else(|| {
        Problem::new(Kind::Unauthenticated, "Send an API token: `Authorization: Bearer ...`.")
            .with_challenge("Bearer realm=\"vestibule\"")
    })?;
    let hash = hash_secret(value);
    match load_api_caller(app, &hash, now).await {
        Ok(Some(ApiCaller { actor, permissions })) => Ok(Caller { actor, permissions }),
        Ok(None) => on_behalf(app, &hash, now, client_address).await,
        Err(NotLetIn::Dead) => Err(refused()),
        Err(NotLetIn::NotAdministrator) => Err(Problem::new(
            Kind::Forbidden,
            "The user of this API token is not an administrator.",
        )
        .with_challenge("Bearer realm=\"vestibule\", error=\"insufficient_scope\"")),
        Err(NotLetIn::Store(error)) => Err(error.into()),
    }
}

/// The holder of an access token with the scope of this interface acts as the token's user, and may what that user may:
/// an administrator everything, anybody else nothing of what there is here. Whether the token counts is decided as at
/// every other use of it.
async fn on_behalf(app: &App, hash: &SecretHash, now: Time, client_address: Option<IpAddr>) -> Result<Caller, Problem> {
    let found = app.store.load_access_token(hash, now).await?.ok_or_else(refused)?;
    let entry = app.client(By::Id(&found.grant.application_id)).await?;
    let presented = Presented {
        now,
        transaction: &found.grant.id,
        client_address,
    };
    if let Err(error) = bearer::decide(app, &found, entry.as_ref().map(|entry| &entry.client), presented).await {
        tracing::debug!(refusal = error.refusal.code(), "an access token is dead");
        return Err(refused());
    }
    let subject = found.subject.as_ref().ok_or_else(refused)?;
    let (user, application) = (&subject.user, &found.grant.application_id);
    // A mapping that the application has lost meanwhile opens nothing any more.
    let name = ManagedScope::Api.as_str();
    let offered = entry.is_some_and(|entry| entry.client.offers(name));
    if !offered || !scope::contains(&found.token.scopes, name) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("The access token does not carry the scope `{name}`."),
        )
        .with_challenge(NEEDS_SCOPE));
    }
    let permissions = if app.store.load_is_admin(user).await? {
        Permissions::all()
    } else {
        Permissions::default()
    };
    Ok(Caller {
        actor: Actor {
            id: Some(user.id.clone()),
            user: Some(user.id.clone()),
            application: Some(application.clone()),
            client_address: None,
        },
        permissions,
    })
}

fn refused() -> Problem {
    Problem::new(Kind::Unauthenticated, "The token is unknown, expired or withdrawn.")
        .with_challenge("Bearer realm=\"vestibule\", error=\"invalid_token\"")
}

/// The value after `Bearer ` (RFC 6750, section 2.1; the scheme in any letter case).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, value) = header_text(headers, header::AUTHORIZATION)?.split_once(' ')?;
    let value = value.trim_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && !value.is_empty() && value.len() <= LONGEST_TOKEN).then_some(value)
}

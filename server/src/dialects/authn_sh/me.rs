//! `/v1/me/external-accounts`: what a person sees of their own links, and may take away (authn.sh sheet, A-18.1 to ).
//!
//! The person comes with the session of their browser, or through an application that acts as them: an access token with the
//! scope of interfaces. A browser sends its cookie whoever makes it ask, so a call with a session has to come from a page of
//! ours; what changes something has to say so.

use axum::extract::{FromRequestParts, RawQuery};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use protocol::id::hash_secret;
use protocol::time::Time;
use protocol::user::User;
use serde_json::json;
use store::external_accounts::offset::OffsetQuery;
use url::Url;

use super::call::Id;
use super::external_accounts::{ExternalAccountView, find, show_list};
use super::failure::{Entry, Fault};
use super::list::Paging;
use crate::actions::actor::Actor;
use crate::actions::api_caller::of_access_token;
use crate::actions::external_accounts::unlink_own;
use crate::actions::outcome::ActionError;
use crate::app::{App, AppState};
use crate::observe::RequestFacts;
use crate::web::browser::load_signed_in;
use crate::web::extract::{bearer_token, header_text};
use crate::web::reply;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The person who calls.
pub(super) struct Me {
    app: AppState,
    user: User,
    actor: Actor,
}

impl FromRequestParts<AppState> for Me {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Fault> {
        let facts = parts.extensions.get::<RequestFacts>().copied();
        let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
        let client_address = facts.map(|facts| facts.client_address);
        let (user, mut actor) = if parts.headers.contains_key(header::AUTHORIZATION) {
            let value = bearer_token(&parts.headers).ok_or_else(nobody)?;
            of_access_token(app, &hash_secret(value), now, client_address).await?
        } else {
            of_session(app, parts, now).await?
        };
        actor.client_address = client_address.map(|address| address.to_string());
        Ok(Self {
            app: AppState::clone(app),
            user,
            actor,
        })
    }
}

fn nobody() -> Fault {
    Fault::unauthenticated(
        "Sign in in this browser, or send an access token: `Authorization: Bearer ...`.",
        "Bearer realm=\"vestibule\"",
    )
}

async fn of_session(app: &App, parts: &Parts, now: Time) -> Result<(User, Actor), Fault> {
    let signed_in = load_signed_in(app, &parts.headers, now).await?.ok_or_else(nobody)?;
    if !comes_from_us(app, &parts.headers, &parts.method) {
        let message = "A call with the session of a browser has to come from a page of this server.";
        let entry = Entry::new("origin_invalid", "The origin is another one", message);
        return Err(Fault::new(StatusCode::FORBIDDEN, entry));
    }
    let actor = Actor {
        id: Some(signed_in.user.id.clone()),
        ..Actor::default()
    };
    Ok((signed_in.user, actor))
}

/// Whether a browser says that a page of ours asks. Each header field that is there has to say so; without any, only reading
/// is let through, for browsers that send none with it.
fn comes_from_us(app: &App, headers: &HeaderMap, method: &Method) -> bool {
    let own = Url::parse(&app.public_url).map(|url| url.origin().ascii_serialization());
    let given = |name: HeaderName| headers.contains_key(&name).then(|| header_text(headers, name));
    let origin = given(header::ORIGIN).map(|origin| origin.is_some() && origin == own.as_deref().ok());
    let is_safe = matches!(*method, Method::GET | Method::HEAD);
    let site = given(SEC_FETCH_SITE).map(|site| match site {
        Some("same-origin") => true,
        // The person has typed the address.
        Some("none") => is_safe,
        _ => false,
    });
    match (origin, site) {
        (None, None) => is_safe,
        (origin, site) => origin.unwrap_or(true) && site.unwrap_or(true),
    }
}

/// The caller's own, in the order of their making.
pub(super) async fn list(me: Me, RawQuery(query): RawQuery) -> Result<Response, Fault> {
    let paging = Paging::read(query.as_deref(), &[])?;
    let query = OffsetQuery {
        user_id: Some(&me.user.id),
        source_id: None,
        limit: paging.limit,
        offset: paging.offset,
    };
    show_list(&me.app, query).await
}

/// Reads one of the caller's own; one of somebody else looks like none.
pub(super) async fn read(me: Me, Id(id): Id) -> Result<Response, Fault> {
    let account = find(&me.app, &id).await?;
    if account.user_id != me.user.id {
        return Err(Fault::no_external_account());
    }
    Ok(reply::json(StatusCode::OK, &ExternalAccountView::from(account)))
}

/// Takes one of the caller's own away, unless it is the last way in. The answer is the envelope of the browser interface,
/// whose `client` is empty here.
pub(super) async fn unlink(me: Me, Id(id): Id) -> Result<Response, Fault> {
    let account = find(&me.app, &id).await?;
    if account.user_id != me.user.id {
        return Err(Fault::no_external_account());
    }
    match unlink_own(&me.app, &me.actor, &account).await {
        Ok(()) => {
            let response = json!({ "object": "external_account", "id": account.id, "deleted": true });
            let envelope = json!({ "response": response, "client": null });
            Ok(reply::json(StatusCode::OK, &envelope))
        }
        Err(ActionError::NotFound) => Err(Fault::no_external_account()),
        Err(ActionError::Conflict(reason)) => {
            let entry = Entry::new("last_sign_in_method", "This is the last way in", reason);
            Err(Fault::invalid(vec![entry]))
        }
        Err(error) => Err(error.into()),
    }
}

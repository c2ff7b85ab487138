//! A call of a program: whose API token it carries, and what that token may.
//!
//! Every handler of the interface for programs takes a [`Call`], which names what it needs in its type; there is no other way to
//! one than through a token that counts and may do this.

use std::marker::PhantomData;

use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::HeaderMap;
use http::request::Parts;
use protocol::id::hash_secret;
use protocol::time::Time;
use serde_json::{Map, Value};

use super::failure::Fault;
use crate::actions::api_caller::{Caller, of_api_token};
use crate::actions::permissions::Access;
use crate::app::AppState;
use crate::observe::RequestFacts;
use crate::web::extract::bearer_token;
use crate::web::json_body::read_object;

/// What a handler needs of its caller.
pub(super) trait Need {
    /// The resource, as it stands in permissions.
    const RESOURCE: &'static str;
    /// What is done to it.
    const ACCESS: Access;
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident: $resource:literal, $access:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name;

        impl Need for $name {
            const RESOURCE: &'static str = $resource;
            const ACCESS: Access = Access::$access;
        }
    )*};
}

needs! {
    /// `sources:read`.
    ReadProviders: "sources", Read;
    /// `sources:write`.
    WriteProviders: "sources", Write;
    /// `external-accounts:read`.
    ReadAccounts: "external-accounts", Read;
    /// `external-accounts:write`.
    WriteAccounts: "external-accounts", Write;
}

/// A call by somebody who may make it.
#[derive(Debug)]
pub(super) struct Call<N> {
    pub(super) app: AppState,
    pub(super) caller: Caller,
    /// When it came.
    pub(super) now: Time,
    pub(super) headers: HeaderMap,
    need: PhantomData<N>,
}

impl<N: Need> FromRequestParts<AppState> for Call<N> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Fault> {
        let facts = parts.extensions.get::<RequestFacts>().copied();
        let now = facts.map_or_else(|| app.now(), |facts| Time(facts.now_micros));
        let value = bearer_token(&parts.headers).ok_or_else(|| {
            Fault::unauthenticated(
                "Send an API token: `Authorization: Bearer ...`.",
                "Bearer realm=\"vestibule\"",
            )
        })?;
        let caller = of_api_token(app, &hash_secret(value), now).await?;
        let mut caller = caller.ok_or(crate::actions::api_caller::NoCaller::Refused)?;
        if !caller.permissions.allows(N::RESOURCE, N::ACCESS) {
            let permission = format!("{}:{}", N::RESOURCE, N::ACCESS.as_str());
            return Err(Fault::forbidden(format!("This needs the permission `{permission}`.")));
        }
        caller.actor.client_address = facts.map(|facts| facts.client_address.to_string());
        Ok(Self {
            app: AppState::clone(app),
            caller,
            now,
            headers: parts.headers.clone(),
            need: PhantomData,
        })
    }
}

/// The id in the path. What is no text is an id that no record has.
#[derive(Debug)]
pub(super) struct Id(pub(super) String);

impl FromRequestParts<AppState> for Id {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Fault> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        Ok(Self(path.map(|Path(id)| id).unwrap_or_default()))
    }
}

/// The members of a body.
#[derive(Debug)]
pub(super) struct Members(pub(super) Map<String, Value>);

impl FromRequest<AppState> for Members {
    type Rejection = Fault;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Fault> {
        Ok(Self(read_object(request).await?))
    }
}

//! What every page of the dashboard begins with: the administrator, the proof in its forms, and what surrounds it.

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use protocol::refusal::Refusal;
use url::form_urlencoded::byte_serialize;

use super::api::{Answer, Api, Call};
use super::navigation;
use crate::actions::api_caller::Caller;
use crate::app::AppState;
use crate::pages::Frame;
use crate::pages::dashboard::Shell;
use crate::web::browser::{SignedIn, administration};
use crate::web::visit::{Halt, Incoming, Visit, shown_person};

/// A request to a page of the dashboard as it arrives.
pub(super) struct Arrival {
    pub(super) incoming: Incoming,
    api: Api,
}

impl FromRequestParts<AppState> for Arrival {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let api = Extension::<Api>::from_request_parts(parts, app).await;
        let Extension(api) = api.map_err(|error| error.into_response())?;
        let incoming = Incoming::from_request_parts(parts, app).await?;
        Ok(Self { incoming, api })
    }
}

impl Arrival {
    /// What is done with it.
    pub(super) fn visit(&self) -> Visit<'_> {
        self.incoming.visit()
    }

    /// Lets an administrator in. Nobody else sees whether there is a page at this address.
    ///
    /// # Errors
    /// To the sign-in when nobody is signed in; refused for everybody else.
    pub(super) async fn desk<'v>(&'v self, visit: &'v Visit<'v>) -> Result<Desk<'v>, Halt> {
        let Some(here) = visit.load_signed_in().await? else {
            return Err(Halt::Away(self.sign_in()));
        };
        if !visit.app.store.load_is_admin(&here.user).await? {
            return Err(Refusal::AdministratorOnly.into());
        }
        Ok(Desk {
            caller: Caller::administrator(&here.user),
            csrf: visit.browser.csrf(visit.app, &administration(&here.session)),
            path: self.incoming.path(),
            api: &self.api,
            visit,
            here,
        })
    }

    /// The sign-in that comes back here.
    fn sign_in(&self) -> String {
        let mut next = self.incoming.path().to_owned();
        if let Some(query) = self.incoming.query() {
            next.push('?');
            next.push_str(query);
        }
        let next: String = byte_serialize(next.as_bytes()).collect();
        format!("/login?next={next}")
    }
}

/// An administrator at the dashboard.
pub(super) struct Desk<'v> {
    pub(super) visit: &'v Visit<'v>,
    /// Who it is.
    pub(super) here: SignedIn,
    /// The anti-forgery value of all forms.
    pub(super) csrf: String,
    path: &'v str,
    api: &'v Api,
    caller: Caller,
}

impl Desk<'_> {
    /// Calls the management API as this administrator.
    ///
    /// # Errors
    /// For faults of ours; what the API refuses is an answer.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Answer, Halt> {
        Ok(self.api.call(call, &self.caller, self.visit.facts()).await?)
    }

    /// Reads a record or a list.
    ///
    /// # Errors
    /// Refused as not found when there is none.
    pub(super) async fn read(&self, path: &str) -> Result<Answer, Halt> {
        let answer = self.call(Call::get(path)).await?;
        if answer.is_done() {
            Ok(answer)
        } else {
            Err(Refusal::NotFound.into())
        }
    }

    /// Checks that a form was given to this browser and this session.
    ///
    /// # Errors
    /// Refused when it was not.
    pub(super) fn check_form(&self, proof: Option<&str>) -> Result<(), Halt> {
        let purpose = administration(&self.here.session);
        if self.visit.browser.is_own_form(self.visit.app, &purpose, proof) {
            Ok(())
        } else {
            Err(Refusal::CsrfInvalid.into())
        }
    }

    /// What surrounds the page.
    pub(super) fn shell<'s>(&'s self, frame: &Frame<'_>) -> Shell<'s> {
        Shell {
            person: shown_person(&self.here),
            csrf: &self.csrf,
            sections: navigation::sections(frame, self.path),
        }
    }
}

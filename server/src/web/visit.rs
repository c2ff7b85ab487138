//! What every page of this wing begins and ends with: the browser, who is signed in in it, the waiting authorization,
//! and what a refusal looks like.

use axum::Extension;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::records::PendingRequest;
use protocol::refusal::Refusal;
use protocol::time::Time;
use store::StoreError;

use super::browser::{Browser, SignedIn, load_signed_in};
use super::cookies::Cookie;
use super::extract::{BodyError, header_text, read_form, read_query};
use super::reply::{add_header, see_other};
use super::{leave, view};
use crate::actions::authorization::{Advance, Present, Step, find};
use crate::actions::browser_session::Origin;
use crate::app::{App, AppState};
use crate::clients::{By, ClientEntry};
use crate::observe::RequestFacts;
use crate::pages::{Application, Frame, Person};
use crate::texts::spoken;

/// How long the language of the pages is remembered, in seconds.
const LANGUAGE_MEMORY: i64 = 400 * 24 * 60 * 60;

/// How long a choice on a page comes before the wish of an application, in seconds: as long as a sign-in may take.
const CHOICE_MEMORY: i64 = 60 * 60;

/// A request to a page as it arrives.
pub(crate) struct Incoming {
    app: AppState,
    facts: RequestFacts,
    headers: HeaderMap,
    path: String,
    query: Option<String>,
}

impl FromRequestParts<AppState> for Incoming {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Response> {
        let facts = Extension::<RequestFacts>::from_request_parts(parts, app).await;
        let Extension(facts) = facts.map_err(IntoResponse::into_response)?;
        Ok(Self {
            app: AppState::clone(app),
            facts,
            headers: headers_of(parts),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
        })
    }
}

impl Incoming {
    /// What is done with it.
    pub(crate) fn visit(&self) -> Visit<'_> {
        Visit::new(&self.app, self.facts, &self.headers)
    }

    /// What stands before `?`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// What stands behind `?`.
    pub(crate) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}

/// The headers, with the host among them: HTTP/2 has it in `:authority`.
fn headers_of(parts: &Parts) -> HeaderMap {
    let mut headers = parts.headers.clone();
    let authority = parts
        .uri
        .authority()
        .and_then(|authority| authority.as_str().parse().ok());
    if let (false, Some(host)) = (headers.contains_key(header::HOST), authority) {
        headers.insert(header::HOST, host);
    }
    headers
}

/// One request to a page.
pub(crate) struct Visit<'a> {
    pub(crate) app: &'a App,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) browser: Browser,
    pub(crate) now: Time,
    facts: RequestFacts,
}

/// Why a page is not shown.
pub(crate) enum Halt {
    /// A refusal, and the transaction it belongs to.
    Refused(OAuthError, Option<String>),
    /// A form that can not be read.
    Body(BodyError),
    /// A fault of ours.
    Store(StoreError),
    /// Something else comes first.
    Elsewhere(Advance),
    /// Another page of ours comes first.
    Away(String),
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OAuthError> for Halt {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error, None)
    }
}

impl From<Refusal> for Halt {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into(), None)
    }
}

pub(crate) type Shown = Result<Response, Halt>;

impl<'a> Visit<'a> {
    pub(crate) fn new(app: &'a App, facts: RequestFacts, headers: &'a HeaderMap) -> Self {
        Self {
            app,
            headers,
            browser: Browser::of(app, headers),
            now: Time(facts.now_micros),
            facts,
        }
    }

    /// What is known of the request.
    pub(crate) const fn facts(&self) -> RequestFacts {
        self.facts
    }

    /// The id of this request, for the log.
    pub(crate) fn id(&self) -> &str {
        self.facts.id.as_str()
    }

    /// Who is signed in.
    pub(crate) async fn load_signed_in(&self) -> Result<Option<SignedIn>, StoreError> {
        load_signed_in(self.app, self.headers, self.now).await
    }

    /// From where.
    pub(crate) fn origin(&self) -> Origin<'a> {
        Origin {
            now: self.now,
            client_address: self.facts.client_address,
            user_agent: header_text(self.headers, header::USER_AGENT),
            accounts: self.accounts(),
        }
    }

    /// The circumstances for the dispatcher.
    pub(crate) fn step<'s>(&self, here: Option<&'s SignedIn>) -> Step<'s> {
        Step {
            now: self.now,
            client_address: self.facts.client_address,
            browser: self.browser.hash(),
            present: here.map(|here| Present {
                session: &here.session,
                user: &here.user,
            }),
        }
    }

    /// The waiting authorization of a transaction, which must be of this browser, and its application.
    pub(crate) async fn load_waiting(&self, transaction: Option<&str>) -> Result<Waiting, Halt> {
        let unknown = || Halt::from(Refusal::TransactionUnknown);
        let transaction = transaction.ok_or_else(unknown)?;
        let request = find(self.app, transaction, self.browser.hash(), self.now)
            .await?
            .map_err(|error| match error.refusal {
                Refusal::TransactionForeign if self.browser.is_unknown() => self.without_cookie(None),
                _ => error,
            })
            .map_err(|error| Halt::Refused(error, Some(transaction.chars().take(64).collect())))?;
        let entry = self.app.client(By::Id(&request.application_id)).await?;
        Ok(Waiting {
            entry: entry.ok_or_else(unknown)?,
            request,
        })
    }

    pub(crate) fn query(&self, query: Option<&str>) -> Result<Params, Halt> {
        Ok(read_query(query)?)
    }

    pub(crate) async fn form(&self, body: Body) -> Result<Params, Halt> {
        read_form(self.headers, body).await.map_err(Halt::Body)
    }

    /// The surroundings of a page; `wished` from `ui_locales`.
    pub(crate) fn frame(&self, wished: &[String]) -> Frame<'a> {
        view::frame(self.app, self.headers, wished)
    }

    /// Where the dispatcher sends the browser.
    pub(crate) fn advanced(&self, advance: Advance) -> Shown {
        match advance {
            Advance::Refused { error, transaction } => Err(Halt::Refused(error, Some(transaction))),
            other => Ok(self.elsewhere(other)),
        }
    }

    fn elsewhere(&self, advance: Advance) -> Response {
        match advance {
            Advance::Answer(address) => see_other(&address),
            Advance::Post(posting) => leave::form_post(self.app, self.headers, &posting),
            Advance::Ask(page, transaction) => see_other(&page.address(&transaction)),
            Advance::Refused { error, transaction } => view::error_page(self.app, self.headers, &error, &transaction),
        }
    }

    /// Remembers the language that an application wished for, when it is one of ours.
    pub(crate) fn remember_language(&self, response: &mut Response, wished: &[String]) {
        let chosen = Cookie::ChosenLanguage.read(self.headers, self.app.secure);
        if let Some(language) = wished.iter().find_map(|tag| spoken(tag))
            && chosen.is_none()
            && Cookie::Language.read(self.headers, self.app.secure) != Some(language)
        {
            let cookie = Cookie::Language.write(language, Some(LANGUAGE_MEMORY), self.app.secure);
            add_header(response, header::SET_COOKIE, &cookie);
        }
    }

    /// Remembers the language that the person has chosen.
    pub(crate) fn choose_language(&self, response: &mut Response, language: &str) {
        let secure = self.app.secure;
        for cookie in [
            Cookie::Language.write(language, Some(LANGUAGE_MEMORY), secure),
            Cookie::ChosenLanguage.write(language, Some(CHOICE_MEMORY), secure),
        ] {
            add_header(response, header::SET_COOKIE, &cookie);
        }
    }

    /// The answer of a page, with the cookie that names the browser when it has none.
    pub(crate) fn answer(&self, shown: Shown) -> Response {
        let request = self.facts.id.as_str();
        let mut response = match shown {
            Ok(response) => response,
            Err(Halt::Refused(error, transaction)) => {
                let transaction = transaction.as_deref().unwrap_or(request);
                view::error_page(self.app, self.headers, &error, transaction)
            }
            Err(Halt::Body(BodyError { status, error })) => {
                let mut response = view::error_page(self.app, self.headers, &error, request);
                *response.status_mut() = status;
                response
            }
            Err(Halt::Store(error)) => view::fault_page(self.app, self.headers, &error, request),
            Err(Halt::Elsewhere(advance)) => self.elsewhere(advance),
            Err(Halt::Away(address)) => see_other(&address),
        };
        if let Some(cookie) = self.browser.set_cookie(self.app) {
            add_header(&mut response, header::SET_COOKIE, &cookie);
        }
        response
    }
}

/// A waiting authorization and its application.
pub(crate) struct Waiting {
    pub(crate) request: PendingRequest,
    pub(crate) entry: std::sync::Arc<ClientEntry>,
}

impl Waiting {
    /// The application as pages show it.
    pub(crate) fn application(&self) -> Application<'_> {
        shown_application(&self.entry)
    }
}

/// An application as pages show it.
pub(crate) fn shown_application(entry: &ClientEntry) -> Application<'_> {
    let application = &entry.client.application;
    Application {
        name: &application.name,
        icon_url: application.icon_url.as_deref().or(application.logo_uri.as_deref()),
        policy_uri: application.policy_uri.as_deref(),
        tos_uri: application.tos_uri.as_deref(),
    }
}

/// A person as pages show them.
pub(crate) fn shown_person(here: &SignedIn) -> Person<'_> {
    Person {
        name: &here.user.name,
        username: &here.user.username,
    }
}

/// The status of a form that is shown again because of what was in it. Not 401, which would demand a challenge
/// (RFC 9110, section 15.5.2).
pub(crate) const SHOWN_AGAIN: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

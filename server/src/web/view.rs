//! What a handler needs to show a page: the surroundings in the person's language, and the page of a refusal.

use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use protocol::error::{ErrorCode, OAuthError};
use protocol::refusal::Refusal;
use protocol::transaction::Party;
use protocol::upstream::{Made, Source, UpstreamFailure};
use store::StoreError;

use super::cookies::Cookie;
use super::extract::header_text;
use super::reply::store_fault;
use crate::app::App;
use crate::pages::{ErrorPage, Explanation, FormAction, Frame, reply, source_problem_words};
use crate::recorder;
use crate::texts::parse_accept_language;

/// The surroundings of a page. What the person has just chosen comes before `wished` (from `ui_locales`), that before what is
/// remembered, and that before `Accept-Language`.
#[must_use]
pub fn frame<'a>(app: &'a App, headers: &HeaderMap, wished: &[String]) -> Frame<'a> {
    let accepted = header_text(headers, header::ACCEPT_LANGUAGE)
        .map(parse_accept_language)
        .unwrap_or_default();
    let chosen = Cookie::ChosenLanguage.read(headers, app.secure);
    let remembered = Cookie::Language.read(headers, app.secure);
    let tags = chosen
        .into_iter()
        .chain(wished.iter().map(String::as_str))
        .chain(remembered)
        .chain(accepted);
    Frame {
        speech: app.texts.choose(tags),
        assets: &app.assets,
        demonstration: app.demonstration,
    }
}

/// The page of a refusal. `transaction`: the authorization, or the request where there is none.
#[must_use]
pub fn error_page(app: &App, headers: &HeaderMap, error: &OAuthError, transaction: &str) -> Response {
    note_refusal(error, transaction);
    let mut response = error_page_with(app, headers, error, transaction, None);
    response.extensions_mut().insert(ShownRefusal::Plain {
        error: error.clone(),
        transaction: transaction.to_owned(),
    });
    response
}

/// A refusal that is shown on a page. It goes along with the answer inside the process, so that the page can be written anew for
/// an administrator.
#[derive(Clone, Debug)]
pub(super) enum ShownRefusal {
    /// By [`error_page`].
    Plain {
        /// Why.
        error: OAuthError,
        /// The transaction to quote.
        transaction: String,
    },
    /// By [`source_problem_page`].
    Source {
        /// What happened.
        failure: Box<UpstreamFailure>,
        /// The source, when it is known.
        source: Option<Box<Source>>,
        /// The way to another attempt.
        back: String,
        /// Where the same attempt begins anew.
        again: Option<String>,
        /// The transaction to quote.
        transaction: String,
    },
}

impl ShownRefusal {
    /// Why.
    pub(super) fn error(&self) -> &OAuthError {
        match self {
            Self::Plain { error, .. } => error,
            Self::Source { failure, .. } => &failure.error,
        }
    }

    /// The page once more, with its explanation.
    pub(super) fn explained(&self, app: &App, headers: &HeaderMap, explanation: Explanation<'_>) -> Response {
        match self {
            Self::Plain { error, transaction } => error_page_with(app, headers, error, transaction, Some(explanation)),
            Self::Source {
                failure,
                source,
                back,
                again,
                transaction,
            } => {
                let problem = SourceProblem {
                    failure,
                    source: source.as_deref(),
                    back,
                    again: again.as_deref(),
                    transaction,
                };
                source_problem_with(app, headers, &problem, Some(explanation))
            }
        }
    }
}

fn error_page_with(
    app: &App,
    headers: &HeaderMap,
    error: &OAuthError,
    transaction: &str,
    explained: Option<Explanation<'_>>,
) -> Response {
    let frame = frame(app, headers, &[]);
    let status = match error.refusal {
        Refusal::SubjectDisabled
        | Refusal::ConsentDenied
        | Refusal::FirstUseDenied
        | Refusal::FirstUseNotAllowed
        | Refusal::CookieMissing
        | Refusal::AddressMismatch
        | Refusal::BrowserForeign
        | Refusal::CsrfInvalid
        | Refusal::AdministratorOnly
        | Refusal::TransactionForeign => 403,
        Refusal::TooManyRequests => 429,
        Refusal::NotFound => 404,
        Refusal::MethodNotAllowed => 405,
        Refusal::SetupLinkInvalid | Refusal::MailLinkInvalid => 410,
        _ => match error.code() {
            ErrorCode::TemporarilyUnavailable => 503,
            ErrorCode::ServerError => 500,
            _ => 400,
        },
    };
    let expected: Vec<&str> = error
        .expected
        .as_deref()
        .into_iter()
        .flat_map(|text| text.split(' '))
        .collect();
    let home = frame.say("home-title");
    let code = error.refusal.code();
    let said = frame.find(&format!("refusal-{code}"));
    let advised = frame.find(&format!("refusal-{code}-next"));
    let page = ErrorPage {
        frame: &frame,
        status,
        code,
        transaction,
        title: None,
        what: said.as_deref().unwrap_or(error.public()),
        given: error.given.as_deref(),
        // Registered addresses are for administrators; strangers see what they sent, not what would have worked.
        expected: if reveals_registration(error.refusal) {
            &[]
        } else {
            &expected
        },
        next: Some(advised.as_deref().unwrap_or(error.refusal.advice())),
        way_on: leads_home(error.refusal).then_some(("/", home.as_str())),
        explained,
    };
    send(status, &page)
}

/// An error page with its status, and when to come again where that is all there is to do.
fn send(status: u16, page: &ErrorPage<'_>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = reply(status, page, &forms_of(page));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, http::HeaderValue::from_static("2"));
    }
    response
}

/// Notes a refusal that is shown on a page. Addresses that lead nowhere are not worth a record, and neither is a sign-in that is
/// over: its own record, if there is one, says how it ended.
fn note_refusal(error: &OAuthError, transaction: &str) {
    match error.refusal {
        Refusal::NotFound
        | Refusal::MethodNotAllowed
        | Refusal::BodyTooLarge
        | Refusal::AdministratorOnly
        | Refusal::TransactionUnknown => {}
        _ => {
            recorder::belongs_to(transaction);
            recorder::refused("page", error);
            recorder::refused_answer(Party::Browser, "page");
        }
    }
}

/// Why somebody did not come in through a source, for its page.
#[derive(Clone, Copy, Debug)]
pub struct SourceProblem<'a> {
    /// What happened.
    pub failure: &'a UpstreamFailure,
    /// The source, when it is known. One that was made in authn.sh's dialect fails with a code of that dialect.
    pub source: Option<&'a Source>,
    /// The way to another attempt.
    pub back: &'a str,
    /// Where the same attempt begins anew.
    pub again: Option<&'a str>,
    /// The transaction to quote.
    pub transaction: &'a str,
}

/// The page of a sign-in through a source that failed: which check it was, what the source said, and the way back. What was
/// expected is for administrators and stands in the log.
#[must_use]
pub fn source_problem_page(app: &App, headers: &HeaderMap, problem: &SourceProblem<'_>) -> Response {
    let mut response = source_problem_with(app, headers, problem, None);
    response.extensions_mut().insert(ShownRefusal::Source {
        failure: Box::new(problem.failure.clone()),
        source: problem.source.cloned().map(Box::new),
        back: problem.back.to_owned(),
        again: problem.again.map(str::to_owned),
        transaction: problem.transaction.to_owned(),
    });
    response
}

fn source_problem_with(
    app: &App,
    headers: &HeaderMap,
    problem: &SourceProblem<'_>,
    explained: Option<Explanation<'_>>,
) -> Response {
    let frame = frame(app, headers, &[]);
    let error = &problem.failure.error;
    let made = problem.source.map(|source| source.made);
    let status = match error.code() {
        // A provider that is switched off is none there (authn.sh sheet, A-10.4).
        _ if made == Some(Made::AuthnSh) && error.refusal == Refusal::UpstreamSourceDisabled => 404,
        ErrorCode::TemporarilyUnavailable => 503,
        ErrorCode::AccessDenied => 403,
        _ if matches!(
            error.refusal,
            Refusal::TransactionForeign | Refusal::CookieMissing | Refusal::AddressMismatch
        ) =>
        {
            403
        }
        _ => 400,
    };
    let code = error.refusal.code();
    let said = frame.find(&format!("refusal-{code}"));
    let advised = frame.find(&format!("refusal-{code}-next"));
    let name = problem.source.map(|source| source.name.as_str());
    let (title, back) = source_problem_words(&frame, name);
    // Where the browser was and should have been is for the person; what else was expected is not.
    let is_elsewhere = error.refusal == Refusal::AddressMismatch;
    let came_as = error.given.as_deref().filter(|_| is_elsewhere);
    let expected: Vec<&str> = error.expected.as_deref().filter(|_| is_elsewhere).into_iter().collect();
    let in_dialect = match made {
        Some(Made::AuthnSh) => Some(problem.failure.authn_sh_code()),
        _ => None,
    };
    let page = ErrorPage {
        frame: &frame,
        status,
        code: in_dialect.as_deref().unwrap_or(code),
        transaction: problem.transaction,
        title: title.as_deref(),
        what: said.as_deref().unwrap_or(error.public()),
        given: problem.failure.description.as_deref().or(came_as),
        expected: expected.as_slice(),
        next: Some(advised.as_deref().unwrap_or(error.refusal.advice())),
        way_on: Some((problem.back, &back)),
        explained,
    };
    send(status, &page)
}

/// Where the forms of a page of a refusal may lead: a repair begins the request anew, which may end at the application.
fn forms_of(page: &ErrorPage<'_>) -> FormAction {
    match page.explained {
        Some(_) => FormAction::Anywhere,
        None => FormAction::None,
    }
}

/// Whether our start page is a way on: for a person who is lost, not for an application that asks wrongly.
const fn leads_home(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::TransactionUnknown
            | Refusal::TransactionForeign
            | Refusal::CookieMissing
            | Refusal::BrowserForeign
            | Refusal::CsrfInvalid
            | Refusal::AdministratorOnly
            | Refusal::MailLinkInvalid
            | Refusal::NotFound
    )
}

const fn reveals_registration(refusal: Refusal) -> bool {
    matches!(
        refusal,
        Refusal::RedirectUriMissing | Refusal::RedirectUriMismatch | Refusal::LogoutRedirectMismatch
    )
}

/// The page of a fault of ours.
#[must_use]
pub fn fault_page(app: &App, headers: &HeaderMap, error: &StoreError, transaction: &str) -> Response {
    error_page(app, headers, &store_fault(error), transaction)
}

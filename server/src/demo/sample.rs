//! The sample application: a small web application with a listener of its own that signs people in through Vestibule.
//!
//! It stands outside: it talks HTTP to the provider and shares nothing with it but the process. `sample/relying_party.rs` owns the
//! protocol, `sample/id_token.rs` the checks of ID tokens, `sample/channel.rs` the wire, `sample/sessions.rs` who is signed in here,
//! `sample/show.rs` the pages.

mod channel;
mod endpoints;
mod id_token;
mod relying_party;
mod sessions;
mod show;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, header};
use protocol::params::Params;
use protocol::time::Time;
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

use self::channel::Channel;
use self::relying_party::{Registration, RelyingParty};
use self::sessions::{Session, Sessions};
use self::show::SCOPES;
use crate::assets::Assets;
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::texts::{TextError, Texts};
use crate::web::extract::{header_text, read_form, read_query};
use crate::web::reply::{add_header, empty, see_other};

/// The values of `prompt` (OpenID Connect Core, section 3.1.2.1) that the start page offers.
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

/// What the application shows when something went wrong: a registered error code, or a word of its own, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    code: String,
    description: String,
}

impl Problem {
    fn new(code: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            description: description.into(),
        }
    }
}

/// What the application has to be told.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// Its name.
    pub(super) name: String,
    /// Its own address, with a slash at its end.
    pub(super) address: Url,
    /// The public address of the provider.
    pub(super) provider: Url,
    /// Where the provider listens.
    pub(super) provider_address: SocketAddr,
    /// The issuer that it trusts.
    pub(super) issuer: String,
    /// Its client id.
    pub(super) client_id: String,
    /// Its client secret.
    pub(super) client_secret: SecretString,
    /// User name and password of the person that the start page suggests.
    pub(super) credentials: (&'static str, &'static str),
    /// The clock.
    pub(super) clock: Clock,
}

impl Settings {
    /// Where the browser comes back to after a sign-in.
    #[must_use]
    pub(super) fn redirect_uri(address: &Url) -> String {
        format!("{address}callback")
    }
}

struct Application {
    settings: Settings,
    relying_party: RelyingParty,
    sessions: Sessions,
    texts: Texts,
    assets: Assets,
}

type Shared = Arc<Application>;

/// The routes of the application.
///
/// # Errors
/// When the texts of the pages can not be read.
pub(super) fn routes(settings: Settings) -> Result<Router, TextError> {
    let application = Application {
        relying_party: RelyingParty {
            registration: Registration {
                issuer: settings.issuer.clone(),
                client_id: settings.client_id.clone(),
                client_secret: settings.client_secret.clone(),
                redirect_uri: Settings::redirect_uri(&settings.address),
                post_logout_redirect_uri: settings.address.to_string(),
            },
            channel: Channel {
                address: settings.provider_address,
                public_url: settings.provider.clone(),
            },
            entropy: SystemEntropy,
        },
        sessions: Sessions::default(),
        texts: Texts::load()?,
        assets: Assets::load(),
        settings,
    };
    Ok(Router::new()
        .route("/", get(show))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/action", post(act))
        .route("/assets/{file}", get(asset))
        .with_state(Arc::new(application)))
}

impl Application {
    fn now(&self) -> Time {
        Time(self.settings.clock.now_micros())
    }

    /// Back to the first page, with something to say there.
    async fn report(&self, headers: &HeaderMap, problem: Problem) -> Response {
        let now = self.now();
        let mut response = see_other("/");
        if let Some(session) = self.sessions.find(headers, now) {
            session.lock().await.problem = Some(problem);
        } else {
            let session = Session {
                problem: Some(problem),
                ..Session::default()
            };
            let cookie = self.sessions.replace(headers, session, now);
            add_header(&mut response, header::SET_COOKIE, &cookie);
        }
        response
    }
}

async fn show(State(application): State<Shared>, headers: HeaderMap) -> Response {
    let Some(session) = application.sessions.find(&headers, application.now()) else {
        return application.start_page(&headers, None);
    };
    let mut session = session.lock().await;
    let problem = session.problem.take();
    match &session.signed_in {
        Some(signed_in) => application.result_page(&headers, &session.csrf, signed_in, problem.as_ref()),
        None => application.start_page(&headers, problem.as_ref()),
    }
}

async fn sign_in(State(application): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let chosen: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let has = |wanted: &str, value: &str| chosen.iter().any(|(name, given)| name == wanted && given == value);
    let mut scopes = vec!["openid"];
    scopes.extend(SCOPES.iter().map(|scope| scope.name).filter(|name| has("scope", name)));
    let prompt = PROMPTS.into_iter().find(|prompt| has("prompt", prompt));
    let (address, pending) = match application.relying_party.begin(&scopes.join(" "), prompt).await {
        Ok(begun) => begun,
        Err(problem) => return application.report(&headers, problem).await,
    };
    let mut response = see_other(address.as_str());
    let now = application.now();
    if let Some(session) = application.sessions.find(&headers, now) {
        session.lock().await.remember(pending);
    } else {
        let mut session = Session::default();
        session.remember(pending);
        let cookie = application.sessions.replace(&headers, session, now);
        add_header(&mut response, header::SET_COOKIE, &cookie);
    }
    response
}

async fn callback(State(application): State<Shared>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let now = application.now();
    let Ok(params) = read_query(query.as_deref()) else {
        let problem = Problem::new("invalid_response", "The answer of Vestibule can't be read.");
        return application.report(&headers, problem).await;
    };
    // The sign-in must have begun in this browser, and its answer counts once (RFC 9700, section 4.7.1).
    let Some(pending) = take_pending(&application, &headers, &params, now).await else {
        let problem = Problem::new(
            "state_mismatch",
            "This answer belongs to no sign-in that began in this browser.",
        );
        return application.report(&headers, problem).await;
    };
    match application.relying_party.finish(pending, &params, now).await {
        Ok(signed_in) => {
            let session = Session {
                signed_in: Some(signed_in),
                ..Session::default()
            };
            let cookie = application.sessions.replace(&headers, session, now);
            let mut response = see_other("/");
            add_header(&mut response, header::SET_COOKIE, &cookie);
            response
        }
        Err(problem) => application.report(&headers, problem).await,
    }
}

async fn take_pending(
    application: &Application,
    headers: &HeaderMap,
    params: &Params,
    now: Time,
) -> Option<relying_party::Pending> {
    let session = application.sessions.find(headers, now)?;
    session.lock().await.take_pending(params.get("state")?)
}

async fn act(State(application): State<Shared>, headers: HeaderMap, body: Body) -> Response {
    let form = match read_form(&headers, body).await {
        Ok(form) => form,
        Err(error) => return error.into_json(),
    };
    let now = application.now();
    let Some(session) = application.sessions.find(&headers, now) else {
        return see_other("/");
    };
    let mut session = session.lock().await;
    let given = form.get("csrf").unwrap_or_default();
    if !bool::from(given.as_bytes().ct_eq(session.csrf.as_bytes())) {
        return empty(StatusCode::FORBIDDEN);
    }
    let Some(signed_in) = &mut session.signed_in else {
        return see_other("/");
    };
    let outcome = match form.get("action") {
        Some("refresh") => application.relying_party.refresh(signed_in, now).await,
        Some("userinfo") => application.relying_party.update_userinfo(signed_in).await,
        Some("sign_out") => match application.relying_party.sign_out_address(signed_in) {
            Ok(address) => {
                session.signed_in = None;
                return see_other(address.as_str());
            }
            Err(problem) => Err(problem),
        },
        _ => return empty(StatusCode::BAD_REQUEST),
    };
    session.problem = outcome.err();
    see_other("/")
}

async fn asset(State(application): State<Shared>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    application
        .assets
        .reply(&file, header_text(&headers, header::IF_NONE_MATCH))
}

//! Signing in through a source, from the moment a browser leaves for it to the moment the person is known.
//!
//! `protocol::upstream` says what is sent and judges what comes back; here are the sockets, the database and the clock. A
//! browser leaves with a state that works once, for a short time, and in this browser only. Nothing is written before the
//! source has answered everything and the linking decision is made; then everything is written at once.

pub mod arrival;
pub mod arrive;
pub mod depart;
mod exchange;
mod finish;
mod groups;
mod link;
mod policies;
pub mod profiles;
pub mod replay;

use std::sync::Arc;

use protocol::id::{SecretHash, hash_secret, new_secret};
use protocol::params::Params;
use protocol::time::{SECOND, Time};
use protocol::transaction::{Party, Step as RecordedStep, StepKind, TransactionKind, mask};
use protocol::upstream::{self, Begun, Made, Start, Upstream, UpstreamFailure};
use protocol::writes::Write;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::StoreError;
use store::source_visits::SourceVisit;

use super::browser_session::{Origin, event, micros};
use super::source_calls;
use crate::app::App;
use crate::recorder;

pub use exchange::{Lost, return_from};
pub use finish::{Waiting, complete, hold, load_arrival};

/// How long the state of a source of authn.sh's dialect works (its own words: sixty seconds).
const AUTHN_SH_LIFETIME: i64 = 60 * SECOND;

/// What a person wants who leaves for a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Errand {
    /// The authorization that waits for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// A path of ours to go on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The session of the person who wants to link the account there to their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The address under which the browser began, when it was not ours: its cookies do not come along to the callback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<String>,
}

/// A person who leaves.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// What they want.
    pub errand: &'a Errand,
    /// The browser.
    pub browser: SecretHash,
    /// The parameters of our own start address.
    pub query: &'a Params,
    /// The parameters of the application's authorization request.
    pub request: &'a Params,
    /// Who they say they are.
    pub login_hint: Option<&'a str>,
    /// From where.
    pub client_address: std::net::IpAddr,
    /// When.
    pub now: Time,
    /// The transaction that checks belong to.
    pub transaction: &'a str,
}

/// Why somebody does not come in through a source.
#[derive(Debug)]
pub enum NotIn {
    /// It was refused.
    Refused(Box<UpstreamFailure>),
    /// A fault of ours.
    Store(StoreError),
}

impl From<StoreError> for NotIn {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<UpstreamFailure> for NotIn {
    fn from(failure: UpstreamFailure) -> Self {
        Self::Refused(Box::new(failure))
    }
}

impl From<protocol::error::OAuthError> for NotIn {
    fn from(error: protocol::error::OAuthError) -> Self {
        UpstreamFailure::from(error).into()
    }
}

impl From<protocol::refusal::Refusal> for NotIn {
    fn from(refusal: protocol::refusal::Refusal) -> Self {
        UpstreamFailure::from(refusal).into()
    }
}

/// Sends a browser to a source: the address to go to.
///
/// # Errors
/// See [`NotIn`].
pub async fn begin(app: &App, upstream: &Arc<Upstream>, leaving: Leaving<'_>) -> Result<String, NotIn> {
    recorder::belongs_to(leaving.transaction);
    recorder::of_source(&upstream.source.key);
    if leaving.errand.transaction.is_none() {
        recorder::concerns(TransactionKind::Source);
    }
    policies::check_start(app, upstream, &leaving).await?;
    let state = new_secret(&app.entropy);
    let redirect_uri = upstream.source.redirect_uri(&app.public_url);
    let env = app.env(leaving.now, leaving.transaction);
    let pieces: Vec<String> = leaving.request.get("connection_scope").map_or_else(Vec::new, |list| {
        let pieces = list.split(',').map(str::trim).filter(|piece| !piece.is_empty());
        pieces.map(str::to_owned).collect()
    });
    let spaced = upstream.source.option("useOauthSpecScope") == Some(&true.into());
    let start = Start {
        redirect_uri: &redirect_uri,
        state: &state,
        query: leaving.query,
        request: leaving.request,
        login_hint: leaving.login_hint,
        connection_scope: &pieces,
        scope_separator: if spaced || upstream.source.made != Made::Auth0 {
            ' '
        } else {
            ','
        },
    };
    let redirect = match upstream::begin(&env, upstream, &start)? {
        Begun::Redirect(redirect) => redirect,
        Begun::Call { call, pending } => {
            let reply = source_calls::send(app, &call).await;
            pending.finish(&reply)?
        }
    };
    let lifetime = match upstream.source.made {
        Made::AuthnSh => AUTHN_SH_LIFETIME,
        Made::Native | Made::Auth0 => micros(app.config.state_lifetime),
    };
    let visit = SourceVisit {
        hash: hash_secret(&state),
        browser: leaving.browser,
        source_id: upstream.source.id.clone(),
        body: serde_json::to_string(leaving.errand).map_err(StoreError::from)?,
        secrets: zeroize::Zeroizing::new(serde_json::to_vec(&redirect.secrets).map_err(StoreError::from)?),
        created_at: leaving.now,
        expires_at: leaving.now.plus(lifetime),
    };
    let statement = app.store.begin_source_visit(visit, &app.entropy)?;
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    recorder::note(|| {
        let step = RecordedStep::new(StepKind::Redirect, Party::Vestibule, Party::Source, "authorize");
        step.given(mask::answer(&redirect.url))
    });
    Ok(redirect.url)
}

/// Notes that somebody who came back from a source was turned away. `who`: their identifier there, as far as it is known.
///
/// # Errors
/// When the database is unavailable.
pub async fn note_refusal(
    app: &App,
    upstream: &Upstream,
    failure: &UpstreamFailure,
    who: Option<&str>,
    origin: Origin<'_>,
) -> Result<(), StoreError> {
    let mut entry = event(app, origin, "login_failed", None, None, &[]);
    entry.detail = json!({
        "source": upstream.source.key, "reason": failure.error.refusal.code(), "provider_user_id": who,
        "detail": failure.error.detail, "said": failure.description, "error": failure.upstream_error,
        "status": failure.status, "redirect_uri": upstream.source.redirect_uri(&app.public_url),
    });
    app.store.commit(vec![Write::CreateEvent(Box::new(entry))]).await
}

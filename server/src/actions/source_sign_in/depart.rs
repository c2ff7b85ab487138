//! A browser leaves for a source that offers itself, for an application that waits or without one.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::client::Application;
use protocol::id::SecretHash;
use protocol::params::Params;
use protocol::records::PendingRequest;
use protocol::time::Time;
use protocol::upstream::{SourceKind, Upstream};
use protocol::writes::Write;
use store::StoreError;

use super::{Errand, Leaving, NotIn, begin};
use crate::app::App;

/// Longer names are nobody's.
const LONGEST_HINT: usize = 255;

/// Somebody who wants to leave.
#[derive(Clone, Copy, Debug)]
pub struct Departure<'a> {
    /// The key of the source.
    pub key: &'a str,
    /// The authorization that waits, and its application.
    pub waiting: Option<(&'a PendingRequest, &'a Application)>,
    /// The parameters of our own start address.
    pub query: &'a Params,
    /// A path of ours to go on to, when nothing waits.
    pub next: Option<&'a str>,
    /// The browser.
    pub browser: SecretHash,
    /// The address under which it came, when it was not ours.
    pub begun_at: Option<&'a str>,
    /// From where.
    pub client_address: IpAddr,
    /// When.
    pub now: Time,
    /// The request, when no transaction is known.
    pub request: &'a str,
}

/// Why nobody leaves.
#[derive(Debug)]
pub enum NotGone {
    /// There is no such source, or it does not offer itself here.
    Unknown,
    /// The source can not be used now.
    Failed {
        /// What the person wanted.
        errand: Errand,
        /// From where they wanted to come.
        upstream: Arc<Upstream>,
        /// Why.
        why: NotIn,
    },
}

/// Takes the source that an application has named out of its request: the wish is followed once, and who comes back without
/// having got in chooses for themselves. `None`: there is none any more, or somebody else follows it.
///
/// # Errors
/// When the database is unavailable.
pub async fn take_wish(app: &App, waiting: &mut PendingRequest) -> Result<Option<String>, StoreError> {
    let Some(key) = waiting.state.wish.source.take() else {
        return Ok(None);
    };
    let update = Write::UpdatePending {
        id: waiting.id.clone(),
        state: Box::new(waiting.state.clone()),
    };
    match app.store.commit(vec![update]).await {
        Ok(()) => Ok(Some(key)),
        Err(StoreError::Conflict) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The address at the source to go to.
///
/// # Errors
/// See [`NotGone`].
pub async fn depart(app: &App, departure: Departure<'_>) -> Result<String, NotGone> {
    let Departure { waiting, now, .. } = departure;
    let snapshot = app.snapshot();
    let application = waiting.map(|(_, application)| application);
    let waiting = waiting.map(|(waiting, _)| waiting);
    // Without an application the source must be one that Vestibule's own page offers: the session serves all of them.
    let upstream = snapshot
        .sources
        .offered(application)
        .find(|found| found.source.key == departure.key)
        .ok_or(NotGone::Unknown)?;
    let errand = Errand {
        transaction: waiting.map(|waiting| waiting.id.clone()),
        next: departure.next.map(str::to_owned),
        link: None,
        begun_at: departure.begun_at.map(str::to_owned),
    };
    let request = waiting
        .map(|waiting| waiting.state.wish.parameters())
        .unwrap_or_default();
    // What the person has typed counts more than whom the application means; only OpenID Connect knows the word.
    let typed = departure
        .query
        .get("login_hint")
        .filter(|hint| upstream.source.kind == SourceKind::Oidc && hint.chars().count() <= LONGEST_HINT);
    let leaving = Leaving {
        errand: &errand,
        browser: departure.browser,
        query: departure.query,
        request: &request,
        login_hint: typed.or(waiting.and_then(|waiting| waiting.state.request.login_hint.as_deref())),
        client_address: departure.client_address,
        now,
        transaction: errand.transaction.as_deref().unwrap_or(departure.request),
    };
    match begin(app, upstream, leaving).await {
        Ok(address) => Ok(address),
        Err(why) => Err(NotGone::Failed {
            errand,
            upstream: Arc::clone(upstream),
            why,
        }),
    }
}

//! Somebody came from a source and has to say something before they get an account: what is known of them waits, sealed, for
//! this browser and a short time.

use std::sync::Arc;

use protocol::id::{SecretHash, hash_secret, new_secret};
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::upstream::{Entered, Profile, Upstream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::StoreError;
use store::source_visits::SourceVisit;

use super::arrival::Arrival;
use super::arrive::{Arrived, Here, arrive};
use super::{Errand, NotIn};
use crate::actions::browser_session::micros;
use crate::actions::source_calls::KeptTokens;
use crate::app::App;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Held {
    profile: Profile,
    tokens: KeptTokens,
    #[serde(default)]
    said: Option<Map<String, Value>>,
}

/// What stands beside it.
#[derive(Serialize, Deserialize)]
struct Open {
    errand: Errand,
    missing: Vec<String>,
}

/// Somebody who waits.
#[derive(Debug)]
pub struct Waiting {
    /// The secret in the address of their page.
    pub token: String,
    /// From where they came.
    pub upstream: Arc<Upstream>,
    /// What they wanted.
    pub errand: Errand,
    /// Who they are there.
    pub arrival: Arrival,
    /// What they have to say.
    pub missing: Vec<String>,
    hash: SecretHash,
}

/// Lets somebody wait. Answers the secret of their page.
///
/// # Errors
/// When the database is unavailable.
pub async fn hold(
    app: &App,
    upstream: &Upstream,
    errand: &Errand,
    arrival: Arrival,
    missing: &[&'static str],
    browser: SecretHash,
    now: Time,
) -> Result<String, StoreError> {
    let token = new_secret(&app.entropy);
    let open = Open {
        errand: errand.clone(),
        missing: missing.iter().map(|&name| name.to_owned()).collect(),
    };
    let held = Held {
        profile: arrival.profile,
        tokens: arrival.tokens,
        said: arrival.said,
    };
    let visit = SourceVisit {
        hash: hash_secret(&token),
        browser,
        source_id: upstream.source.id.clone(),
        body: serde_json::to_string(&open)?,
        secrets: zeroize::Zeroizing::new(serde_json::to_vec(&held)?),
        created_at: now,
        expires_at: now.plus(micros(app.config.state_lifetime)),
    };
    let statement = app.store.begin_source_arrival(visit, &app.entropy)?;
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    Ok(token)
}

/// Who waits behind a secret, in this browser; `None`: nobody, or nobody any more.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_arrival(
    app: &App,
    token: &str,
    browser: SecretHash,
    now: Time,
) -> Result<Option<Waiting>, StoreError> {
    let hash = hash_secret(token);
    let Some(visit) = app.store.load_source_arrival(hash).await? else {
        return Ok(None);
    };
    if visit.browser != browser || now >= visit.expires_at {
        return Ok(None);
    }
    let snapshot = app.snapshot();
    let Some(upstream) = snapshot
        .sources
        .of_id(&visit.source_id)
        .filter(|found| found.source.enabled)
    else {
        return Ok(None);
    };
    let open: Open = serde_json::from_str(&visit.body)?;
    let held: Held = serde_json::from_slice(&visit.secrets)?;
    Ok(Some(Waiting {
        token: token.to_owned(),
        upstream: Arc::clone(upstream),
        errand: open.errand,
        arrival: Arrival {
            profile: held.profile,
            tokens: held.tokens,
            said: held.said,
        },
        missing: open.missing,
        hash,
    }))
}

/// Goes on with what the person said. Whoever is let in waits no more.
///
/// # Errors
/// See [`NotIn`].
pub async fn complete(app: &App, waiting: &Waiting, entered: &Entered, here: Here<'_>) -> Result<Arrived, NotIn> {
    let end = [app.store.end_source_arrival(waiting.hash)];
    match arrive(app, &waiting.upstream, &waiting.arrival, Some(entered), here, &end).await {
        // The same form was sent twice, and the other one came first.
        Err(NotIn::Store(StoreError::Conflict)) if app.store.load_source_arrival(waiting.hash).await?.is_none() => {
            Err(Refusal::TransactionUnknown.into())
        }
        other => other,
    }
}

//! A browser comes back from a source: its state is taken, the source is asked everything, and whoever came is known.

use std::sync::Arc;

use protocol::id::{SecretHash, hash_secret};
use protocol::params::Params;
use protocol::recorder::{Observation, Recorder as _, Verdict};
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step as RecordedStep, StepKind, TransactionKind, mask};
use protocol::upstream::{Answer, Exchange, Made, Resumed, Secrets, Step, Upstream, UpstreamFailure};
use store::StoreError;
use store::source_visits::SourceVisit;

use super::{Errand, NotIn};
use crate::actions::source_calls;
use crate::app::App;
use crate::recorder;

/// A sign-in has a handful of steps; more are a mistake of ours.
const MOST_STEPS: usize = 16;

/// Somebody who came back.
#[derive(Debug)]
pub struct Returned {
    /// From where.
    pub upstream: Arc<Upstream>,
    /// What they wanted.
    pub errand: Errand,
    /// What the source said.
    pub answer: Answer,
}

/// Why nobody came back, and what they wanted as far as that is known.
#[derive(Debug)]
pub struct Lost {
    /// What they wanted.
    pub errand: Errand,
    /// From where they came.
    pub upstream: Option<Arc<Upstream>>,
    /// Why.
    pub why: NotIn,
    /// The address under which the browser began, when it was not ours and another browser came back.
    pub begun_at: Option<String>,
}

impl Lost {
    fn unknown(why: impl Into<NotIn>) -> Self {
        Self {
            errand: Errand::default(),
            upstream: None,
            why: why.into(),
            begun_at: None,
        }
    }

    /// The browser that came back is not the one that left, or did not bring its cookie along.
    fn foreign(visit: &SourceVisit) -> Self {
        let errand: Errand = serde_json::from_str(&visit.body).unwrap_or_default();
        Self {
            begun_at: errand.begun_at,
            ..Self::unknown(Refusal::TransactionForeign)
        }
    }
}

/// Takes the state of a callback and asks the source everything. `key`: the source that the address names; `None`: the
/// address is the same for all.
///
/// # Errors
/// See [`Lost`].
pub async fn return_from(
    app: &App,
    key: Option<&str>,
    params: &Params,
    browser: SecretHash,
    transaction: &str,
) -> Result<Returned, Lost> {
    recorder::concerns(TransactionKind::Source);
    recorder::begins_with(|| {
        let step = RecordedStep::new(StepKind::Request, Party::Source, Party::Vestibule, "callback");
        step.given(mask::parameters(params))
    });
    let visit = take(app, params, browser).await?;
    let errand: Errand = serde_json::from_str(&visit.body).map_err(|error| Lost::unknown(StoreError::from(error)))?;
    if let Some(transaction) = &errand.transaction {
        recorder::belongs_to(transaction);
    }
    let upstream = app.snapshot().sources.of_id(&visit.source_id).cloned();
    if let Some(found) = &upstream {
        recorder::of_source(&found.source.key);
    }
    let lost = |why: NotIn| Lost {
        errand: errand.clone(),
        upstream: upstream.clone(),
        why,
        begun_at: None,
    };
    let refused = |refusal: Refusal| lost(NotIn::from(refusal));
    let Some(found) = upstream.clone() else {
        return Err(refused(Refusal::UpstreamSourceDisabled));
    };
    // RFC 9700, section 4.4: an answer of one source is never taken for that of another. The address that is the same for several
    // is only for those that have no other.
    let is_its_own = key.map_or(found.source.made == Made::Auth0, |key| key == found.source.key);
    if !is_its_own || is_of_another(app, &found, params) {
        return Err(refused(Refusal::UpstreamStateInvalid));
    }
    if !found.source.enabled {
        return Err(refused(Refusal::UpstreamSourceDisabled));
    }
    let secrets: Secrets = match serde_json::from_slice(&visit.secrets) {
        Ok(secrets) => secrets,
        Err(error) => return Err(lost(NotIn::Store(error.into()))),
    };
    let transaction = errand.transaction.as_deref().unwrap_or(transaction);
    match ask(app, &found, secrets, params, transaction).await {
        Ok(answer) => Ok(Returned {
            upstream: found,
            errand,
            answer,
        }),
        Err(failure) => {
            let observation = Observation {
                check: "upstream",
                verdict: Verdict::Refused(&failure.error),
            };
            app.recorder.observe(transaction, &observation);
            Err(lost(failure.into()))
        }
    }
}

/// Whether an answer names the issuer of another source, while this one has none to compare it with (RFC 9207, section 2.4).
fn is_of_another(app: &App, upstream: &Upstream, params: &Params) -> bool {
    let Some(given) = params.get("iss").filter(|_| upstream.source.issuer.is_none()) else {
        return false;
    };
    let snapshot = app.snapshot();
    snapshot
        .sources
        .all()
        .any(|other| other.source.issuer.as_deref() == Some(given))
}

/// The visit of the state, ended: it counts once, whatever comes of it. What is unknown, over or used is one and the same to
/// whoever asks.
async fn take(app: &App, params: &Params, browser: SecretHash) -> Result<SourceVisit, Lost> {
    let invalid = || Lost::unknown(Refusal::UpstreamStateInvalid);
    let state = params.get("state").ok_or_else(invalid)?;
    let hash = hash_secret(state);
    let found = app.store.load_source_visit(hash).await.map_err(Lost::unknown)?;
    let visit = found.ok_or_else(invalid)?;
    if app.now() >= visit.expires_at {
        return Err(invalid());
    }
    // Only its own browser uses it up: nobody else can end what they do not own.
    if visit.browser != browser {
        return Err(Lost::foreign(&visit));
    }
    let end = vec![app.store.end_source_visit(hash)];
    match app.store.commit_statements(end, Vec::new()).await {
        Ok(()) => Ok(visit),
        Err(StoreError::Conflict) => Err(invalid()),
        Err(error) => Err(Lost::unknown(error)),
    }
}

async fn ask(
    app: &App,
    upstream: &Arc<Upstream>,
    secrets: Secrets,
    params: &Params,
    transaction: &str,
) -> Result<Answer, UpstreamFailure> {
    let key = source_calls::assertion_key(&app.snapshot(), upstream);
    let mut exchange = Exchange::new(Arc::clone(upstream), secrets, key);
    let mut step = exchange.callback(&app.env(app.now(), transaction), params);
    for _ in 0..MOST_STEPS {
        let resumed = match step {
            Step::Done(answer) => return Ok(*answer),
            Step::Failed(failure) => return Err(*failure),
            Step::Call(call) => Resumed::Reply(source_calls::send(app, &call).await),
            Step::FetchKeys { jwks_uri } => {
                Resumed::Keys(source_calls::keys::fetch(app, upstream, &jwks_uri, app.now()).await)
            }
            Step::Script { access_token, context } => {
                Resumed::Script(source_calls::scripts::run(app, upstream, &access_token, context, transaction).await)
            }
        };
        // The clock again: the source may have taken its time.
        step = exchange.step(&app.env(app.now(), transaction), resumed);
    }
    Err(Refusal::Internal.into())
}

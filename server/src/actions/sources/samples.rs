//! Samples of a source: what it once said, and what came of it when that was kept. Before a mapping changes each of them is run
//! through it as it would be; what would come to something else is told before anybody signs in by it.
//!
//! The outcome that counts is the person, not the account: accounts change without any mapping.

mod check;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use protocol::time::Time;
use protocol::upstream::{Source, Upstream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::StoreError;
use store::samples::{MOST_SAMPLES, StoredSample};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::find;
use crate::actions::administrators::Authority;
use crate::actions::changes::{ATTEMPTS, Changes, Expected, Fields};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::source_sign_in::NotIn;
use crate::actions::source_sign_in::profiles::Instead;
use crate::actions::source_sign_in::replay::{self, ReplayFields};
use crate::app::App;

pub use self::check::{check_deletion, check_mapping, check_source};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The most that a source may have said, in bytes of JSON.
const LARGEST: usize = 64 * 1024;
/// Callers never change a sample: this is the version of all.
pub const VERSION: i64 = 1;
/// From where people come in a sample: the same for whoever checks it, because expressions may look at it.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The fields of a new sample: a name, and what the source said.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SourceSampleFields)]
pub struct SampleFields {
    /// 1 to 60 characters. Required.
    #[schema(example = "somebody without a family name")]
    pub name: Option<String>,
    /// The answer of the profile address.
    #[schema(value_type = Option<Object>)]
    pub userinfo: Option<Map<String, Value>>,
    /// The claims of the ID token.
    #[schema(value_type = Option<Object>)]
    pub id_token_claims: Option<Map<String, Value>>,
    /// What the profile script returned; it then stands for both, and the script is not run.
    #[schema(value_type = Option<Object>)]
    pub profile: Option<Map<String, Value>>,
}

impl Fields for SampleFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "source", "outcome"];
}

/// What comes of a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SourceSampleOutcome)]
pub struct SampleOutcome {
    /// The person; null when the sign-in would fail before.
    #[schema(value_type = Option<Object>)]
    profile: Option<Value>,
    /// The code of the page that the person would see instead.
    error: Option<String>,
}

/// A sample, opened.
#[derive(Debug)]
pub struct Sample {
    /// `smp_` and a ULID.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// What administrators call it.
    pub name: String,
    /// When it was kept.
    pub created_at: Time,
    /// What the source said.
    pub said: ReplayFields,
    /// What came of it.
    pub outcome: SampleOutcome,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Body {
    said: ReplayFields,
    outcome: SampleOutcome,
}

/// The samples of a source, the oldest first.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn list(app: &App, source: &str) -> Result<Vec<Sample>, ActionError> {
    let source = find(app, source).await?.source;
    Ok(load(app, &source.id).await?)
}

/// One sample of a source.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find_sample(app: &App, source: &str, id: &str) -> Result<Sample, ActionError> {
    let found = list(app, source).await?.into_iter().find(|sample| sample.id == id);
    found.ok_or(ActionError::NotFound)
}

async fn load(app: &App, source_id: &str) -> Result<Vec<Sample>, StoreError> {
    let stored = app.store.load_samples(source_id).await?;
    stored
        .into_iter()
        .map(|stored| {
            let body: Body = serde_json::from_slice(&stored.body)?;
            Ok(Sample {
                id: stored.id,
                source_id: stored.source_id,
                name: stored.name,
                created_at: stored.created_at,
                said: body.said,
                outcome: body.outcome,
            })
        })
        .collect()
}

/// Keeps what a source said, with what comes of it now.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Invalid`], [`ActionError::Conflict`] when there are too many, or the store's.
pub async fn create(
    app: &App,
    by: Authority<'_>,
    source: &str,
    changes: Changes<SampleFields>,
) -> Result<Sample, ActionError> {
    let names: Vec<Value> = changes.names().into_iter().map(Value::from).collect();
    let (name, said) = check_fields(changes.fields)?;
    for _ in 0..ATTEMPTS {
        let stored = find(app, source).await?;
        if i64::try_from(app.store.load_samples(&stored.source.id).await?.len()).unwrap_or(i64::MAX) >= MOST_SAMPLES {
            let message = format!("A source has at most {MOST_SAMPLES} samples; delete one first.");
            return Err(ActionError::Conflict(message));
        }
        let version = stored.source.version;
        let upstream = upstream_of(stored.source);
        let now = app.now();
        let sample = Sample {
            id: app.new_id("smp", now),
            source_id: upstream.source.id.clone(),
            name: name.clone(),
            created_at: now,
            outcome: come_to(app, &upstream, &said, None).await?,
            said: said.clone(),
        };
        let kept = StoredSample {
            id: sample.id.clone(),
            source_id: sample.source_id.clone(),
            name: sample.name.clone(),
            body: body_of(&sample.said, &sample.outcome)?,
            created_at: now,
        };
        let mut detail = Map::new();
        detail.insert("of".to_owned(), sample.source_id.as_str().into());
        detail.insert("fields".to_owned(), Value::Array(names.clone()));
        let statements = vec![
            // What came of it belongs to the source as it was.
            app.store.hold_source(&sample.source_id, version),
            app.store.create_sample(&kept, &app.entropy)?,
            by.actor.event(app, now, "source_sample_created", &sample.id, detail),
        ];
        if Expected::Any.held(app.commit_changes(statements, Vec::new()).await)? {
            return Ok(sample);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a sample.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn remove(
    app: &App,
    by: Authority<'_>,
    source: &str,
    id: &str,
    expected: &Expected,
) -> Result<(), ActionError> {
    let sample = find_sample(app, source, id).await?;
    expected.check(VERSION)?;
    let mut detail = Map::new();
    detail.insert("of".to_owned(), sample.source_id.as_str().into());
    let statements = vec![
        app.store.delete_sample(&sample.source_id, id),
        by.actor.event(app, app.now(), "source_sample_deleted", id, detail),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        // Somebody else was faster.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

/// A source as far as reading what it said needs it: without its secrets, so that none can get into an outcome.
fn upstream_of(source: Source) -> Arc<Upstream> {
    Arc::new(Upstream {
        source,
        client_secret: None,
        token_request_headers: Vec::new(),
        keys: Arc::default(),
        bindings: Vec::new(),
    })
}

async fn come_to(
    app: &App,
    upstream: &Arc<Upstream>,
    said: &ReplayFields,
    instead: Option<Instead<'_>>,
) -> Result<SampleOutcome, ActionError> {
    let told = replay::told(said.clone())?;
    // Kept out of the futures of the callers: every change of a source moves those, and few have samples.
    match Box::pin(replay::come_to(app, upstream, told, ADDRESS, instead)).await {
        Ok((_, profile)) => Ok(SampleOutcome {
            profile: Some(replay::shown(&profile).map_err(StoreError::from)?),
            error: None,
        }),
        Err(NotIn::Refused(failure)) => Ok(SampleOutcome {
            profile: None,
            error: Some(failure.error.refusal.code().to_owned()),
        }),
        Err(NotIn::Store(error)) => Err(error.into()),
    }
}

fn body_of(said: &ReplayFields, outcome: &SampleOutcome) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let body = Body {
        said: said.clone(),
        outcome: outcome.clone(),
    };
    Ok(Zeroizing::new(serde_json::to_vec(&body)?))
}

fn check_fields(fields: SampleFields) -> Result<(String, ReplayFields), ActionError> {
    let mut errors = Vec::new();
    let name = fields.name.unwrap_or_default().trim().to_owned();
    if name.is_empty() {
        errors.push(FieldError::required("name"));
    } else if name.chars().count() > LONGEST_NAME {
        let message = format!("The name of a sample may have at most {LONGEST_NAME} characters.");
        errors.push(FieldError::new("name", "too_long", message));
    } else if name.chars().any(char::is_control) {
        errors.push(FieldError::invalid("name", "Write one line."));
    }
    let said = ReplayFields {
        userinfo: fields.userinfo,
        id_token_claims: fields.id_token_claims,
        profile: fields.profile,
    };
    if let Err(ActionError::Invalid(wrong)) = replay::told(said.clone()) {
        errors.extend(wrong);
    } else if serde_json::to_vec(&said).map_err(StoreError::from)?.len() > LARGEST {
        let message = "What a source said may have at most 65536 bytes.";
        errors.push(FieldError::new("userinfo", "too_long", message));
    }
    if errors.is_empty() {
        Ok((name, said))
    } else {
        Err(ActionError::Invalid(errors))
    }
}

//! Replaying what a source said: through the same reading, the same expressions and the same decision as a sign-in, and
//! nothing is written.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::error::OAuthError;
use protocol::refusal::Refusal;
use protocol::upstream::{Document, LinkingOutcome, Profile, Told, Upstream, info, read_profile};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::arrival::Arrival;
use super::arrive::{Here, rehearse};
use super::profiles::{Around, Instead, map};
use super::{NotIn, StoreError};
use crate::actions::browser_session::{Accounts, Origin};
use crate::actions::changes::Fields;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::source_calls::{KeptTokens, scripts};
use crate::app::App;

/// What a source said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SourceReplayFields)]
pub struct ReplayFields {
    /// The answer of the profile address.
    #[schema(value_type = Option<Object>)]
    pub userinfo: Option<Map<String, Value>>,
    /// The claims of the ID token.
    #[schema(value_type = Option<Object>)]
    pub id_token_claims: Option<Map<String, Value>>,
    /// What the profile script returned; it then stands for both.
    #[schema(value_type = Option<Object>)]
    pub profile: Option<Map<String, Value>>,
}

impl Fields for ReplayFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

/// What would become of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceReplay)]
pub struct Replayed {
    /// The person; null when the sign-in would fail before.
    #[schema(value_type = Option<Object>)]
    profile: Option<Value>,
    /// What was not taken over.
    dropped: Vec<DroppedKey>,
    /// The row of the linking table; null when the sign-in would fail before.
    decision: Option<Decision>,
    /// Why the sign-in would fail.
    error: Option<Failure>,
}

/// A value that was not taken over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceReplayDropped)]
pub struct DroppedKey {
    key: String,
    why: &'static str,
}

/// A row of the linking table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceReplayDecision)]
pub struct Decision {
    /// Its stable name.
    row: &'static str,
    /// What it says.
    sentence: &'static str,
    /// `sign_in`, `sign_up`, `finish`, `link` or `refuse`.
    outcome: &'static str,
    /// Id of the account, when there is one.
    user: Option<String>,
}

/// Why a sign-in would fail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceReplayFailure)]
pub struct Failure {
    /// The code of the page that the person would see.
    code: &'static str,
    /// What it says.
    message: String,
}

/// Replays what a source said.
///
/// # Errors
/// [`ActionError::Invalid`] when nothing was given, or the store's.
pub async fn replay(
    app: &App,
    upstream: &Arc<Upstream>,
    fields: ReplayFields,
    client_address: IpAddr,
) -> Result<Replayed, ActionError> {
    let told = told(fields)?;
    let now = app.now();
    let mut replayed = Replayed {
        profile: None,
        dropped: Vec::new(),
        decision: None,
        error: None,
    };
    let read = come_to(app, upstream, told, client_address, None).await;
    let (told, profile) = match read {
        Ok(read) => read,
        Err(NotIn::Store(error)) => return Err(error.into()),
        Err(NotIn::Refused(failure)) => {
            replayed.error = Some(Failure {
                code: failure.error.refusal.code(),
                message: failure.error.public().to_owned(),
            });
            return Ok(replayed);
        }
    };
    replayed.dropped = profile
        .dropped
        .iter()
        .map(|dropped| DroppedKey {
            key: dropped.key.clone(),
            why: dropped.why,
        })
        .collect();
    replayed.profile = Some(shown(&profile).map_err(StoreError::from)?);
    let here = Here {
        session: None,
        links_to: None,
        origin: Origin {
            now,
            client_address,
            user_agent: None,
            accounts: Accounts::default(),
        },
        language: "en",
        transaction: "",
    };
    let arrival = Arrival {
        profile,
        tokens: KeptTokens::none(),
        said: Some(info(&told).members().clone()),
    };
    let decision = rehearse(app, upstream, &arrival, here).await?;
    let (outcome, user) = match decision.outcome {
        LinkingOutcome::SignIn { user_id, .. } => ("sign_in", Some(user_id)),
        LinkingOutcome::Link { user_id, .. } => ("link", Some(user_id)),
        LinkingOutcome::SignUp(_) => ("sign_up", None),
        LinkingOutcome::Finish(_) => ("finish", None),
        LinkingOutcome::Refuse(error) => {
            replayed.error = Some(Failure {
                code: error.refusal.code(),
                message: error.public().to_owned(),
            });
            ("refuse", None)
        }
    };
    replayed.decision = Some(Decision {
        row: decision.row.name(),
        sentence: decision.row.sentence(),
        outcome,
        user,
    });
    Ok(replayed)
}

/// What was said, as a sign-in would have it.
///
/// # Errors
/// [`ActionError::Invalid`] when nothing was given.
pub fn told(fields: ReplayFields) -> Result<Told, ActionError> {
    if fields.userinfo.is_none() && fields.id_token_claims.is_none() && fields.profile.is_none() {
        return Err(ActionError::field(FieldError::required("userinfo")));
    }
    Ok(Told {
        userinfo: fields.userinfo.map(Document::from_members),
        id_token: fields.id_token_claims.map(Document::from_members),
        script: fields.profile.map(Document::from_members),
    })
}

/// The person that comes of what was said, and all of that: a profile script runs over it, unless what it made was given.
/// `instead`: a property mapping as it would be.
///
/// # Errors
/// See [`NotIn`].
pub async fn come_to(
    app: &App,
    upstream: &Arc<Upstream>,
    mut told: Told,
    client_address: IpAddr,
    instead: Option<Instead<'_>>,
) -> Result<(Told, Profile), NotIn> {
    if upstream.source.profile_script.is_some() && told.script.is_none() {
        let mut context = Map::new();
        for (name, document) in [("userinfo", &told.userinfo), ("id_token_claims", &told.id_token)] {
            if let Some(document) = document {
                context.insert(name.to_owned(), Value::Object(document.members().clone()));
            }
        }
        let made = scripts::rehearse(app, upstream, context).await.map_err(|fault| {
            let refusal = if fault.is_ours() {
                Refusal::UpstreamScriptUnavailable
            } else {
                Refusal::UpstreamScriptFailed
            };
            let error = OAuthError::new(refusal).detail(fault.to_string());
            NotIn::Refused(Box::new(error.into()))
        })?;
        told.script = Some(Document::from_members(made));
    }
    let profile = read_profile(&upstream.source, &told)?;
    let around = Around {
        client_address,
        now: app.now(),
        transaction: "",
        rehearses: true,
        instead,
    };
    let profile = map(app, upstream, &told, json!({}), profile, around, &mut Vec::new()).await?;
    Ok((told, profile))
}

/// The profile as administrators see it.
///
/// # Errors
/// None that can be: it is plain data.
pub fn shown(profile: &Profile) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(profile)?;
    if let Some(members) = value.as_object_mut() {
        let groups: Vec<Value> = profile
            .groups
            .iter()
            .map(|group| json!({ "id": group.id, "name": group.name }))
            .collect();
        members.insert("groups".to_owned(), Value::from(groups));
    }
    Ok(value)
}

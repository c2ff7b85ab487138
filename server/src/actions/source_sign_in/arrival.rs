//! Somebody who has come: who they are there, and the tokens that the source gave for them.

use std::sync::Arc;

use protocol::upstream::{Answer, Profile, Upstream};

use super::NotIn;
use super::arrive::Here;
use crate::actions::source_calls::KeptTokens;
use crate::app::App;

/// What is kept of an answer: the profile, and the tokens of the source.
#[derive(Debug)]
pub struct Arrival {
    /// Who it is there.
    pub profile: Profile,
    /// The tokens.
    pub tokens: KeptTokens,
    /// What the source said, for policies; `None` in a replay, where none are asked.
    pub said: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What the source said, made into a profile.
///
/// # Errors
/// See [`NotIn`].
pub async fn profile_of(
    app: &App,
    upstream: &Arc<Upstream>,
    answer: &Answer,
    here: Here<'_>,
) -> Result<Arrival, NotIn> {
    let profile = super::profiles::read(app, upstream, answer, here).await?;
    Ok(Arrival {
        profile,
        tokens: KeptTokens::new(&answer.tokens, here.origin.now),
        said: Some(protocol::upstream::info(&answer.told).members().clone()),
    })
}

//! Runs what a decision asked for: the policies of an application and the expressions of its scope mappings.
//!
//! What they need of the subject is read here and sent along; the answers go back to the core, which decides.

use std::collections::BTreeMap;
use std::net::IpAddr;

use protocol::client::Client;
use protocol::evaluation::{Evaluated, EvaluationRequest};
use protocol::policy::{self, Asked, Bound};
use protocol::time::Time;
use protocol::user::Subject;
use store::StoreError;

use crate::app::App;

/// The request around an evaluation.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// From where it came.
    pub client_address: IpAddr,
    /// Its method.
    pub method: &'a str,
    /// Its path.
    pub path: &'a str,
    /// When.
    pub now: Time,
    /// The transaction it belongs to.
    pub transaction: &'a str,
}

/// Runs everything that `wanted` names, for `subject`.
///
/// # Errors
/// When the database is unavailable. An expression that fails is an answer, not an error.
pub async fn run(
    app: &App,
    client: &Client,
    subject: Option<&Subject>,
    wanted: &EvaluationRequest,
    _around: Around<'_>,
) -> Result<Evaluated, StoreError> {
    let user_id = subject.map(|subject| subject.user.id.as_str());
    let bindings: &[policy::Binding] = if wanted.policies.is_some() {
        &client.bindings
    } else {
        &[]
    };
    let by_group = bindings
        .iter()
        .any(|binding| matches!(binding.bound, Bound::Group { .. }));
    let group_ids = match user_id {
        Some(id) if by_group => app.store.load_all_groups_of_user(id).await?,
        _ => Vec::new(),
    };
    let answers = BTreeMap::new();
    let asked = Asked {
        user_id,
        group_ids: &group_ids,
    };
    let mode = client.application.policy_engine_mode;
    Ok(Evaluated {
        claims: BTreeMap::new(),
        access: wanted
            .policies
            .is_some()
            .then(|| policy::decide(mode, bindings, asked, &answers)),
    })
}

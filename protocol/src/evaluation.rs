//! Expressions on the way to a decision: which have to run, and what they answered.
//!
//! The core calls nothing. A decision that needs expressions answers with an [`EvaluationRequest`]; whoever asked runs
//! them and asks again with what came back as [`Evaluated`]. An application without policies and without mappings of
//! its own never takes this way.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::client::Client;
use crate::policy::PolicyOutcome;
use crate::scope::ScopeMapping;

/// What has to run before the decision can be finished.
#[derive(Clone, Debug, Default)]
pub struct EvaluationRequest {
    /// What is granted, for mappings (`token.scope`) and policies (`oauth_scopes`).
    pub scopes: Vec<String>,
    /// Mappings with an expression.
    pub mappings: Vec<Arc<ScopeMapping>>,
    /// The context of the policies of the application; `None`: they are not asked.
    pub policies: Option<PolicyContext>,
    /// When the person signed in, in seconds.
    pub auth_time: Option<i64>,
}

impl EvaluationRequest {
    /// Whether nothing has to run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mappings.is_empty() && self.policies.is_none()
    }
}

/// What policies know of the request beside the subject: `request.context` of their expressions. The member
/// `oauth_scopes` is made from the scopes of the request.
pub type PolicyContext = Map<String, Value>;

/// What ran.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    /// What each mapping returned, by its id. One that failed or returned no dictionary is absent.
    pub claims: BTreeMap<String, Map<String, Value>>,
    /// What the policies came to, when they were asked.
    pub access: Option<PolicyOutcome>,
}

/// The mappings with an expression that `scopes` and the single claims `names` need.
#[must_use]
pub fn mappings_for(client: &Client, scopes: &[String], names: &[String]) -> Vec<Arc<ScopeMapping>> {
    client
        .scopes
        .iter()
        .filter(|mapping| {
            mapping.expression.is_some()
                && (scopes.contains(&mapping.scope) || names.iter().any(|name| mapping.may_give(name)))
        })
        .cloned()
        .collect()
}

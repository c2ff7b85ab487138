//! Policies: who may use an application, by expressions, groups and users that are bound to it.
//!
//! The expressions run in a worker; what they answered comes in here as values. This file owns how the answers of the
//! bindings become one outcome, and nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// How the results of several bindings become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyEngineMode {
    /// One that passes is enough.
    #[default]
    Any,
    /// All must pass.
    All,
}

/// An expression that says yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// `pol_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// Unique; `ak_call_policy` finds it by this name.
    pub name: String,
    /// The body of a Python-like function.
    pub expression: String,
}

/// What a binding asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The expression's answer.
    Policy(Arc<Policy>),
    /// Membership, direct or inherited, in the group of this id.
    Group {
        /// `group_` and a ULID.
        id: String,
        /// For the page of a denial.
        name: String,
    },
    /// Being the user of this id.
    User {
        /// `user_` and a ULID.
        id: String,
        /// For the page of a denial.
        name: String,
    },
}

/// A policy, group or user bound to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// `bind_` and a ULID.
    pub id: String,
    /// What is asked.
    pub bound: Bound,
    /// Lower ones are asked, and their messages shown, first.
    pub order: i64,
    /// A disabled one is not asked.
    pub enabled: bool,
    /// Turns the answer round, not the messages.
    pub negate: bool,
    /// How long an expression may take, waiting for other servers included, in seconds.
    pub timeout_seconds: i64,
    /// The answer when the expression fails or takes too long; it is not turned round.
    pub failure_result: bool,
    /// Asked and reported, but not counted.
    pub dry_run: bool,
}

/// What an expression answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether its value is true; `None` when it failed or took too long.
    pub passing: Option<bool>,
    /// For the person.
    pub messages: Vec<String>,
}

/// Whom static bindings are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The user; `None`: nobody yet.
    pub user_id: Option<&'a str>,
    /// Ids of all its groups, direct and inherited.
    pub group_ids: &'a [String],
}

/// What one binding came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The binding.
    pub binding: String,
    /// `policy`, `group` or `user`.
    pub kind: &'static str,
    /// The name of the policy, group or user.
    pub name: String,
    /// Its result, turned round where it is negated.
    pub passing: bool,
    /// Whether the expression failed, so that `failure_result` stands for it.
    pub failed: bool,
    /// Whether it was counted.
    pub counted: bool,
}

/// What all bindings came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PolicyOutcome {
    /// Whether the subject may go on.
    pub passing: bool,
    /// What expressions say to the person, in the order of the bindings.
    pub messages: Vec<String>,
    /// One for each enabled binding, in their order.
    pub verdicts: Vec<Verdict>,
}

impl PolicyOutcome {
    /// Names of the rules that refused: those counted that did not pass.
    #[must_use]
    pub fn refused_by(&self) -> Vec<&str> {
        self.verdicts
            .iter()
            .filter(|verdict| verdict.counted && !verdict.passing)
            .map(|verdict| verdict.name.as_str())
            .collect()
    }
}

/// The enabled bindings in their order, those of a policy first where two have the same one.
pub fn in_order(bindings: &mut Vec<Binding>) {
    bindings.retain(|binding| binding.enabled);
    bindings.sort_by(|one, other| (one.order, &one.id).cmp(&(other.order, &other.id)));
}

/// Decides from what the expressions answered. `bindings`: enabled and in order; `answers`: by the id of the binding.
///
/// Groups and users count together as one: it passes when any of them does. This one result stands beside that of each
/// policy. Nothing that is counted: allowed.
#[must_use]
pub fn decide(
    mode: PolicyEngineMode,
    bindings: &[Binding],
    asked: Asked<'_>,
    answers: &BTreeMap<String, Answer>,
) -> PolicyOutcome {
    let mut outcome = PolicyOutcome::default();
    let mut counted = Vec::new();
    let mut fixed: Option<bool> = None;
    for binding in bindings {
        let (kind, name, passing) = match &binding.bound {
            Bound::Policy(policy) => {
                let answer = answers.get(&binding.id);
                outcome
                    .messages
                    .extend(answer.into_iter().flat_map(|answer| answer.messages.iter().cloned()));
                ("policy", &policy.name, answer.and_then(|answer| answer.passing))
            }
            Bound::Group { id, name } => ("group", name, Some(asked.group_ids.contains(id))),
            Bound::User { id, name } => ("user", name, Some(asked.user_id == Some(id.as_str()))),
        };
        let failed = passing.is_none();
        let passing = passing.map_or(binding.failure_result, |passing| passing != binding.negate);
        outcome.verdicts.push(Verdict {
            binding: binding.id.clone(),
            kind,
            name: name.clone(),
            passing,
            failed,
            counted: !binding.dry_run,
        });
        if binding.dry_run {
            continue;
        }
        match binding.bound {
            Bound::Policy(_) => counted.push(passing),
            Bound::Group { .. } | Bound::User { .. } => fixed = Some(fixed.unwrap_or(false) || passing),
        }
    }
    counted.extend(fixed);
    outcome.passing = counted.is_empty()
        || match mode {
            PolicyEngineMode::Any => counted.contains(&true),
            PolicyEngineMode::All => !counted.contains(&false),
        };
    outcome
}

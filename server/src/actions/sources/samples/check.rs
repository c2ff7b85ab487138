//! Checks samples against a change of what maps them, and says how they would come to something else.

use std::sync::Arc;
use std::time::Duration;

use protocol::upstream::{PropertyMapping, Source, Upstream};
use serde_json::Value;
use store::Stmt;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::{SampleOutcome, body_of, come_to, load, upstream_of};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::source_sign_in::profiles::Instead;
use crate::app::App;

/// How much of a value stands in a message, in characters.
const SHOWN: usize = 80;

/// Checks the samples of a source before it changes. Answers the statements that keep what comes of them from then on, when
/// that is something else and `accepted`.
///
/// # Errors
/// [`ActionError::Invalid`] with one entry for each sample that would come to something else, [`ActionError::Conflict`] when they
/// take too long, or the store's.
pub async fn check_source(
    app: &App,
    before: &Source,
    after: &Source,
    accepted: bool,
) -> Result<Vec<Stmt>, ActionError> {
    if !maps_otherwise(before, after) {
        return Ok(Vec::new());
    }
    let mut check = Check::new(app, None);
    let upstream = upstream_of(after.clone());
    let ran = timeout(check.patience(), check.run(&upstream)).await;
    check.ended(ran)?;
    check.settle(accepted)
}

/// Checks the samples of every source that a property mapping runs over, before it changes or is made; as [`check_source`].
///
/// # Errors
/// As [`check_source`].
pub async fn check_mapping(
    app: &App,
    before: Option<&PropertyMapping>,
    after: &PropertyMapping,
    accepted: bool,
) -> Result<Vec<Stmt>, ActionError> {
    let changed = Arc::new(after.clone());
    let mut check = Check::new(app, Some(Instead::Changed(&changed)));
    let ran = timeout(check.patience(), check.run_all(&[before, Some(after)])).await;
    check.ended(ran)?;
    check.settle(accepted)
}

/// Checks the samples of every source that a property mapping runs over, before it is deleted.
///
/// # Errors
/// [`ActionError::Conflict`] when one would come to something else or they take too long, or the store's.
pub async fn check_deletion(app: &App, mapping: &PropertyMapping) -> Result<(), ActionError> {
    let mut check = Check::new(app, Some(Instead::Deleted(&mapping.id)));
    let ran = timeout(check.patience(), check.run_all(&[Some(mapping)])).await;
    check.ended(ran)?;
    match check.errors.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(ActionError::Conflict(format!(
            "{} To accept that, set `all_sources` to false first, with `accept_samples`.",
            error.message
        ))),
    }
}

/// Whether what a source says may be read otherwise: everything that the reading, the script and the expressions see of it.
fn maps_otherwise(before: &Source, after: &Source) -> bool {
    macro_rules! differ {
        ($($field:ident),*) => { $(before.$field != after.$field)||* };
    }
    // A script sees these as well.
    let otherwise = differ!(scopes, authorization_endpoint, token_endpoint);
    let script_differs = after.profile_script.is_some() && otherwise;
    let differs = differ!(
        kind,
        preset,
        name,
        client_id,
        attribute_mapping,
        profile_script,
        property_mappings,
        group_property_mappings,
        groups_claim,
        dialect_members
    );
    differs || script_differs
}

/// A check of samples against a change.
struct Check<'a> {
    app: &'a App,
    instead: Option<Instead<'a>>,
    errors: Vec<FieldError>,
    statements: Vec<Stmt>,
    /// The sample that is being run, and its source.
    at: (String, String),
}

impl<'a> Check<'a> {
    const fn new(app: &'a App, instead: Option<Instead<'a>>) -> Self {
        Self {
            app,
            instead,
            errors: Vec::new(),
            statements: Vec::new(),
            at: (String::new(), String::new()),
        }
    }

    /// How long all samples of a change may take together: half as long as a request, so that whoever made the change hears what
    /// took so long.
    fn patience(&self) -> Duration {
        self.app.config.limits.request_timeout / 2
    }

    /// What came of a run that may have been given up. What was not looked at can be neither refused nor accepted.
    fn ended(&self, ran: Result<Result<(), ActionError>, Elapsed>) -> Result<(), ActionError> {
        ran.unwrap_or_else(|_|  {
            let (sample, source) = &self.at;
            let seconds = self.patience().as_secs_f64();
            Err(ActionError::Conflict(format!(
                "Nothing was changed: the samples could not be checked within {seconds} s; it was given up at the sample `{sample}` of \
                 the source `{source}`. Let what maps them do less, or delete samples."
            )))
        })
    }

    /// Runs the samples of a source through it as it would be.
    async fn run(&mut self, upstream: &Arc<Upstream>) -> Result<(), ActionError> {
        let app = self.app;
        for sample in load(app, &upstream.source.id).await? {
            self.at = (sample.name.clone(), upstream.source.key.clone());
            let after = come_to(app, upstream, &sample.said, self.instead).await?;
            let Some(difference) = Difference::between(&sample.outcome, &after) else {
                continue;
            };
            self.errors.push(difference.error(&sample.name, &upstream.source.key));
            let body = body_of(&sample.said, &after)?;
            self.statements.push(
                app.store
                    .rewrite_sample(&sample.source_id, &sample.id, &body, &app.entropy)?,
            );
        }
        Ok(())
    }

    /// Runs the samples of every source that one of the mappings runs over.
    async fn run_all(&mut self, sides: &[Option<&PropertyMapping>]) -> Result<(), ActionError> {
        let snapshot = self.app.snapshot();
        for upstream in snapshot.sources.all() {
            let source = &upstream.source;
            let runs = |mapping: &&PropertyMapping| {
                let mut own = source.property_mappings.iter().chain(&source.group_property_mappings);
                mapping.all_sources || own.any(|id| *id == mapping.id)
            };
            if sides.iter().flatten().any(runs) {
                self.run(&upstream_of(source.clone())).await?;
            }
        }
        Ok(())
    }

    fn settle(self, accepted: bool) -> Result<Vec<Stmt>, ActionError> {
        if self.errors.is_empty() || accepted {
            Ok(self.statements)
        } else {
            Err(ActionError::Invalid(self.errors))
        }
    }
}

/// The first thing in which two outcomes differ.
struct Difference {
    member: String,
    before: String,
    after: String,
}

impl Difference {
    fn between(before: &SampleOutcome, after: &SampleOutcome) -> Option<Self> {
        if before == after {
            return None;
        }
        let (member, before, after) = match (&before.profile, &after.profile) {
            (Some(before), Some(after)) => {
                let (path, before, after) = first_difference(before, after);
                (path.join("."), shorten(before), shorten(after))
            }
            _ => ("error".to_owned(), failure(before), failure(after)),
        };
        Some(Self { member, before, after })
    }

    fn error(self, name: &str, source: &str) -> FieldError {
        let Self { member, before, after } = self;
        let message = format!(
            "The sample `{name}` of the source `{source}` comes to something else: `{member}` was {before} and would be {after}. With \
             `accept_samples` the change is made, and what comes of it then is kept."
        );
        FieldError::new("samples", "changed", message)
    }
}

/// The path to the first member that differs, and its two values; `None`: it is not there.
fn first_difference<'v>(before: &'v Value, after: &'v Value) -> (Vec<String>, Option<&'v Value>, Option<&'v Value>) {
    let (mut path, mut sides) = (Vec::new(), (Some(before), Some(after)));
    while let (Some(Value::Object(before)), Some(Value::Object(after))) = sides {
        let mut names = before.keys().chain(after.keys());
        let Some(name) = names.find(|name| before.get(*name) != after.get(*name)) else {
            break;
        };
        path.push(name.clone());
        sides = (before.get(name), after.get(name));
    }
    (path, sides.0, sides.1)
}

fn shorten(value: Option<&Value>) -> String {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        shown
    }
}

fn failure(outcome: &SampleOutcome) -> String {
    match &outcome.error {
        Some(code) => format!("`{code}`"),
        None => "nothing".to_owned(),
    }
}

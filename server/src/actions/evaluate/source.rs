//! Expressions over a source: property mappings, and the policies that are bound to it. No application is concerned.

use std::collections::BTreeMap;
use std::net::IpAddr;

use protocol::policy::{self, Asked, Bound, PolicyOutcome};
use protocol::time::Time;
use protocol::upstream::{Source, Upstream};
use protocol::user::User;
use script::inputs::{Context, HttpRequestObject, SourceObject};
use script::{Inputs, Job, Ran, RunFault};
use serde_json::{Map, Value};
use store::StoreError;

use super::host::ServerHost;
use super::inputs::user_object;
use super::{Around, Report, answer_of, failure_of, job_of, log};
use crate::app::App;

/// What expressions over a source see.
#[derive(Debug)]
pub struct SourceInputs<'a> {
    /// The source.
    pub source: &'a Source,
    /// Variables by name.
    pub variables: BTreeMap<String, Value>,
    /// Further members of `request.context`.
    pub context: Map<String, Value>,
    /// From where the person comes.
    pub client_address: IpAddr,
    /// When.
    pub now: Time,
    /// The transaction it belongs to.
    pub transaction: &'a str,
    /// Whether this is a rehearsal: nothing is written, sent or issued then.
    pub rehearses: bool,
}

impl SourceInputs<'_> {
    fn around(&self) -> Around<'_> {
        Around {
            client_address: self.client_address,
            method: "GET",
            path: "/source/oauth/callback/",
            now: self.now,
            transaction: self.transaction,
        }
    }

    fn sent(&self, app: &App, user: Option<&User>) -> Inputs {
        let around = self.around();
        Inputs {
            user: user.map(|user| user_object(app, user)),
            context: Context {
                values: self.context.clone(),
                source: Some(SourceObject {
                    name: self.source.name.clone(),
                    slug: self.source.key.clone(),
                }),
                ..Context::default()
            },
            http_request: Some(HttpRequestObject {
                method: around.method.to_owned(),
                path: format!("{}{}/", around.path, self.source.key),
                scheme: if app.secure { "https" } else { "http" }.to_owned(),
                ..HttpRequestObject::default()
            }),
            client_ip: Some(self.client_address.to_string()),
            variables: self.variables.clone(),
            ..Inputs::default()
        }
    }
}

/// Runs expressions over a source.
pub async fn run_for_source(app: &App, jobs: Vec<Job>, inputs: SourceInputs<'_>) -> Vec<Result<Ran, RunFault>> {
    let (actor, around) = (inputs.source.id.as_str(), inputs.around());
    let host = if inputs.rehearses {
        ServerHost::for_trial(app, actor, around)
    } else {
        ServerHost::new(app, actor, around)
    };
    app.workers.run_all(&jobs, &inputs.sent(app, None), &host).await
}

/// What the policies that are bound to a source say. While it is not known who comes, groups and users are not asked.
///
/// # Errors
/// When the database is unavailable.
pub async fn ask_for_source(
    app: &App,
    upstream: &Upstream,
    user: Option<&User>,
    returned: bool,
    inputs: SourceInputs<'_>,
) -> Result<PolicyOutcome, StoreError> {
    let snapshot = app.snapshot();
    let counts = |binding: &&policy::Binding| returned || matches!(binding.bound, Bound::Policy(_));
    let bindings: Vec<policy::Binding> = upstream.bindings.iter().filter(counts).cloned().collect();
    let (ids, jobs): (Vec<String>, Vec<Job>) = bindings.iter().filter_map(|binding| job_of(&snapshot, binding)).unzip();
    let group_ids = match user {
        Some(user) => app.store.load_all_groups_of_user(&user.id).await?,
        None => Vec::new(),
    };
    let mut answers = BTreeMap::new();
    if !jobs.is_empty() {
        let host = ServerHost::new(app, &inputs.source.id, inputs.around());
        let results = app.workers.run_all(&jobs, &inputs.sent(app, user), &host).await;
        let mut reports = Vec::new();
        for ((id, job), result) in ids.into_iter().zip(jobs).zip(results) {
            answers.insert(id.clone(), answer_of(&result));
            reports.push(Report {
                id,
                name: job.name,
                result,
            });
        }
        note(
            app,
            &inputs.source.id,
            &reports,
            inputs.client_address,
            inputs.now,
            inputs.transaction,
        )
        .await?;
    }
    let asked = Asked {
        user_id: user.map(|user| user.id.as_str()),
        group_ids: &group_ids,
    };
    Ok(policy::decide(
        upstream.source.policy_engine_mode,
        &bindings,
        asked,
        &answers,
    ))
}

/// Writes what expressions said into the log, and those that failed into the audit log.
///
/// # Errors
/// When the database is unavailable.
pub async fn note(
    app: &App,
    source_id: &str,
    reports: &[Report],
    client_address: IpAddr,
    now: Time,
    transaction: &str,
) -> Result<(), StoreError> {
    let around = Around {
        client_address,
        method: "GET",
        path: "",
        now,
        transaction,
    };
    for report in reports {
        log(report, transaction);
    }
    let failed = reports
        .iter()
        .filter_map(|report| failure_of(app, source_id, report, around));
    app.store.commit(failed.collect()).await
}

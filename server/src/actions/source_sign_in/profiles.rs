//! From what a source said to a profile: the reading of the core, then the expressions that administrators put over it.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::error::OAuthError;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::upstream::{
    Profile, Told, Upstream, apply_properties, base_properties, info, merge_properties, read_profile,
};
use script::Job;
use serde_json::{Map, Value, json};

use super::NotIn;
use super::arrive::Here;
use crate::actions::evaluate::{self, Report, SourceInputs};
use crate::app::App;

/// What expressions over a source see around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    pub(super) client_address: IpAddr,
    pub(super) now: Time,
    pub(super) transaction: &'a str,
}

/// Reads the profile. An expression that fails ends the sign-in: what it was to say may decide who somebody is.
pub(super) async fn read(app: &App, upstream: &Arc<Upstream>, told: &Told, here: Here<'_>) -> Result<Profile, NotIn> {
    let around = Around {
        client_address: here.origin.client_address,
        now: here.origin.now,
        transaction: here.transaction,
    };
    let profile = read_profile(&upstream.source, told)?;
    let (profile, reports) = map(app, upstream, told, profile, around).await?;
    evaluate::note(
        app,
        &upstream.source.id,
        &reports,
        here.origin.client_address,
        here.origin.now,
        here.transaction,
    )
    .await?;
    Ok(profile)
}

/// Lets the property mappings of a source run over a profile, each over what the ones before made of it.
pub(super) async fn map(
    app: &App,
    upstream: &Arc<Upstream>,
    told: &Told,
    profile: Profile,
    around: Around<'_>,
) -> Result<(Profile, Vec<Report>), NotIn> {
    let snapshot = app.snapshot();
    let mappings = snapshot.sources.mappings_of(upstream);
    if mappings.is_empty() {
        return Ok((profile, Vec::new()));
    }
    let mut properties = base_properties(&upstream.source, &profile);
    let told = info(told).members().clone();
    let mut reports = Vec::new();
    for mapping in mappings {
        let Some(expression) = snapshot.expression(&mapping.id) else {
            continue;
        };
        let job = Job::new(expression.clone(), mapping.name.as_str());
        let inputs = SourceInputs {
            source: &upstream.source,
            variables: variables(upstream, &told, &properties),
            context: Map::new(),
            client_address: around.client_address,
            now: around.now,
            transaction: around.transaction,
        };
        let result = evaluate::run_for_source(app, vec![job], inputs).await.pop();
        let Some(result) = result else { continue };
        let failed = result.as_ref().err().map(ToString::to_string);
        if let Ok(ran) = &result {
            merge_properties(&mut properties, &ran.value);
        }
        reports.push(Report {
            id: mapping.id.clone(),
            name: mapping.name.clone(),
            result,
        });
        if let Some(reason) = failed {
            let client_address = around.client_address;
            evaluate::note(
                app,
                &upstream.source.id,
                &reports,
                client_address,
                around.now,
                around.transaction,
            )
            .await?;
            let error = OAuthError::new(Refusal::UpstreamMappingFailed)
                .given(mapping.name.clone())
                .detail(reason);
            return Err(NotIn::Refused(Box::new(error.into())));
        }
    }
    Ok((apply_properties(profile, properties), reports))
}

/// `info`, `properties`, `client` and `source` of a property mapping. None of them holds a secret.
fn variables(
    upstream: &Upstream,
    told: &Map<String, Value>,
    properties: &Map<String, Value>,
) -> std::collections::BTreeMap<String, Value> {
    let source = &upstream.source;
    [
        ("info", Value::Object(told.clone())),
        ("properties", Value::Object(properties.clone())),
        ("client", json!({ "client_id": source.client_id })),
        (
            "source",
            json!({ "name": source.name, "slug": source.key, "pk": source.id }),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

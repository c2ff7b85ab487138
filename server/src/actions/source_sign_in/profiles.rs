//! From what a source said to a profile: the reading of the core, then the expressions that administrators put over it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use protocol::error::OAuthError;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::upstream::{
    Answer, Dropped, Profile, PropertyMapping, Tokens, Told, Upstream, apply_group_properties, apply_properties,
    base_group_properties, base_properties, info, merge_properties, read_profile,
};
use script::{Expression, Job, Kind};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use super::NotIn;
use super::arrive::Here;
use crate::actions::evaluate::{self, Report, SourceInputs};
use crate::app::App;

/// What expressions over a source see around it.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// From where.
    pub client_address: IpAddr,
    /// When.
    pub now: Time,
    /// The transaction that the run belongs to.
    pub transaction: &'a str,
    /// Whether this is a rehearsal: expressions write, send and issue nothing then.
    pub rehearses: bool,
    /// The property mapping as it would be, in the place of how it is.
    pub instead: Option<Instead<'a>>,
}

/// A property mapping that is about to change.
#[derive(Clone, Copy, Debug)]
pub enum Instead<'a> {
    /// It would be like this.
    Changed(&'a Arc<PropertyMapping>),
    /// It would be no more.
    Deleted(&'a str),
}

impl Instead<'_> {
    /// The id of the mapping.
    fn id(&self) -> &str {
        match self {
            Self::Changed(mapping) => &mapping.id,
            Self::Deleted(id) => id,
        }
    }
}

/// Reads the profile. An expression that fails ends the sign-in: what it was to say may decide who somebody is.
pub(super) async fn read(
    app: &App,
    upstream: &Arc<Upstream>,
    answer: &Answer,
    here: Here<'_>,
) -> Result<Profile, NotIn> {
    let told = &answer.told;
    let around = Around {
        client_address: here.origin.client_address,
        now: here.origin.now,
        transaction: here.transaction,
        rehearses: false,
        instead: None,
    };
    let profile = read_profile(&upstream.source, told)?;
    let mut reports = Vec::new();
    let mapped = map(
        app,
        upstream,
        told,
        token(&answer.tokens),
        profile,
        around,
        &mut reports,
    )
    .await;
    // A mapping that failed is noted as well.
    evaluate::note(
        app,
        &upstream.source.id,
        &reports,
        here.origin.client_address,
        here.origin.now,
        here.transaction,
    )
    .await?;
    mapped
}

/// Lets the property mappings of a source run over a profile, each over what the ones before made of it, and those for groups
/// over each of its groups. `token`: their variable of this name, see [`token`]. Writes nothing; `reports` gets what each of them did.
///
/// # Errors
/// See [`NotIn`].
pub async fn map(
    app: &App,
    upstream: &Arc<Upstream>,
    told: &Told,
    token: Value,
    mut profile: Profile,
    around: Around<'_>,
    reports: &mut Vec<Report>,
) -> Result<Profile, NotIn> {
    let (mappings, for_groups) = mappings(app, upstream, around.instead);
    if mappings.is_empty() && (for_groups.is_empty() || profile.groups.is_empty()) {
        return Ok(profile);
    }
    let told = info(told).members().clone();
    if !mappings.is_empty() {
        let mut properties = base_properties(&upstream.source, &profile);
        for mapping in mappings {
            let variables = variables(upstream, &told, &token, &properties, None);
            if let Some(value) = run(app, upstream, &mapping, variables, around, reports).await? {
                merge_properties(&mut properties, &value);
            }
        }
        profile = apply_properties(profile, properties);
    }
    if for_groups.is_empty() {
        return Ok(profile);
    }
    for group in std::mem::take(&mut profile.groups) {
        let mut properties = base_group_properties(&group);
        for mapping in &for_groups {
            let variables = variables(upstream, &told, &token, &properties, Some(&group.id));
            if let Some(value) = run(app, upstream, mapping, variables, around, reports).await? {
                merge_properties(&mut properties, &value);
            }
        }
        let key = format!("groups.{}", group.id);
        match apply_group_properties(group, &properties) {
            Some(group) => profile.groups.push(group),
            None => profile.dropped.push(Dropped {
                key,
                why: "its property mappings left it no name that a group may have",
            }),
        }
    }
    Ok(profile)
}

/// The mappings that run over a person, and those that run over each group.
fn mappings(
    app: &App,
    upstream: &Upstream,
    instead: Option<Instead<'_>>,
) -> (Vec<Arc<PropertyMapping>>, Vec<Arc<PropertyMapping>>) {
    let snapshot = app.snapshot();
    let sources = &snapshot.sources;
    let (mut people, mut groups) = (sources.mappings_of(upstream), sources.group_mappings_of(upstream));
    let Some(instead) = instead else {
        return (people, groups);
    };
    let source = &upstream.source;
    let is_named = source.property_mappings.iter().any(|named| named == instead.id());
    match instead {
        Instead::Deleted(id) => {
            people.retain(|mapping| mapping.id != id);
            groups.retain(|mapping| mapping.id != id);
        }
        Instead::Changed(changed) => {
            for mapping in people.iter_mut().chain(&mut groups) {
                if mapping.id == changed.id {
                    *mapping = Arc::clone(changed);
                }
            }
            if !is_named {
                // Those of every source stand behind, in the order of their names, which may be another one now.
                people.retain(|mapping| mapping.id != changed.id);
                if changed.all_sources {
                    let own = people
                        .iter()
                        .take_while(|mapping| source.property_mappings.contains(&mapping.id))
                        .count();
                    let before = people
                        .iter()
                        .skip(own)
                        .take_while(|mapping| mapping.name < changed.name)
                        .count();
                    people.insert(own + before, Arc::clone(changed));
                }
            }
        }
    }
    (people, groups)
}

/// What one mapping returns. `None`: it was deleted in the meantime.
async fn run(
    app: &App,
    upstream: &Arc<Upstream>,
    mapping: &PropertyMapping,
    variables: BTreeMap<String, Value>,
    around: Around<'_>,
    reports: &mut Vec<Report>,
) -> Result<Option<Value>, NotIn> {
    let Around {
        client_address,
        now,
        transaction,
        rehearses,
        instead,
    } = around;
    let expression = match instead {
        Some(Instead::Changed(changed)) if changed.id == mapping.id => {
            Expression::new(Kind::ScopeMapping, changed.expression.as_str())
        }
        _ => match app.snapshot().expression(&mapping.id) {
            Some(expression) => expression.clone(),
            None => return Ok(None),
        },
    };
    let job = Job::new(expression, mapping.name.as_str());
    let inputs = SourceInputs {
        source: &upstream.source,
        variables,
        context: Map::new(),
        client_address,
        now,
        transaction,
        rehearses,
    };
    let Some(result) = evaluate::run_for_source(app, vec![job], inputs).await.pop() else {
        return Ok(None);
    };
    let said = result
        .as_ref()
        .map(|ran| ran.value.clone())
        .map_err(ToString::to_string);
    reports.push(Report {
        id: mapping.id.clone(),
        name: mapping.name.clone(),
        result,
    });
    match said {
        Ok(value) => Ok(Some(value)),
        Err(reason) => {
            let error = OAuthError::new(Refusal::UpstreamMappingFailed)
                .given(mapping.name.clone())
                .detail(reason);
            Err(NotIn::Refused(Box::new(error.into())))
        }
    }
}

/// The variable `token` of a property mapping: with it an expression asks the source for more (authentik sheet, section 7.7.2). The
/// refresh token stays with us.
fn token(tokens: &Tokens) -> Value {
    json!({
        "access_token": tokens.access_token.expose_secret(),
        "token_type": tokens.token_type,
        "expires_in": tokens.expires_in,
        "scope": tokens.scopes.join(" "),
        "id_token": tokens.id_token.as_ref().map(ExposeSecret::expose_secret),
    })
}

/// `info`, `token`, `properties`, `client`, `source` and `user` of a property mapping, and `group_id` of one for groups. Nobody is the
/// user yet.
fn variables(
    upstream: &Upstream,
    told: &Map<String, Value>,
    token: &Value,
    properties: &Map<String, Value>,
    group_id: Option<&str>,
) -> BTreeMap<String, Value> {
    let source = &upstream.source;
    let group = group_id.map(|id| ("group_id", Value::from(id)));
    [
        ("info", Value::Object(told.clone())),
        ("token", token.clone()),
        ("user", Value::Null),
        ("properties", Value::Object(properties.clone())),
        ("client", json!({ "client_id": source.client_id })),
        (
            "source",
            json!({ "name": source.name, "slug": source.key, "pk": source.id }),
        ),
    ]
    .into_iter()
    .chain(group)
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

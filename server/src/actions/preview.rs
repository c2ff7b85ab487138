//! What an application would get for a user, and why: the claims of each mapping, and what each policy says. Nothing is
//! issued and nothing is written.

use std::net::IpAddr;

use protocol::claims;
use protocol::evaluation::{EvaluationRequest, PolicyContext, mappings_for};
use protocol::policy::PolicyOutcome;
use protocol::scope::decide_authorized_scopes;
use protocol::user::Subject;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::evaluate::{self, Around};
use super::outcome::{ActionError, FieldError};
use super::{applications, expressions};
use crate::app::App;
use crate::clients::By;

/// What one mapping gives.
#[derive(Debug, Serialize, ToSchema)]
pub struct MappingPreview {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The scope for which it runs.
    pub scope: String,
    /// Whether it is a managed one.
    pub managed: bool,
    /// What it returned; null when it returned no dictionary.
    #[schema(value_type = Option<Object>)]
    pub returned: Option<Value>,
    /// Value, log and error of an expression.
    #[schema(value_type = Option<Object>)]
    pub outcome: Option<Value>,
}

/// What an application would get.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationPreview)]
pub struct Preview {
    /// What would be granted.
    pub scopes: Vec<String>,
    /// What was asked for and is not offered.
    pub dropped_scopes: Vec<String>,
    /// Whether the user would get in: `passing`, `messages`, and a `verdict` for each binding.
    #[schema(value_type = Object)]
    pub access: PolicyOutcome,
    /// The claims of an ID token, without those of the moment.
    #[schema(value_type = Object)]
    pub id_token: Map<String, Value>,
    /// The answer of userinfo.
    #[schema(value_type = Object)]
    pub userinfo: Map<String, Value>,
    /// One for each mapping that would run.
    pub mappings: Vec<MappingPreview>,
}

/// Finds a user by id or user name, with everything that claims may need.
///
/// # Errors
/// [`ActionError::Invalid`] for the field `user`, or the store's.
pub async fn subject(app: &App, reference: &str) -> Result<Subject, ActionError> {
    let found = if reference.starts_with("user_") {
        app.store.load_user(reference).await?
    } else {
        app.store.load_user_by_username(reference).await?
    };
    let found = found.ok_or_else(|| {
        ActionError::field(FieldError::not_found(
            "user",
            "There is no user of this id or user name.",
        ))
    })?;
    let mut subject = Subject {
        user: found.user,
        ..Subject::default()
    };
    app.store.fill_groups(Some(&mut subject)).await?;
    Ok(subject)
}

/// What policies are told of a request that nobody has made: the most usual one.
#[must_use]
pub fn policy_context() -> PolicyContext {
    let mut context = PolicyContext::new();
    context.insert("oauth_grant_type".into(), "authorization_code".into());
    context.insert("oauth_response_type".into(), "code".into());
    context
}

/// Makes the preview.
///
/// # Errors
/// [`ActionError::NotFound`] for the application, [`ActionError::Invalid`] for the user, or the store's.
pub async fn preview(
    app: &App,
    application: &str,
    user: &str,
    scopes: Option<Vec<String>>,
    client_address: IpAddr,
) -> Result<Preview, ActionError> {
    let found = applications::find(app, application).await?;
    let entry = app
        .client(By::Id(&found.application.id))
        .await?
        .ok_or(ActionError::NotFound)?;
    let client = &entry.client;
    let mut subject = subject(app, user).await?;
    let application_id = &client.application.id;
    subject.entitlements = app
        .store
        .load_entitlements_of_user(&subject.user.id, application_id)
        .await?;
    let dropped_scopes = scopes
        .iter()
        .flatten()
        .filter(|scope| !client.offers(scope))
        .cloned()
        .collect();
    let mut scopes = decide_authorized_scopes(client, scopes.filter(|scopes| !scopes.is_empty()));
    scopes.sort_unstable();
    scopes.dedup();
    let now = app.now();
    let wanted = EvaluationRequest {
        mappings: mappings_for(client, &scopes, &[]),
        scopes: scopes.clone(),
        policies: Some(policy_context()),
        auth_time: Some(now.seconds()),
    };
    let around = Around {
        client_address,
        method: "POST",
        path: "/api/v1/applications/preview",
        now,
        transaction: "",
    };
    let (evaluated, reports) = evaluate::explain(app, client, Some(&subject), &wanted, around).await?;
    let mappings = client
        .scopes
        .iter()
        .filter(|mapping| scopes.contains(&mapping.scope))
        .map(|mapping| {
            let report = reports.iter().find(|report| report.id == mapping.id);
            let returned = match mapping.managed {
                Some(_) => {
                    let mut given = Map::new();
                    claims::add_named(client, &mapping.claim_names(), &subject, &evaluated, &mut given);
                    Some(Value::Object(given))
                }
                None => evaluated.claims.get(&mapping.id).cloned().map(Value::Object),
            };
            MappingPreview {
                id: mapping.id.clone(),
                name: mapping.name.clone(),
                scope: mapping.scope.clone(),
                managed: mapping.managed.is_some(),
                returned,
                outcome: report.map(|report| expressions::shown(&report.result)),
            }
        })
        .collect();
    let mut userinfo = claims::of_scopes(client, &scopes, &subject, &evaluated);
    let mut id_token = if client.application.include_claims_in_id_token {
        userinfo.clone()
    } else {
        Map::new()
    };
    let sub = claims::subject_identifier(&client.application, &subject.user, app.salt());
    let fixed = [
        ("sub", Value::from(sub.as_str())),
        ("aud", Value::from(client.application.client_id.as_str())),
    ];
    for (name, value) in fixed {
        id_token.entry(name).or_insert(value);
    }
    id_token.insert("iss".into(), Value::from(client.issuer.as_str()));
    if !client.application.include_claims_in_id_token {
        userinfo.remove("sub");
    }
    userinfo.entry("sub").or_insert(Value::from(sub));
    Ok(Preview {
        scopes,
        dropped_scopes,
        access: evaluated.access.unwrap_or_default(),
        id_token,
        userinfo,
        mappings,
    })
}

//! `/api/v1/policies`: make, list, try, read, change, delete.

use std::net::IpAddr;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use protocol::client::{Application, Client};
use protocol::jose::{Algorithm, SigningKey};
use protocol::policy::Policy;
use protocol::redirect_uri::Registered;
use script::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::StoreError;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::call::{Call, Target};
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object::{self, Record};
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::changes::Fields;
use crate::actions::expressions::{Trial, attempt, shown};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::policies::{self, PolicyFields};
use crate::actions::times::rfc3339;
use crate::actions::{applications, preview};
use crate::app::{App, AppState};
use crate::clients::By;
use crate::observe::RequestFacts;

/// An expression that says yes or no.
#[derive(Serialize, ToSchema)]
#[schema(as = Policy)]
pub(super) struct PolicyView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Unique.
    name: String,
    /// The body of a Python-like function.
    expression: String,
}

impl From<Policy> for PolicyView {
    fn from(policy: Policy) -> Self {
        Self {
            id: policy.id,
            created_at: rfc3339(policy.created_at),
            updated_at: rfc3339(policy.updated_at),
            name: policy.name,
            expression: policy.expression,
        }
    }
}

/// What a policy is tried with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = PolicyTest)]
pub(super) struct TestFields {
    /// The expression. Required.
    expression: Option<String>,
    /// Id or user name. Null: nobody.
    user: Option<String>,
    /// Members of `request.context`; the list `oauth_scopes` becomes the set of that name.
    #[schema(value_type = Option<Object>)]
    context: Option<Map<String, Value>>,
}

impl Fields for TestFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

impl Record for Policy {
    type View = PolicyView;
    const PATH: &'static str = "/policies";

    fn key(&self) -> (&str, i64) {
        (&self.id, self.version)
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_policies, create))
        .routes(routes!(test))
        .routes(routes!(read, update, delete))
}

/// List policies
///
/// `q` looks into `name`.
#[utoipa::path(get, path = "/policies", tag = "policies", operation_id = "list_policies",
    params(PageParams, ("name" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<PolicyView>)))]
async fn list_policies(State(app): State<AppState>, params: ListParams) -> Result<Response, Problem> {
    let query = params.query(&[Filter::Text("name")])?;
    let found = app.store.list_policies(&query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, PolicyView::from))
}

/// Make a policy
#[utoipa::path(post, path = "/policies", tag = "policies", operation_id = "create_policy",
    request_body = PolicyFields,
    responses((status = 201, description = "Made.", body = PolicyView)))]
async fn create(Call { app, caller }: Call, Input(changes): Input<PolicyFields>) -> Result<Response, Problem> {
    Ok(object::made(policies::create(&app, &caller.actor, changes).await?))
}

/// Try a policy
///
/// It runs in the same sandbox and with the same limits as a saved one. Nothing is written and nothing is issued.
#[utoipa::path(post, path = "/policies/test", tag = "policies", operation_id = "test_policy",
    request_body = TestFields,
    responses((status = 200, description = "Outcome, messages, log and error.", body = Object)))]
async fn test(
    State(app): State<AppState>,
    Extension(facts): Extension<RequestFacts>,
    Input(changes): Input<TestFields>,
) -> Result<Response, Problem> {
    let fields = changes.fields;
    let mut context = fields.context.unwrap_or_default();
    let scopes = match context.remove("oauth_scopes") {
        Some(Value::Array(scopes)) => scopes
            .into_iter()
            .filter_map(|scope| scope.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let trial = Trying {
        kind: Kind::Policy,
        expression: fields.expression,
        user: fields.user,
        application: None,
        scopes,
        context,
    };
    try_out(&app, trial, facts.client_address).await
}

/// An expression to try, of a policy or a mapping.
pub(super) struct Trying {
    pub(super) kind: Kind,
    pub(super) expression: Option<String>,
    pub(super) user: Option<String>,
    pub(super) application: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) context: Map<String, Value>,
}

/// Runs an expression that need not be saved and shows what it came to.
pub(super) async fn try_out(app: &App, trying: Trying, client_address: IpAddr) -> Result<Response, Problem> {
    let required = || ActionError::field(FieldError::required("expression"));
    let expression = trying.expression.ok_or_else(required)?;
    let subject = match &trying.user {
        Some(user) => Some(preview::subject(app, user).await?),
        None => None,
    };
    let entry = match &trying.application {
        None => None,
        Some(reference) => {
            let found = applications::find(app, reference).await.map_err(|error| match error {
                ActionError::NotFound => ActionError::field(FieldError::not_found(
                    "application",
                    "There is no application of this id or slug.",
                )),
                other => other,
            })?;
            app.client(By::Id(&found.application.id)).await?
        }
    };
    let made_up;
    let client = match &entry {
        Some(entry) => &entry.client,
        None => {
            made_up = example(app)?;
            &made_up
        }
    };
    let trial = Trial {
        client,
        subject: subject.as_ref(),
        scopes: trying.scopes,
        context: trying.context,
        client_address,
        now: app.now(),
    };
    let result = attempt(app, trying.kind, &expression, trial).await?;
    Ok(object::untagged(&shown(&result)))
}

/// An application that does not exist, for a trial without one. Its key signs nothing: a trial issues nothing.
fn example(app: &App) -> Result<Client, StoreError> {
    let application = Application {
        name: "Example".to_owned(),
        slug: "example".to_owned(),
        client_id: "example".to_owned(),
        ..Application::default()
    };
    Ok(Client {
        issuer: application.issuer(&app.public_url),
        registered: Registered::of(&application),
        application,
        secrets: Vec::new(),
        former_secrets: Vec::new(),
        scopes: Vec::new(),
        bindings: Vec::new(),
        encryption_key: None,
        signing_key: SigningKey::hmac(&[0; 32], Algorithm::HS256)
            .map_err(|error| StoreError::Internal(error.to_string()))?,
    })
}

/// Read a policy
#[utoipa::path(get, path = "/policies/{id}", tag = "policies", operation_id = "read_policy",
    params(("id" = String, Path)),
    responses((status = 200, description = "The policy.", body = PolicyView)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    Ok(object::shown(policies::load(&app, &id).await?))
}

/// Change a policy
#[utoipa::path(patch, path = "/policies/{id}", tag = "policies", operation_id = "update_policy",
    params(("id" = String, Path)),
    request_body = PolicyFields,
    responses((status = 200, description = "Changed.", body = PolicyView)))]
async fn update(
    Call { app, caller }: Call,
    Target { id, expected }: Target,
    Input(changes): Input<PolicyFields>,
) -> Result<Response, Problem> {
    Ok(object::shown(
        policies::update(&app, &caller.actor, &id, &expected, changes).await?,
    ))
}

/// Delete a policy
///
/// 409: a binding names it.
#[utoipa::path(delete, path = "/policies/{id}", tag = "policies", operation_id = "delete_policy",
    params(("id" = String, Path)),
    responses((status = 204, description = "Deleted.")))]
async fn delete(Call { app, caller }: Call, Target { id, expected }: Target) -> Result<Response, Problem> {
    policies::delete(&app, &caller.actor, &id, &expected).await?;
    Ok(object::gone())
}

//! Recipes: what well-known applications need of us and have to be told, as data (`server/recipes/`, a file for each), and
//! applications that are made from them.
//!
//! `catalogue.rs` owns what a recipe holds, `answers.rs` what a person answers to it, `fill.rs` the values that stand in its texts,
//! `reference.rs` the page of the documentation.

mod answers;
mod catalogue;
mod fill;
pub mod reference;

use protocol::client::Application;
use serde_json::{Map, Value, json};

use super::actor::Actor;
use super::applications::fields::ApplicationFields;
use super::applications::{self, Saved};
use super::changes::Changes;
use super::outcome::ActionError;
use super::scope_mappings::{self, ScopeMappingFields};
use crate::app::App;
use crate::keys::Snapshot;

pub use self::answers::Answers;
pub use self::catalogue::{
    Authentication, Endpoints, Mapping, Paste, Question, QuestionKind, Recipe, Request, Template, all, find, sources,
};
pub use self::fill::{Values, filled_paste};

/// The request that makes the application of a recipe: what `POST /applications` takes.
///
/// The scope mappings that are not managed stand in it by the id that `snapshot` has for them; those that are not made yet are left out.
#[must_use]
pub fn document(recipe: &Recipe, values: &Values, snapshot: &Snapshot) -> Map<String, Value> {
    let template = &recipe.application;
    let fill = |text: &String| values.fill(text);
    let strict = |texts: &[String]| -> Vec<Value> {
        let urls = texts.iter().map(fill);
        urls.map(|url| json!({ "matching_mode": "strict", "url": url }))
            .collect()
    };
    let own = recipe
        .scope_mappings
        .iter()
        .filter_map(|mapping| made(mapping, snapshot));
    let scopes: Vec<String> = template.scopes.iter().cloned().chain(own).collect();
    let mut members = Map::new();
    let mut set = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    set("name", json!(recipe.title));
    set("group", json!(recipe.group));
    set("client_type", json!(template.client_type()));
    set("redirect_uris", json!(strict(&template.redirect_uris)));
    if template.redirect_uris.is_empty() {
        set("learn_redirect_uri", json!("off"));
    }
    if !template.post_logout_redirect_uris.is_empty() {
        set(
            "post_logout_redirect_uris",
            json!(strict(&template.post_logout_redirect_uris)),
        );
    }
    if let Some(address) = &template.launch_url {
        set("launch_url", json!(fill(address)));
    }
    if let Some(address) = &template.logout_uri {
        set("logout_uri", json!(fill(address)));
    }
    if let Some(method) = &template.token_endpoint_auth_method {
        set("token_endpoint_auth_method", json!(method));
    }
    if !template.grant_types.is_empty() {
        set("grant_types", json!(template.grant_types));
    }
    set("scope_mappings", json!(scopes));
    set("id_token_signed_response_alg", json!(template.algorithm()));
    set("require_pkce", json!(template.require_pkce));
    members
}

/// The id of the scope mapping that a recipe needs, when there is one already that does the same.
fn made(mapping: &Mapping, snapshot: &Snapshot) -> Option<String> {
    let expression = mapping.expression.trim();
    let mut own = snapshot.mappings.iter().filter(|there| there.managed.is_none());
    own.find(|there| there.scope == mapping.scope && there.expression.as_deref().map(str::trim) == Some(expression))
        .map(|there| there.id.clone())
}

/// The scope mappings of a recipe that have to be made before its application.
#[must_use]
pub fn missing_mappings<'r>(recipe: &'r Recipe, snapshot: &Snapshot) -> Vec<&'r Mapping> {
    let mappings = recipe.scope_mappings.iter();
    mappings.filter(|mapping| made(mapping, snapshot).is_none()).collect()
}

/// Makes the application of a recipe, and before it the scope mappings that it needs and that are not there.
///
/// `over`: members that somebody has decided otherwise, such as the name.
///
/// # Errors
/// [`ActionError::Invalid`] with every wrong answer or field, or the store's.
pub async fn make(
    app: &App,
    actor: &Actor,
    recipe: &Recipe,
    answers: &Answers,
    over: Map<String, Value>,
) -> Result<Saved, ActionError> {
    let values = Values::of_answers(answers);
    // What is wrong with the application is found before a scope mapping is made for it.
    let draft = with(document(recipe, &values, &app.snapshot()), over.clone());
    let mistakes = applications::mistakes(app, &Changes::<ApplicationFields>::parse(draft)?);
    if !mistakes.is_empty() {
        return Err(ActionError::Invalid(mistakes));
    }
    for mapping in missing_mappings(recipe, &app.snapshot()) {
        let fields = ScopeMappingFields {
            name: Some(mapping.name.clone()),
            scope: Some(mapping.scope.clone()),
            description: Some(mapping.description.clone()),
            expression: Some(mapping.expression.trim().to_owned()),
        };
        scope_mappings::create(app, actor, Changes::of(fields)).await?;
    }
    let members = with(document(recipe, &values, &app.snapshot()), over);
    applications::create(app, actor, Changes::parse(members)?).await
}

fn with(mut members: Map<String, Value>, over: Map<String, Value>) -> Map<String, Value> {
    members.extend(over);
    members
}

/// The values that stand in the texts for `application`; its secret when this is the moment at which it is shown.
#[must_use]
pub fn values_of(app: &App, application: &Application, answers: &Answers, secret: Option<&str>) -> Values {
    Values::of_answers(answers).with_application(application, &app.public_url, secret)
}

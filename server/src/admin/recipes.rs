//! `/api/v1/recipes`: what well-known applications need and have to be told, and applications made from that.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::applications::{ApplicationView, show};
use super::call::Call;
use super::input::Input;
use super::list::Page;
use super::object;
use super::problem::{Kind, Problem};
use crate::actions::applications;
use crate::actions::changes::Fields;
use crate::actions::outcome::FieldError;
use crate::actions::permissions::Access;
use crate::actions::recipes::{
    self, Answers, Mapping, Paste, Question, Recipe, Request, Values, document, filled_paste, missing_mappings,
};
use crate::app::AppState;
use crate::web::extract::read_query;

/// The parameter that names an application; every other one is an answer.
const APPLICATION: &str = "application";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_recipes))
        .routes(routes!(read))
        .routes(routes!(make))
}

/// A recipe in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = RecipeSummary)]
struct Summary {
    /// What it is found by.
    name: &'static str,
    /// What people call the application.
    title: &'static str,
    /// What kind of application it is.
    group: &'static str,
    /// What it does.
    about: &'static str,
}

/// A recipe.
#[derive(Serialize, ToSchema)]
#[schema(as = Recipe)]
struct RecipeView {
    /// What it is found by.
    name: &'static str,
    /// What people call the application.
    title: &'static str,
    /// What kind of application it is.
    group: &'static str,
    /// What it does.
    about: &'static str,
    /// The page of the project on signing in.
    documentation: &'static str,
    /// What has to be answered.
    questions: &'static [Question],
    /// What is good to know.
    notes: Vec<String>,
    /// What `POST /applications` takes to make it. Answers that were not given stand in braces.
    #[schema(value_type = Object)]
    application: Map<String, Value>,
    /// Scope mappings that it needs beside the managed ones. Those that exist stand in `application` by their id.
    scope_mappings: &'static [Mapping],
    /// How many of them have to be made first.
    missing_scope_mappings: usize,
    /// What goes into its configuration. With `application` everything is filled in but the secret, which is not shown again.
    paste: Vec<Paste>,
    /// What it sends when somebody signs in.
    request: &'static Request,
}

/// What an application is made from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = RecipeApplicationFields, example = json!({"answers": {"base": "https://grafana.example.com"}}))]
struct MakeFields {
    /// The answers by the name of the question.
    answers: BTreeMap<String, String>,
    /// Its name. Default: the title of the recipe.
    name: Option<String>,
    /// Part of its addresses. Default: made from the name.
    slug: Option<String>,
}

impl Fields for MakeFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

/// An application that was made from a recipe.
#[derive(Serialize, ToSchema)]
#[schema(as = RecipeApplication)]
struct MadeView {
    #[serde(flatten)]
    application: ApplicationView,
    /// What goes into its configuration, with the secret, this once.
    paste: Vec<Paste>,
}

/// List recipes
///
/// All of them, in the order of their titles.
#[utoipa::path(get, path = "/recipes", tag = "recipes", operation_id = "list_recipes",
    params(("q" = Option<String>, Query, description = "Part of the title or of the kind.")),
    responses((status = 200, description = "All of them.", body = Page<Summary>),
        (status = 422, description = "A parameter that there is not.", body = super::problem::ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn list_recipes(RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let mut given = parameters(query.as_deref())?;
    let wanted = given.remove("q").unwrap_or_default().to_lowercase();
    if let Some(name) = given.keys().next() {
        let shown: String = name.chars().take(64).collect();
        let message = "This list has no such parameter.";
        return Err(Problem::invalid(vec![FieldError::new(
            &shown,
            "unknown_parameter",
            message,
        )]));
    }
    let fits = |recipe: &&Recipe| {
        let texts = [&recipe.title, &recipe.group, &recipe.name];
        texts.iter().any(|text| text.to_lowercase().contains(&wanted))
    };
    let items = recipes::all().iter().filter(fits).map(|recipe| Summary {
        name: &recipe.name,
        title: &recipe.title,
        group: &recipe.group,
        about: &recipe.about,
    });
    Ok(object::untagged(&Page {
        items: items.collect(),
        next_cursor: None,
    }))
}

/// Read a recipe
///
/// Give the answers to its questions as parameters to see them filled in, and `application` to see what to tell an application that
/// was made from it.
#[utoipa::path(get, path = "/recipes/{id}", tag = "recipes", operation_id = "read_recipe",
    params(("id" = String, Path, description = "Its name."),
        ("application" = Option<String>, Query, description = "Id or slug of an application; needs `applications:read`."),
        ("base" = Option<String>, Query, description = "An answer; so is every other parameter.")),
    responses((status = 200, description = "The recipe.", body = RecipeView),
        (status = 422, description = "An answer that does not fit.", body = super::problem::ProblemBody<'static>,
            content_type = "application/problem+json")))]
async fn read(
    Call { app, caller }: Call,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let recipe = recipes::find(&name).ok_or_else(Problem::not_found)?;
    let mut given = parameters(query.as_deref())?;
    let application = given.remove(APPLICATION);
    let answers = Answers::partial(recipe, &given).map_err(Problem::invalid)?;
    let values = match application {
        None => Values::of_answers(&answers),
        Some(_) if !caller.permissions.allows("applications", Access::Read) => {
            return Err(forbidden("applications:read"));
        }
        Some(reference) => {
            let application = applications::find(&app, &reference).await?.application;
            recipes::values_of(&app, &application, &answers, None)
        }
    };
    let snapshot = app.snapshot();
    Ok(object::untagged(&RecipeView {
        name: &recipe.name,
        title: &recipe.title,
        group: &recipe.group,
        about: &recipe.about,
        documentation: &recipe.documentation,
        questions: &recipe.questions,
        notes: recipe.notes.iter().map(|note| values.fill(note)).collect(),
        application: document(recipe, &values, &snapshot),
        scope_mappings: &recipe.scope_mappings,
        missing_scope_mappings: missing_mappings(recipe, &snapshot).len(),
        paste: filled_paste(&recipe.paste, &values),
        request: &recipe.request,
    }))
}

/// Make an application from a recipe
///
/// Scope mappings that it needs are made with it. Needs `applications:write` as well, and `scope-mappings:write` when one has to be
/// made. The answer holds the client secret, this once.
#[utoipa::path(post, path = "/recipes/{id}/applications", tag = "recipes", operation_id = "create_application_from_recipe",
    params(("id" = String, Path, description = "The name of the recipe.")),
    request_body = MakeFields,
    responses((status = 201, description = "Made.", body = MadeView)))]
async fn make(
    Call { app, caller }: Call,
    Path(name): Path<String>,
    Input(changes): Input<MakeFields>,
) -> Result<Response, Problem> {
    let recipe = recipes::find(&name).ok_or_else(Problem::not_found)?;
    let missing = !missing_mappings(recipe, &app.snapshot()).is_empty();
    for (resource, needed) in [("applications", true), ("scope-mappings", missing)] {
        if needed && !caller.permissions.allows(resource, Access::Write) {
            return Err(forbidden(&format!("{resource}:write")));
        }
    }
    let fields = changes.fields;
    let answers = Answers::complete(recipe, &fields.answers).map_err(Problem::invalid)?;
    let mut over = Map::new();
    for (member, value) in [("name", fields.name), ("slug", fields.slug)] {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            over.insert(member.to_owned(), json!(value));
        }
    }
    let saved = recipes::make(&app, &caller.actor, recipe, &answers, over).await?;
    let secret = saved.made_secret.as_ref().map(|secret| secret.expose_secret());
    let values = recipes::values_of(&app, &saved.application, &answers, secret);
    let (version, location) = (
        saved.application.version,
        format!("/applications/{}", saved.application.id),
    );
    let view = MadeView {
        paste: filled_paste(&recipe.paste, &values),
        application: show(&app, saved.application, saved.made_secret).await?,
    };
    Ok(object::created(&view, version, &location))
}

fn forbidden(permission: &str) -> Problem {
    Problem::new(Kind::Forbidden, format!("This needs the permission `{permission}`."))
        .with_challenge("Bearer realm=\"vestibule\", error=\"insufficient_scope\"")
}

/// The parameters.
fn parameters(query: Option<&str>) -> Result<BTreeMap<String, String>, Problem> {
    let query = query.unwrap_or_default();
    // The careful reader of the core refuses broken escapes, NUL, repeated and too many parameters.
    if let Err(error) = read_query(Some(query)) {
        return Err(Problem::invalid(vec![FieldError::invalid("query", error.public())]));
    }
    Ok(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
}

//! `/admin/applications/new/{recipe}`: the questions of a recipe, what will be made, and the making.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::start;
use crate::dashboard::api::{Answer, Call};
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, segment, text, with_query};
use crate::dashboard::refusals;
use crate::pages::dashboard::form::{FieldView, InputView};
use crate::pages::dashboard::table::Link;
use crate::pages::dashboard::wizard::{RecipePage, SummaryLine};
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{SHOWN_AGAIN, Shown, Visit};

/// The inputs beside the answers.
const OWN: [&str; 2] = ["name", "slug"];

/// Shows the questions, and with the answers in the address what will be made.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(name): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(show(&visit, &arrival, &name).await)
}

/// Makes the application.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(name): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(make(&visit, &arrival, &name, body).await)
}

/// A recipe with what was typed into its form.
struct Typed {
    recipe: Answer,
    /// Input by name: the answers, and [`OWN`].
    inputs: BTreeMap<String, String>,
    /// What is wrong, by input.
    problems: BTreeMap<String, String>,
}

impl Typed {
    async fn load(
        desk: &Desk<'_>,
        name: &str,
        typed: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, crate::web::visit::Halt> {
        let recipe = desk.read(&format!("/recipes/{}", segment(name))).await?;
        let names = items(&recipe.body, "questions")
            .iter()
            .map(|question| text(question, "name"));
        let inputs = names
            .chain(OWN)
            .map(|name| (name.to_owned(), typed(name).unwrap_or_default().trim().to_owned()))
            .collect();
        Ok(Self {
            recipe,
            inputs,
            problems: BTreeMap::new(),
        })
    }

    fn questions(&self) -> &[Value] {
        items(&self.recipe.body, "questions")
    }

    /// The answers that were typed.
    fn answers(&self) -> Vec<(&str, &str)> {
        let typed = |question| {
            let name = text(question, "name");
            Some((name, self.inputs.get(name)?.as_str())).filter(|(_, answer)| !answer.is_empty())
        };
        self.questions().iter().filter_map(typed).collect()
    }

    fn take(&mut self, errors: Vec<(String, String)>) -> Option<String> {
        let mut others = Vec::new();
        for (field, message) in errors {
            if self.inputs.contains_key(&field) {
                self.problems.insert(field, message);
            } else {
                others.push(format!("{field}: {message}"));
            }
        }
        others.into_iter().next()
    }
}

async fn show(visit: &Visit<'_>, arrival: &Arrival, name: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let query = visit.query(arrival.incoming.query())?;
    let frame = visit.frame(&[]);
    let mut typed = Typed::load(&desk, name, |input| query.get(input).map(str::to_owned)).await?;
    if query.get("look").is_none() {
        return Ok(page(&desk, &frame, &typed, None, None, StatusCode::OK));
    }
    let missing: Vec<String> = typed
        .questions()
        .iter()
        .map(|question| text(question, "name").to_owned())
        .filter(|question| typed.inputs.get(question).is_none_or(String::is_empty))
        .collect();
    for question in missing {
        typed.problems.insert(question, frame.say("dashboard-required"));
    }
    let path = with_query(&format!("/recipes/{}", segment(name)), typed.answers());
    let filled = desk.call(Call::get(&path)).await?;
    if !filled.is_done() {
        let errors = refusals::errors(&frame, &filled);
        typed.take(errors);
    }
    if !typed.problems.is_empty() {
        let problem = frame.say("dashboard-wrong");
        return Ok(page(&desk, &frame, &typed, None, Some(problem), SHOWN_AGAIN));
    }
    Ok(page(&desk, &frame, &typed, Some(&filled), None, StatusCode::OK))
}

async fn make(visit: &Visit<'_>, arrival: &Arrival, name: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let frame = visit.frame(&[]);
    let mut typed = Typed::load(&desk, name, |input| form.get(input).map(str::to_owned)).await?;
    let answers: Map<String, Value> = typed
        .answers()
        .into_iter()
        .map(|(name, answer)| (name.to_owned(), json!(answer)))
        .collect();
    let mut body = json!({ "answers": answers });
    for own in OWN {
        if let Some(value) = typed.inputs.get(own).filter(|value| !value.is_empty()) {
            body[own] = json!(value);
        }
    }
    let path = format!("/recipes/{}/applications", segment(name));
    let made = desk.call(Call::post(&path, Some(&body))).await?;
    if !made.is_done() {
        let errors = refusals::errors(&frame, &made);
        let problem = match (errors.is_empty(), typed.take(errors)) {
            (true, _) => made.text("detail").to_owned(),
            (false, Some(other)) => other,
            (false, None) => frame.say("dashboard-wrong"),
        };
        return Ok(page(&desk, &frame, &typed, None, Some(problem), made.status));
    }
    let again = typed.answers();
    let query: Vec<(&str, &str)> = [("recipe", name)].into_iter().chain(again).collect();
    start::made(&desk, &made, &query).await
}

fn page(
    desk: &Desk<'_>,
    frame: &Frame<'_>,
    typed: &Typed,
    filled: Option<&Answer>,
    problem: Option<String>,
    status: StatusCode,
) -> Response {
    let recipe = &typed.recipe.body;
    let questions = typed.questions().iter().map(|question| {
        let example = text(question, "example");
        field(
            typed,
            text(question, "name"),
            text(question, "label").to_owned(),
            Some(frame.say_with("wizard-example", "example", example)),
            true,
        )
    });
    let own = [
        field(
            typed,
            "name",
            frame.say("wizard-name"),
            Some(frame.say("wizard-name-help")),
            false,
        ),
        field(
            typed,
            "slug",
            frame.say("wizard-slug"),
            Some(frame.say("wizard-slug-help")),
            false,
        ),
    ];
    let page = RecipePage {
        shell: desk.shell(frame),
        trail: vec![Link {
            address: "/admin/applications/new".to_owned(),
            text: frame.say("wizard-new-application"),
        }],
        title: text(recipe, "title").to_owned(),
        about: text(recipe, "about").to_owned(),
        documentation: text(recipe, "documentation").to_owned(),
        notes: filled.map_or_else(|| notes(recipe), |filled| notes(&filled.body)),
        address: format!("/admin/applications/new/{}", text(recipe, "name")),
        problem,
        questions: questions.collect(),
        own: own.into(),
        summary: filled.map(|filled| summary(frame, typed, filled)).unwrap_or_default(),
        hidden: typed
            .inputs
            .clone()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        frame,
    };
    reply(status, &page, &FormAction::Here)
}

fn notes(recipe: &Value) -> Vec<String> {
    items(recipe, "notes")
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn field(typed: &Typed, name: &str, label: String, help: Option<String>, required: bool) -> FieldView {
    let value = typed.inputs.get(name).cloned().unwrap_or_default();
    FieldView {
        name: name.to_owned(),
        label,
        help,
        problem: typed.problems.get(name).cloned(),
        mark: None,
        theirs: None,
        was_changed: false,
        required,
        input: InputView::Line("text", value, name != "name"),
    }
}

/// What will be made.
fn summary(frame: &Frame<'_>, typed: &Typed, filled: &Answer) -> Vec<SummaryLine> {
    let application = filled.member("application");
    let urls = |member: &str| -> Vec<String> {
        let listed = items(application, member).iter();
        listed.map(|uri| text(uri, "url").to_owned()).collect()
    };
    let mut scopes: Vec<String> = items(application, "scope_mappings")
        .iter()
        .filter_map(Value::as_str)
        .filter(|scope| !scope.starts_with("map_"))
        .map(str::to_owned)
        .collect();
    let own = items(&filled.body, "scope_mappings")
        .iter()
        .map(|mapping| text(mapping, "scope"));
    scopes.extend(own.map(str::to_owned));
    let name = typed.inputs.get("name").filter(|name| !name.is_empty());
    let kind = match text(application, "client_type") {
        "public" => "wizard-kind-public",
        _ => "wizard-kind-confidential",
    };
    let pkce = match application.get("require_pkce") {
        Some(Value::Bool(true)) => "wizard-pkce-demanded",
        _ => "wizard-pkce-free",
    };
    let lines = [
        (
            "wizard-name",
            vec![name.map_or_else(|| text(application, "name").to_owned(), String::clone)],
            false,
        ),
        ("wizard-kind", vec![frame.say(kind), frame.say(pkce)], false),
        ("wizard-redirect-uris", urls("redirect_uris"), true),
        ("wizard-after-sign-out", urls("post_logout_redirect_uris"), true),
        ("wizard-scopes", scopes, true),
        (
            "wizard-signed-with",
            vec![text(application, "id_token_signed_response_alg").to_owned()],
            true,
        ),
        ("wizard-opens", vec![text(application, "launch_url").to_owned()], true),
    ];
    let filled_lines = lines.into_iter().map(|(label, values, code)| SummaryLine {
        label: frame.say(label),
        values: values.into_iter().filter(|value| !value.is_empty()).collect(),
        code,
    });
    filled_lines.filter(|line| !line.values.is_empty()).collect()
}

//! Rehearsals: what would happen, by the production code, and nothing of it does. Each page is a form over one route of the management
//! API that writes nothing.

mod inspect;
mod preview;
mod replay;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::StatusCode;
use serde_json::Value;

use super::api::Answer;
use super::desk::Desk;
use super::refusals;
use crate::app::AppState;
use crate::pages::dashboard::rehearsal::{InputLine, Outcome, Rehearsal, Samples};
use crate::pages::dashboard::table::{CellView, Link};
use crate::pages::{FormAction, Frame, reply_with_calls};

/// The pages; messages `rehearsal-NAME`, `rehearsal-NAME-text` and `rehearsal-NAME-do`.
const PAGES: [&str; 3] = ["inspect", "preview", "replay"];
/// What is asked for; messages `rehearsal-field-NAME`.
const INPUTS: [&str; 7] = [
    "token",
    "user",
    "scopes",
    "userinfo",
    "id_token_claims",
    "profile",
    "name",
];
/// What is explained of it; messages `rehearsal-help-NAME`.
const HELPS: [&str; 5] = ["user", "scopes", "userinfo", "profile", "name"];

/// The pages of the rehearsals.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin/inspect", get(inspect::get).post(inspect::post))
        .route(
            "/admin/applications/{id}/preview",
            get(preview::get).post(preview::post),
        )
        .route("/admin/sources/{id}/replay", get(replay::get).post(replay::post))
}

/// Every message whose id is put together from a name.
pub(super) fn messages() -> impl Iterator<Item = String> {
    let pages = PAGES
        .iter()
        .flat_map(|page| ["", "-text", "-do"].map(|part| format!("rehearsal-{page}{part}")));
    let inputs = INPUTS.iter().map(|name| format!("rehearsal-field-{name}"));
    let helps = HELPS.iter().map(|name| format!("rehearsal-help-{name}"));
    pages
        .chain(inputs)
        .chain(helps)
        .chain(inspect::messages())
        .chain(replay::messages())
}

/// What one of these pages asks, and where.
struct Asked {
    trail: Vec<Link>,
    /// Messages `rehearsal-NAME`, `rehearsal-NAME-text` and `rehearsal-NAME-do`.
    name: &'static str,
    action: String,
    inputs: Vec<InputLine>,
    live: bool,
    samples: Option<Samples>,
}

/// What came of it.
#[derive(Default)]
struct Came {
    problem: Option<String>,
    outcome: Option<Outcome>,
}

impl Came {
    fn of(outcome: Outcome) -> Self {
        Self {
            outcome: Some(outcome),
            problem: None,
        }
    }

    /// Puts what the API refused beside the inputs that it is about; what is about none of them is for the page as a whole.
    fn refused(frame: &Frame<'_>, answer: &Answer, inputs: &mut [InputLine]) -> Self {
        Self {
            problem: refuse(frame, answer, inputs),
            outcome: None,
        }
    }
}

fn show(desk: &Desk<'_>, frame: &Frame<'_>, asked: Asked, came: Came) -> Response {
    let is_wrong = came.problem.is_some() || asked.inputs.iter().any(|input| input.problem.is_some());
    let name = asked.name;
    let page = Rehearsal {
        shell: desk.shell(frame),
        trail: asked.trail,
        title: frame.say(&format!("rehearsal-{name}")),
        text: frame.say(&format!("rehearsal-{name}-text")),
        action: asked.action,
        inputs: asked.inputs,
        button: frame.say(&format!("rehearsal-{name}-do")),
        live: asked.live,
        problem: came.problem,
        outcome: came.outcome,
        samples: asked.samples,
        frame,
    };
    let status = if is_wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    reply_with_calls(status, &page, &FormAction::Here)
}

/// An input that is labelled by `rehearsal-field-NAME` and explained by `rehearsal-help-NAME` where that exists.
fn input(frame: &Frame<'_>, name: &'static str, rows: usize, value: &str) -> InputLine {
    InputLine {
        label: frame.say(&format!("rehearsal-field-{name}")),
        help: HELPS
            .contains(&name)
            .then(|| frame.say(&format!("rehearsal-help-{name}"))),
        value: value.to_owned(),
        problem: None,
        name,
        rows,
    }
}

fn pretty(value: &Value) -> CellView {
    CellView::Json(serde_json::to_string_pretty(value).unwrap_or_default())
}

/// An object that somebody pasted; nothing typed is no object.
fn object_of(text: &str) -> Result<Option<Value>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) if value.is_object() => Ok(Some(value)),
        Ok(_) => Err(String::new()),
        Err(error) => Err(error.to_string()),
    }
}

/// What is refused about none of the inputs.
fn refuse(frame: &Frame<'_>, answer: &Answer, inputs: &mut [InputLine]) -> Option<String> {
    let errors = refusals::errors(frame, answer);
    if errors.is_empty() {
        return Some(answer.text("detail").to_owned());
    }
    let mut others = Vec::new();
    for (field, said) in errors {
        let place = inputs
            .iter_mut()
            .find(|input| field.split('.').next() == Some(input.name));
        match place {
            Some(input) => input.problem = Some(said),
            None => others.push(format!("{field}: {said}")),
        }
    }
    (!others.is_empty()).then(|| others.join(" "))
}

//! `/admin/applications/other/{kind}`: an application that there is no recipe for.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;
use serde_json::{Value, json};

use super::start;
use crate::dashboard::api::Call;
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::refusals;
use crate::pages::dashboard::form::{FieldView, InputView};
use crate::pages::dashboard::table::Link;
use crate::pages::dashboard::wizard::OtherPage;
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Halt, Shown, Visit};

/// A kind of application.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Runs on a server.
    Web,
    /// Runs where others can read it.
    Browser,
    /// Signs in by itself.
    Machine,
}

impl Kind {
    fn of(name: &str) -> Result<Self, Halt> {
        match name {
            "web" => Ok(Self::Web),
            "browser" => Ok(Self::Browser),
            "machine" => Ok(Self::Machine),
            _ => Err(Refusal::NotFound.into()),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Browser => "browser",
            Self::Machine => "machine",
        }
    }

    const fn messages(self) -> (&'static str, &'static str) {
        match self {
            Self::Web => ("wizard-other-web", "wizard-other-web-text"),
            Self::Browser => ("wizard-other-browser", "wizard-other-browser-text"),
            Self::Machine => ("wizard-other-machine", "wizard-other-machine-text"),
        }
    }

    /// The inputs: which there are, and whether they have to be filled in.
    const fn inputs(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Machine => &[("name", true)],
            _ => &[
                ("name", true),
                ("redirect_uris", true),
                ("launch_url", false),
                ("post_logout_redirect_uris", false),
            ],
        }
    }

    /// The application that is made.
    fn document(self, inputs: &BTreeMap<&'static str, String>) -> Value {
        let typed = |name: &str| inputs.get(name).map(String::as_str).filter(|text| !text.is_empty());
        let list = |name: &str| -> Vec<Value> {
            let lines = typed(name)
                .unwrap_or_default()
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty());
            lines
                .map(|line| json!({ "matching_mode": "strict", "url": line }))
                .collect()
        };
        let mut document = json!({ "name": typed("name"), "id_token_signed_response_alg": "RS256" });
        match self {
            Self::Machine => {
                document["grant_types"] = json!(["client_credentials"]);
                document["learn_redirect_uri"] = json!("off");
            }
            Self::Web | Self::Browser => {
                document["redirect_uris"] = json!(list("redirect_uris"));
                document["post_logout_redirect_uris"] = json!(list("post_logout_redirect_uris"));
                document["launch_url"] = json!(typed("launch_url"));
                document["scope_mappings"] = json!(["openid", "email", "profile", "groups", "offline_access"]);
            }
        }
        if self == Self::Browser {
            document["client_type"] = json!("public");
        }
        document
    }
}

/// Shows the questions.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(kind): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(show(&visit, &arrival, &kind).await)
}

/// Makes the application.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(kind): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(make(&visit, &arrival, &kind, body).await)
}

async fn show(visit: &Visit<'_>, arrival: &Arrival, kind: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let kind = Kind::of(kind)?;
    let typed = Typed::default();
    Ok(page(&desk, kind, &typed, None, StatusCode::OK))
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    inputs: BTreeMap<&'static str, String>,
    problems: BTreeMap<String, String>,
}

async fn make(visit: &Visit<'_>, arrival: &Arrival, kind: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let kind = Kind::of(kind)?;
    let frame = visit.frame(&[]);
    let mut typed = Typed::default();
    for (name, required) in kind.inputs().iter().copied() {
        let value = form.get(name).unwrap_or_default().trim().to_owned();
        if required && value.is_empty() {
            typed.problems.insert(name.to_owned(), frame.say("dashboard-required"));
        }
        typed.inputs.insert(name, value);
    }
    if !typed.problems.is_empty() {
        return Ok(page(
            &desk,
            kind,
            &typed,
            Some(frame.say("dashboard-wrong")),
            crate::web::visit::SHOWN_AGAIN,
        ));
    }
    let made = desk
        .call(Call::post("/applications", Some(&kind.document(&typed.inputs))))
        .await?;
    if made.is_done() {
        return start::made(&desk, &made, &[("kind", kind.name())]).await;
    }
    let mut others = Vec::new();
    let errors = refusals::errors(&frame, &made);
    let problem = if errors.is_empty() {
        made.text("detail").to_owned()
    } else {
        frame.say("dashboard-wrong")
    };
    for (field, message) in errors {
        let name = field.split(['[', '.']).next().unwrap_or_default();
        if typed.inputs.contains_key(name) {
            typed.problems.insert(name.to_owned(), message);
        } else {
            others.push(format!("{field}: {message}"));
        }
    }
    let problem = others.into_iter().next().unwrap_or(problem);
    Ok(page(&desk, kind, &typed, Some(problem), made.status))
}

fn page(desk: &Desk<'_>, kind: Kind, typed: &Typed, problem: Option<String>, status: StatusCode) -> Response {
    let frame = desk.visit.frame(&[]);
    let (title, about) = kind.messages();
    let inputs = kind.inputs().iter().copied();
    let fields = inputs.map(|(name, required)| field(&frame, typed, name, required));
    let page = OtherPage {
        shell: desk.shell(&frame),
        trail: vec![Link {
            address: "/admin/applications/new".to_owned(),
            text: frame.say("wizard-new-application"),
        }],
        title: frame.say(title),
        about: frame.say(about),
        address: format!("/admin/applications/other/{}", kind.name()),
        problem,
        fields: fields.collect(),
        frame: &frame,
    };
    reply(status, &page, &FormAction::Here)
}

fn field(frame: &Frame<'_>, typed: &Typed, name: &'static str, required: bool) -> FieldView {
    let value = typed.inputs.get(name).cloned().unwrap_or_default();
    let (label, help, input) = match name {
        "name" => (
            "wizard-name",
            "wizard-name-help-other",
            InputView::Line("text", value, false),
        ),
        "redirect_uris" => (
            "wizard-redirect-uris",
            "wizard-redirect-uris-help",
            InputView::Area(value, 2, true),
        ),
        "launch_url" => (
            "wizard-opens",
            "wizard-opens-help",
            InputView::Line("text", value, true),
        ),
        _ => (
            "wizard-after-sign-out",
            "wizard-after-sign-out-help",
            InputView::Line("text", value, true),
        ),
    };
    FieldView {
        name: name.to_owned(),
        label: frame.say(label),
        help: Some(frame.say(help)),
        problem: typed.problems.get(name).cloned(),
        mark: None,
        theirs: None,
        was_changed: false,
        required,
        input,
    }
}

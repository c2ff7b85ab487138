//! `/admin/sources/ID/replay`: an answer of a source through the pipeline of a sign-in: who would come of it, what is dropped, whose
//! account that is.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use serde_json::{Map, Value};

use super::{Asked, Came, input, object_of, pretty, refuse, show};
use crate::dashboard::api::{Answer, Call};
use crate::dashboard::cells::{self, Names};
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, segment, text};
use crate::dashboard::resource::{Cell, Column, column};
use crate::pages::Frame;
use crate::pages::dashboard::form::FactView;
use crate::pages::dashboard::rehearsal::{InputLine, Outcome, OutcomeLine};
use crate::pages::dashboard::table::Link;
use crate::web::visit::{Halt, Shown, Visit};

/// What may be pasted, in the order of the form.
const PARTS: [&str; 3] = ["userinfo", "id_token_claims", "profile"];
/// What becomes of somebody; message `rehearsal-outcome-NAME`.
const OUTCOMES: [&str; 5] = ["sign_in", "sign_up", "finish", "link", "refuse"];
/// The account that is found.
const FACTS: [Column; 1] = [column("user", Cell::Of("users"))];
/// What the form begins with.
const SAMPLE: &str = "{\n  \"sub\": \"4711\",\n  \"name\": \"Ada Lovelace\",\n  \"email\": \"ada@example.com\"\n}";

pub(super) fn messages() -> impl Iterator<Item = String> {
    OUTCOMES.iter().map(|outcome| format!("rehearsal-outcome-{outcome}"))
}

/// Shows the form.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival, &id).await)
}

/// Runs the answer through.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(id): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(replay(&visit, &arrival, &id, body).await)
}

async fn load(desk: &Desk<'_>, id: &str) -> Result<Answer, Halt> {
    desk.read(&format!("/sources/{}", segment(id))).await
}

fn asked(frame: &Frame<'_>, source: &Answer, values: [&str; 3]) -> Asked {
    let id = source.text("id");
    let rows = [10, 4, 4];
    let inputs = PARTS.iter().zip(values).zip(rows);
    Asked {
        trail: vec![
            Link {
                address: "/admin/sources".to_owned(),
                text: frame.say("dashboard-sources"),
            },
            Link {
                address: format!("/admin/sources/{id}"),
                text: source.text("name").to_owned(),
            },
        ],
        name: "replay",
        action: format!("/admin/sources/{id}/replay"),
        inputs: inputs
            .map(|((name, value), rows)| input(frame, name, rows, value))
            .collect(),
        live: true,
    }
}

async fn open(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let source = load(&desk, id).await?;
    Ok(show(
        &desk,
        &frame,
        asked(&frame, &source, [SAMPLE, "", ""]),
        Came::default(),
    ))
}

async fn replay(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let frame = visit.frame(&[]);
    let source = load(&desk, id).await?;
    let values = PARTS.map(|part| form.get(part).unwrap_or_default());
    let mut asked = asked(&frame, &source, values);
    let Some(body) = body_of(&frame, &mut asked.inputs) else {
        return Ok(show(&desk, &frame, asked, Came::default()));
    };
    let path = format!("/sources/{}/replay", segment(source.text("id")));
    let answer = desk.call(Call::post(&path, Some(&body))).await?;
    let came = if answer.is_done() {
        Came {
            outcome: Some(outcome(&desk, &frame, &answer).await?),
            problem: None,
        }
    } else {
        Came {
            problem: refuse(&frame, &answer, &mut asked.inputs),
            outcome: None,
        }
    };
    Ok(show(&desk, &frame, asked, came))
}

/// The request; `None`: something is no object, and its input says so.
fn body_of(frame: &Frame<'_>, inputs: &mut [InputLine]) -> Option<Value> {
    let mut body = Map::new();
    let mut fine = true;
    for input in inputs {
        match object_of(&input.value) {
            Ok(Some(object)) => {
                body.insert(input.name.to_owned(), object);
            }
            Ok(None) => {}
            Err(why) => {
                input.problem = Some(frame.say_with("rehearsal-no-object", "why", &why));
                fine = false;
            }
        }
    }
    fine.then_some(Value::Object(body))
}

async fn outcome(desk: &Desk<'_>, frame: &Frame<'_>, answer: &Answer) -> Result<Outcome, Halt> {
    let (decision, error) = (answer.member("decision"), answer.member("error"));
    let mut lines = Vec::new();
    let (state, verdict) = if decision.is_object() {
        let what = text(decision, "outcome");
        let state = if what == "refuse" { "problem" } else { "fine" };
        lines.push(line(state, text(decision, "row"), text(decision, "sentence"), None));
        (state, frame.say(&format!("rehearsal-outcome-{what}")))
    } else {
        lines.push(line("problem", text(error, "code"), text(error, "message"), None));
        ("problem", frame.say("rehearsal-outcome-refuse"))
    };
    for dropped in items(&answer.body, "dropped") {
        let key = Some(text(dropped, "key").to_owned());
        lines.push(line("notice", "dropped", text(dropped, "why"), key));
    }
    let mut facts = cells::facts(desk, &mut Names::default(), frame, &FACTS, decision).await?;
    if answer.member("profile").is_object() {
        facts.push(FactView {
            label: frame.say("rehearsal-person"),
            cell: pretty(answer.member("profile")),
        });
    }
    Ok(Outcome {
        claims: Vec::new(),
        state,
        verdict,
        lines,
        facts,
    })
}

fn line(state: &str, code: &str, words: &str, value: Option<String>) -> OutcomeLine {
    OutcomeLine {
        state: state.to_owned(),
        code: code.to_owned(),
        words: words.to_owned(),
        is_english: true,
        value,
    }
}

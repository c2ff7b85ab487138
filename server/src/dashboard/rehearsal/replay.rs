//! `/admin/sources/ID/replay`: an answer of a source through the pipeline of a sign-in: who would come of it, what is dropped, whose
//! account that is.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::Method;
use serde_json::{Map, Value};

use super::{Asked, Came, input, object_of, pretty, show};
use crate::dashboard::api::{Answer, Call};
use crate::dashboard::cells::{self, Names};
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, segment, text, with_query};
use crate::dashboard::resource::{Cell, Column, column};
use crate::dashboard::words;
use crate::pages::Frame;
use crate::pages::dashboard::form::FactView;
use crate::pages::dashboard::rehearsal::{InputLine, Outcome, OutcomeLine, SampleLine, Samples};
use crate::pages::dashboard::table::Link;
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Shown, Visit};

/// What may be pasted, in the order of the form.
const PARTS: [&str; 3] = ["userinfo", "id_token_claims", "profile"];
/// What a sample is called.
const NAME: &str = "name";
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

/// Runs the answer through, saves it, or deletes one that was saved.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(id): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(take(&visit, &arrival, &id, body).await)
}

async fn load(desk: &Desk<'_>, id: &str) -> Result<Answer, Halt> {
    desk.read(&format!("/sources/{}", segment(id))).await
}

/// The path of a source in the management API.
fn path_of(source: &Answer) -> String {
    format!("/sources/{}", segment(source.text("id")))
}

fn page_of(source: &Answer) -> String {
    format!("/admin/sources/{}/replay", source.text("id"))
}

async fn asked(desk: &Desk<'_>, frame: &Frame<'_>, source: &Answer, values: [&str; 3]) -> Result<Asked, Halt> {
    let rows = [10, 4, 4];
    let parts = PARTS.iter().zip(values).zip(rows);
    let mut inputs: Vec<InputLine> = parts
        .map(|((name, value), rows)| input(frame, name, rows, value))
        .collect();
    inputs.push(input(frame, NAME, 0, ""));
    let saved = desk.read(&format!("{}/samples", path_of(source))).await?;
    let line = |sample: &Value| SampleLine {
        id: text(sample, "id").to_owned(),
        link: Link {
            address: with_query(&page_of(source), [("sample", text(sample, "id"))]),
            text: text(sample, "name").to_owned(),
        },
    };
    Ok(Asked {
        trail: vec![
            Link {
                address: "/admin/sources".to_owned(),
                text: frame.say("dashboard-sources"),
            },
            Link {
                address: format!("/admin/sources/{}", source.text("id")),
                text: source.text("name").to_owned(),
            },
        ],
        name: "replay",
        action: page_of(source),
        inputs,
        live: true,
        samples: Some(Samples {
            notice: None,
            lines: items(&saved.body, "items").iter().map(line).collect(),
        }),
    })
}

async fn open(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let query = visit.query(arrival.incoming.query())?;
    let source = load(&desk, id).await?;
    let mut values = [SAMPLE.to_owned(), String::new(), String::new()];
    if let Some(sample) = query.get("sample") {
        let sample = desk
            .read(&format!("{}/samples/{}", path_of(&source), segment(sample)))
            .await?;
        values = PARTS.map(|part| match sample.member(part) {
            Value::Null => String::new(),
            said => serde_json::to_string_pretty(said).unwrap_or_default(),
        });
    }
    let mut asked = asked(&desk, &frame, &source, values.each_ref().map(String::as_str)).await?;
    if let Some(samples) = &mut asked.samples {
        samples.notice = words::notice(&frame, query.get("done"));
    }
    Ok(show(&desk, &frame, asked, Came::default()))
}

async fn take(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let frame = visit.frame(&[]);
    let source = load(&desk, id).await?;
    if let Some(sample) = form.get("delete") {
        return delete(&desk, &source, sample).await;
    }
    let values = PARTS.map(|part| form.get(part).unwrap_or_default());
    let mut asked = asked(&desk, &frame, &source, values).await?;
    let name = form.get(NAME).unwrap_or_default();
    if let Some(input) = asked.inputs.iter_mut().find(|input| input.name == NAME) {
        name.clone_into(&mut input.value);
    }
    let Some(mut body) = body_of(&frame, &mut asked.inputs) else {
        return Ok(show(&desk, &frame, asked, Came::default()));
    };
    let saves = form.get("save").is_some();
    let path = if saves {
        body.insert(NAME.to_owned(), Value::from(name));
        format!("{}/samples", path_of(&source))
    } else {
        format!("{}/replay", path_of(&source))
    };
    let answer = desk.call(Call::post(&path, Some(&Value::Object(body)))).await?;
    if answer.is_done() && saves {
        let query = [("sample", answer.text("id")), ("done", "made")];
        return Ok(see_other(&with_query(&page_of(&source), query)));
    }
    let came = if answer.is_done() {
        Came::of(outcome(&desk, &frame, &answer).await?)
    } else {
        Came::refused(&frame, &answer, &mut asked.inputs)
    };
    Ok(show(&desk, &frame, asked, came))
}

/// Deletes a sample; one that is gone already is gone.
async fn delete(desk: &Desk<'_>, source: &Answer, sample: &str) -> Shown {
    let path = format!("{}/samples/{}", path_of(source), segment(sample));
    let call = Call {
        method: Method::DELETE,
        path: &path,
        body: None,
        if_match: None,
    };
    desk.call(call).await?;
    Ok(see_other(&with_query(&page_of(source), [("done", "deleted")])))
}

/// The request; `None`: something is no object, and its input says so.
fn body_of(frame: &Frame<'_>, inputs: &mut [InputLine]) -> Option<Map<String, Value>> {
    let mut body = Map::new();
    let mut fine = true;
    for input in inputs.iter_mut().filter(|input| PARTS.contains(&input.name)) {
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
    fine.then_some(body)
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

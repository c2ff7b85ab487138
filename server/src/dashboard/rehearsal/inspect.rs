//! `/admin/inspect`: a pasted token, explained. What was pasted never comes back in the page.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};

use super::{Asked, Came, input, pretty, show};
use crate::dashboard::api::{Answer, Call};
use crate::dashboard::cells::{self, Names, moment};
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, text};
use crate::dashboard::resource::{Cell, Column, column};
use crate::pages::Frame;
use crate::pages::dashboard::form::FactView;
use crate::pages::dashboard::rehearsal::{Outcome, OutcomeLine};
use crate::web::visit::{Halt, Shown, Visit};

/// What it belongs to.
const FACTS: [Column; 4] = [
    column("application", Cell::Of("applications")),
    column("user", Cell::Of("users")),
    column("grant", Cell::Of("grants")),
    column("scopes", Cell::Words),
];

/// The kinds of tokens; message `rehearsal-kind-NAME`.
const KINDS: [&str; 8] = [
    "access_token",
    "refresh_token",
    "authorization_code",
    "id_token",
    "logout_token",
    "api_token",
    "jwt",
    "unknown",
];

pub(super) fn messages() -> impl Iterator<Item = String> {
    KINDS.iter().map(|kind| format!("rehearsal-kind-{kind}"))
}

/// Shows the form.
pub(in crate::dashboard) async fn get(arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival).await)
}

/// Explains a token.
pub(in crate::dashboard) async fn post(arrival: Arrival, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(inspect(&visit, &arrival, body).await)
}

fn asked(frame: &Frame<'_>) -> Asked {
    Asked {
        trail: Vec::new(),
        name: "inspect",
        action: "/admin/inspect".to_owned(),
        inputs: vec![input(frame, "token", 6, "")],
        live: false,
        samples: None,
    }
}

async fn open(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    Ok(show(&desk, &frame, asked(&frame), Came::default()))
}

async fn inspect(visit: &Visit<'_>, arrival: &Arrival, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let frame = visit.frame(&[]);
    let mut asked = asked(&frame);
    let token = json!({ "token": form.get("token").unwrap_or_default().trim() });
    let answer = desk.call(Call::post("/grants/inspect", Some(&token))).await?;
    let came = if answer.is_done() {
        Came::of(outcome(&desk, &frame, &answer).await?)
    } else {
        Came::refused(&frame, &answer, &mut asked.inputs)
    };
    Ok(show(&desk, &frame, asked, came))
}

async fn outcome(desk: &Desk<'_>, frame: &Frame<'_>, answer: &Answer) -> Result<Outcome, Halt> {
    let kind = frame.say(&format!("rehearsal-kind-{}", answer.text("kind")));
    let active = answer.member("active") == &Value::Bool(true);
    let (state, verdict) = if active {
        ("fine", "rehearsal-counts")
    } else {
        ("problem", "rehearsal-counts-not")
    };
    let mut facts = cells::facts(desk, &mut Names::default(), frame, &FACTS, &answer.body).await?;
    for (member, label) in [("header", "rehearsal-header"), ("claims", "rehearsal-token-claims")] {
        let value = answer.member(member);
        if value.is_object() {
            facts.push(FactView {
                label: frame.say(label),
                cell: pretty(value),
            });
        }
    }
    Ok(Outcome {
        verdict: frame.say_with(verdict, "kind", &kind),
        lines: items(&answer.body, "findings").iter().map(line).collect(),
        claims: Vec::new(),
        facts,
        state,
    })
}

fn line(finding: &Value) -> OutcomeLine {
    let at = finding.get("at").and_then(Value::as_str).map(moment);
    let value = finding.get("value").and_then(Value::as_str).map(str::to_owned);
    OutcomeLine {
        state: text(finding, "severity").to_owned(),
        code: text(finding, "code").to_owned(),
        words: text(finding, "message").to_owned(),
        is_english: true,
        value: at.or(value),
    }
}

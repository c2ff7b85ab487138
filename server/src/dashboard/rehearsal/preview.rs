//! `/admin/applications/ID/preview`: the claims that a chosen person would get for an application, each with its reason.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use serde_json::{Value, json};

use super::{Asked, Came, input, show};
use crate::dashboard::api::{Answer, Call};
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, segment, text};
use crate::pages::Frame;
use crate::pages::dashboard::rehearsal::{ClaimLine, Outcome, OutcomeLine};
use crate::pages::dashboard::table::Link;
use crate::web::visit::{Shown, Visit};

/// Shows the form.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival, &id).await)
}

/// Shows the claims.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(id): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(preview(&visit, &arrival, &id, body).await)
}

fn asked(frame: &Frame<'_>, application: &Answer, user: &str, scopes: &str) -> Asked {
    let id = application.text("id");
    Asked {
        trail: vec![
            Link {
                address: "/admin/applications".to_owned(),
                text: frame.say("dashboard-applications"),
            },
            Link {
                address: format!("/admin/applications/{id}"),
                text: application.text("name").to_owned(),
            },
        ],
        name: "preview",
        action: format!("/admin/applications/{id}/preview"),
        inputs: vec![input(frame, "user", 0, user), input(frame, "scopes", 0, scopes)],
        live: true,
        samples: None,
    }
}

async fn load(desk: &Desk<'_>, id: &str) -> Result<Answer, crate::web::visit::Halt> {
    desk.read(&format!("/applications/{}", segment(id))).await
}

async fn open(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let application = load(&desk, id).await?;
    let user = desk.here.user.username.clone();
    let asked = asked(&frame, &application, &user, "openid profile email");
    Ok(show(&desk, &frame, asked, Came::default()))
}

async fn preview(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let frame = visit.frame(&[]);
    let application = load(&desk, id).await?;
    let (user, scopes) = (
        form.get("user").unwrap_or_default(),
        form.get("scopes").unwrap_or_default(),
    );
    let mut asked = asked(&frame, &application, user, scopes);
    let wanted: Vec<&str> = scopes.split_whitespace().collect();
    let wanted = if wanted.is_empty() { Value::Null } else { json!(wanted) };
    let path = format!("/applications/{}/preview", segment(application.text("id")));
    let answer = desk
        .call(Call::post(&path, Some(&json!({ "user": user, "scopes": wanted }))))
        .await?;
    let came = if answer.is_done() {
        Came::of(outcome(&frame, &answer))
    } else {
        Came::refused(&frame, &answer, &mut asked.inputs)
    };
    Ok(show(&desk, &frame, asked, came))
}

fn outcome(frame: &Frame<'_>, answer: &Answer) -> Outcome {
    let access = answer.member("access");
    let passing = access.get("passing") == Some(&Value::Bool(true));
    let (state, verdict) = if passing {
        ("fine", "rehearsal-gets-in")
    } else {
        ("problem", "rehearsal-stays-out")
    };
    let words = |member: &str| -> Vec<String> {
        let list = items(&answer.body, member).iter().filter_map(Value::as_str);
        list.map(str::to_owned).collect()
    };
    let mut lines = vec![line(
        "fine",
        "scopes",
        frame.say("rehearsal-granted"),
        words("scopes").join(" "),
    )];
    let dropped = words("dropped_scopes");
    if !dropped.is_empty() {
        lines.push(line(
            "notice",
            "dropped_scopes",
            frame.say("rehearsal-dropped-scopes"),
            dropped.join(" "),
        ));
    }
    for message in items(access, "messages").iter().filter_map(Value::as_str) {
        lines.push(line("problem", "message", message.to_owned(), String::new()));
    }
    for mapping in items(&answer.body, "mappings") {
        let error = mapping.pointer("/outcome/error").filter(|error| !error.is_null());
        if let Some(error) = error {
            let said = error
                .get("message")
                .and_then(Value::as_str)
                .map_or_else(|| error.to_string(), str::to_owned);
            lines.push(line("problem", "mapping", text(mapping, "name").to_owned(), said));
        }
    }
    Outcome {
        verdict: frame.say(verdict),
        facts: Vec::new(),
        claims: claims(frame, answer),
        lines,
        state,
    }
}

fn line(state: &str, code: &str, words: String, value: String) -> OutcomeLine {
    OutcomeLine {
        state: state.to_owned(),
        code: code.to_owned(),
        words,
        is_english: false,
        value: (!value.is_empty()).then_some(value),
    }
}

/// Every claim once, where it stands, and what it comes from: mappings that returned it, or the protocol itself.
fn claims(frame: &Frame<'_>, answer: &Answer) -> Vec<ClaimLine> {
    let (id_token, userinfo) = (answer.member("id_token"), answer.member("userinfo"));
    let names = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .map(|all| all.keys().cloned().collect())
            .unwrap_or_default()
    };
    let all: BTreeSet<String> = names(id_token).into_iter().chain(names(userinfo)).collect();
    let mappings = items(&answer.body, "mappings");
    let line = |name: String| {
        let from: Vec<String> = mappings
            .iter()
            .filter(|mapping| {
                mapping
                    .get("returned")
                    .and_then(|returned| returned.get(&name))
                    .is_some()
            })
            .map(|mapping| {
                frame.say_values(
                    "rehearsal-from-mapping",
                    &[("mapping", text(mapping, "name")), ("scope", text(mapping, "scope"))],
                )
            })
            .collect();
        let places: Vec<String> = [(id_token, "rehearsal-in-id-token"), (userinfo, "rehearsal-in-userinfo")]
            .into_iter()
            .filter(|(value, _)| value.get(&name).is_some())
            .map(|(_, message)| frame.say(message))
            .collect();
        let value = id_token
            .get(&name)
            .or_else(|| userinfo.get(&name))
            .unwrap_or(&Value::Null);
        ClaimLine {
            value: value.to_string(),
            places: places.join(", "),
            why: if from.is_empty() {
                frame.say("rehearsal-from-protocol")
            } else {
                from.join(", ")
            },
            name,
        }
    };
    all.into_iter().map(line).collect()
}

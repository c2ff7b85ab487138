//! `/admin/sources/{id}/start`: where the provider sends people back to, whether it can be reached, and the switch. And
//! `/admin/sources/{id}/applications`: which applications offer it.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::dashboard::api::{Answer, Call};
use crate::dashboard::cells;
use crate::dashboard::desk::{Arrival, Desk};
use crate::dashboard::form::Form;
use crate::dashboard::reading::{items, segment, text, with_query};
use crate::dashboard::{refusals, words};
use crate::pages::dashboard::form::{FactView, FieldView, InputView};
use crate::pages::dashboard::table::Link;
use crate::pages::dashboard::wizard::{Connected, SourceApplications, opening};
use crate::pages::{FormAction, Frame, reply};
use crate::web::reply::see_other;
use crate::web::visit::{SHOWN_AGAIN, Shown, Visit};

/// Applications on one page.
const ON_A_PAGE: &str = "50";

/// What was typed and what came of it.
#[derive(Default)]
struct Beside {
    notice: Option<String>,
    problem: Option<String>,
    probe: Option<Value>,
    /// The mapping as it was typed, and what is wrong with it.
    mapping: Option<(String, String)>,
}

/// Shows it.
pub(in crate::dashboard) async fn get(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(show(&visit, &arrival, &id).await)
}

/// Tests it, stores its mapping, or switches it on or off.
pub(in crate::dashboard) async fn post(arrival: Arrival, Path(id): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(act(&visit, &arrival, &id, body).await)
}

async fn show(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let query = visit.query(arrival.incoming.query())?;
    let source = desk.read(&path_of(id)).await?;
    let beside = Beside {
        notice: words::notice(&visit.frame(&[]), query.get("done")),
        ..Beside::default()
    };
    Ok(page(&desk, &source, beside, StatusCode::OK))
}

async fn act(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let source = desk.read(&path_of(id)).await?;
    let frame = visit.frame(&[]);
    if form.get("test").is_some() {
        let probe = desk.call(Call::post(&format!("{}/test", path_of(id)), None)).await?;
        let beside = Beside {
            probe: Some(probe.body),
            ..Beside::default()
        };
        return Ok(page(&desk, &source, beside, StatusCode::OK));
    }
    let mut change = json!({});
    if let Some(switched) = form.get("enabled") {
        change["enabled"] = json!(switched == "true");
    }
    if form.get("map").is_some() {
        let typed = form.get("attribute_mapping").unwrap_or("{}");
        match serde_json::from_str::<Value>(typed) {
            Ok(mapping) => change["attribute_mapping"] = mapping,
            Err(error) => {
                let problem = frame.say_with("dashboard-mistyped-json", "why", &error.to_string());
                let beside = Beside {
                    mapping: Some((typed.to_owned(), problem)),
                    ..Beside::default()
                };
                return Ok(page(&desk, &source, beside, SHOWN_AGAIN));
            }
        }
    }
    let changed = desk
        .call(Call {
            method: Method::PATCH,
            path: &path_of(id),
            body: Some(&change),
            if_match: None,
        })
        .await?;
    if changed.is_done() {
        return Ok(see_other(&format!(
            "/admin/sources/{}/start?done=changed",
            changed.text("id")
        )));
    }
    let errors = refusals::errors(&frame, &changed);
    let first = errors.into_iter().next();
    let mapping = first
        .as_ref()
        .filter(|(field, _)| field.starts_with("attribute_mapping"));
    let beside = Beside {
        mapping: mapping.map(|(_, message)| {
            (
                form.get("attribute_mapping").unwrap_or_default().to_owned(),
                message.clone(),
            )
        }),
        problem: Some(first.map_or_else(|| changed.text("detail").to_owned(), |(_, message)| message)),
        ..Beside::default()
    };
    Ok(page(&desk, &source, beside, changed.status))
}

fn path_of(id: &str) -> String {
    format!("/sources/{}", segment(id))
}

fn page(desk: &Desk<'_>, source: &Answer, beside: Beside, status: StatusCode) -> Response {
    let frame = desk.visit.frame(&[]);
    let id = source.text("id");
    let mapping = mapping_field(&frame, source, beside.mapping);
    let page = Connected {
        shell: desk.shell(&frame),
        trail: trail(&frame, source),
        name: source.text("name").to_owned(),
        redirect_uri: source.text("redirect_uri").to_owned(),
        address: format!("/admin/sources/{id}/start"),
        notice: beside.notice,
        problem: beside.problem,
        authorize_url: beside
            .probe
            .as_ref()
            .and_then(|probe| opening(probe.get("authorize_url").and_then(Value::as_str))),
        probe: beside.probe.as_ref().map(|probe| facts(&frame, probe)),
        enabled: source.member("enabled") == &Value::Bool(true),
        fields: mapping.into_iter().collect(),
        applications: format!("/admin/sources/{id}/applications"),
        settings: format!("/admin/sources/{id}"),
        frame: &frame,
    };
    reply(status, &page, &FormAction::Here)
}

fn facts(frame: &Frame<'_>, probe: &Value) -> Vec<FactView> {
    cells::members(frame, probe)
}

/// The mapping of kinds that have no standard claims.
fn mapping_field(frame: &Frame<'_>, source: &Answer, typed: Option<(String, String)>) -> Option<FieldView> {
    if source.text("kind") == "oidc" || !source.member("preset").is_null() || !source.member("profile_script").is_null()
    {
        return None;
    }
    let stored = serde_json::to_string_pretty(source.member("attribute_mapping")).unwrap_or_default();
    let (value, problem) = match typed {
        Some((value, problem)) => (value, Some(problem)),
        None => (stored, None),
    };
    let rows = value.lines().count().saturating_add(1).clamp(4, 12);
    Some(FieldView {
        name: "attribute_mapping".to_owned(),
        label: words::label(frame, "attribute_mapping"),
        help: Some(frame.say("wizard-help-mapping")),
        problem,
        mark: None,
        theirs: None,
        was_changed: false,
        required: false,
        input: InputView::Area(value, rows, true),
    })
}

fn trail(frame: &Frame<'_>, source: &Answer) -> Vec<Link> {
    vec![
        Link {
            address: "/admin/sources".to_owned(),
            text: frame.say("dashboard-sources"),
        },
        Link {
            address: format!("/admin/sources/{}", source.text("id")),
            text: source.text("name").to_owned(),
        },
    ]
}

/// Shows which applications offer it.
pub(in crate::dashboard) async fn applications(arrival: Arrival, Path(id): Path<String>) -> Response {
    let visit = arrival.visit();
    visit.answer(show_applications(&visit, &arrival, &id).await)
}

/// Stores which applications offer it.
pub(in crate::dashboard) async fn enable(arrival: Arrival, Path(id): Path<String>, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(store_applications(&visit, &arrival, &id, body).await)
}

async fn show_applications(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let query = visit.query(arrival.incoming.query())?;
    let frame = visit.frame(&[]);
    let source = desk.read(&path_of(id)).await?;
    let search = query.get("q").unwrap_or_default();
    let cursor = query.get("cursor").unwrap_or_default();
    let mut pairs = vec![("limit", ON_A_PAGE)];
    pairs.extend(
        [("q", search), ("cursor", cursor)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty()),
    );
    let list = desk.read(&with_query("/applications", pairs)).await?;
    let chosen: Vec<&str> = items(&source.body, "applications")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let all = source.member("applications").is_null();
    let rows: Vec<(String, String, bool)> = items(&list.body, "items")
        .iter()
        .map(|application| {
            let slug = text(application, "slug");
            (
                slug.to_owned(),
                text(application, "name").to_owned(),
                chosen.contains(&slug),
            )
        })
        .collect();
    let address = format!("/admin/sources/{}/applications", source.text("id"));
    let kept = chosen
        .iter()
        .filter(|slug| !rows.iter().any(|(there, ..)| there == **slug));
    let next = list
        .member("next_cursor")
        .as_str()
        .map(|next| with_query(&address, [("q", search), ("cursor", next)]));
    let page = SourceApplications {
        shell: desk.shell(&frame),
        trail: trail(&frame, &source),
        notice: words::notice(&frame, query.get("done")),
        problem: None,
        all,
        search: search.to_owned(),
        kept: kept.map(|slug| (*slug).to_owned()).collect(),
        rows,
        next,
        begin: format!("/admin/sources/{}/start", source.text("id")),
        address,
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn store_applications(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let desk = arrival.desk(visit).await?;
    let form = Form::read(visit, body).await?;
    desk.check_form(form.get("csrf"))?;
    let chosen: Vec<&str> = form.all("application").collect();
    let applications = if form.get("which") == Some("all") {
        Value::Null
    } else {
        json!(chosen)
    };
    let change = json!({ "applications": applications });
    let changed = desk
        .call(Call {
            method: Method::PATCH,
            path: &path_of(id),
            body: Some(&change),
            if_match: None,
        })
        .await?;
    if changed.is_done() {
        return Ok(see_other(&format!(
            "/admin/sources/{}/applications?done=changed",
            changed.text("id")
        )));
    }
    let frame = visit.frame(&[]);
    let source = desk.read(&path_of(id)).await?;
    let page = SourceApplications {
        shell: desk.shell(&frame),
        trail: trail(&frame, &source),
        notice: None,
        problem: Some(changed.text("detail").to_owned()),
        all: applications.is_null(),
        search: String::new(),
        kept: Vec::new(),
        rows: chosen
            .iter()
            .map(|slug| ((*slug).to_owned(), (*slug).to_owned(), true))
            .collect(),
        next: None,
        begin: format!("/admin/sources/{}/start", source.text("id")),
        address: format!("/admin/sources/{}/applications", source.text("id")),
        frame: &frame,
    };
    Ok(reply(changed.status, &page, &FormAction::Here))
}

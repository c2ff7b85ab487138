//! A record with its form, and the form of a new one.

use http::{Method, StatusCode};
use protocol::params::Params;
use protocol::refusal::Refusal;
use serde_json::{Map, Value};

use super::api::{Answer, Call};
use super::cells::{self, Names};
use super::desk::Desk;
use super::draft::{Draft, fields_of};
use super::fields::Making;
use super::form::Form;
use super::place::Spot;
use super::resource::{Cell, Column, Field, Resource};
use super::{list, once, refusals, related, trial, wizard, words};
use crate::pages::dashboard::form::{FactView, FormPage, TrialView, WarningView};
use crate::pages::dashboard::table::{CellView, Link};
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Halt, SHOWN_AGAIN, Shown};

/// Lines about every record.
pub(super) const ABOUT: &[Column] = &[
    Column {
        member: "id",
        cell: Cell::Copy,
    },
    Column {
        member: "created_at",
        cell: Cell::Time,
    },
    Column {
        member: "updated_at",
        cell: Cell::Time,
    },
];

/// What a form is shown with beside its fields.
#[derive(Default)]
struct Beside {
    notice: Option<String>,
    problem: Option<String>,
    problems: Vec<String>,
    outcome: Option<TrialView>,
}

/// Shows a record.
pub(super) async fn show(desk: &Desk<'_>, spot: &Spot, id: &str, query: &Params) -> Shown {
    let answer = desk.read(&spot.api_of(id)).await?;
    let draft = Draft::stored(&fields_of(spot.resource, false), &answer.body);
    let beside = Beside {
        notice: words::notice(&desk.visit.frame(&[]), query.get("done")),
        ..Beside::default()
    };
    page(desk, spot, &answer, &draft, beside, StatusCode::OK).await
}

/// Takes the form of a record.
pub(super) async fn change(desk: &Desk<'_>, spot: &Spot, id: &str, form: &Form) -> Shown {
    let resource = spot.resource;
    if !resource.may.update {
        return Err(Refusal::NotFound.into());
    }
    let frame = desk.visit.frame(&[]);
    let fields = fields_of(resource, false);
    let path = spot.api_of(id);
    let stored = desk.read(&path).await?;
    let mut draft = Draft::sent(&fields, form);
    if let Some(outcome) = trial::of(desk, resource, form).await? {
        let beside = Beside {
            outcome: Some(outcome),
            ..Beside::default()
        };
        return page(desk, spot, &as_sent(&stored, form), &draft, beside, StatusCode::OK).await;
    }
    if is_search(form, &mut draft) {
        return page(
            desk,
            spot,
            &as_sent(&stored, form),
            &draft,
            Beside::default(),
            StatusCode::OK,
        )
        .await;
    }
    let Some(body) = draft.body(&fields, Some(&stored.body), Making::mistyped(&frame)) else {
        return page(
            desk,
            spot,
            &as_sent(&stored, form),
            &draft,
            Beside::default(),
            SHOWN_AGAIN,
        )
        .await;
    };
    let there = spot.page_of(stored.text("id"));
    if body.as_object().is_some_and(Map::is_empty) {
        return Ok(list::done(&there, "nothing"));
    }
    let version = form.get("version").unwrap_or_default();
    let answer = desk
        .call(Call {
            method: Method::PATCH,
            path: &path,
            body: Some(&body),
            if_match: Some(version),
        })
        .await?;
    if answer.is_done() {
        return Ok(list::done(&there, "changed"));
    }
    if answer.status == StatusCode::PRECONDITION_FAILED {
        let now = desk.read(&path).await?;
        draft.meet(&fields, &now.body);
        let beside = Beside {
            problem: Some(frame.say("dashboard-stale")),
            ..Beside::default()
        };
        return page(desk, spot, &now, &draft, beside, StatusCode::PRECONDITION_FAILED).await;
    }
    let (status, beside) = refused(&frame, &mut draft, &answer);
    page(desk, spot, &as_sent(&stored, form), &draft, beside, status).await
}

/// The record as it is, with the version that the form was made from: what was changed since is still somebody else's.
fn as_sent(stored: &Answer, form: &Form) -> Answer {
    Answer {
        status: stored.status,
        etag: form.get("version").map(str::to_owned),
        body: stored.body.clone(),
    }
}

/// Takes over what the API says is wrong.
fn refused(frame: &Frame<'_>, draft: &mut Draft, answer: &Answer) -> (StatusCode, Beside) {
    let errors = refusals::errors(frame, answer);
    let problem = if errors.is_empty() {
        answer.text("detail").to_owned()
    } else {
        frame.say("dashboard-wrong")
    };
    let beside = Beside {
        problem: Some(problem),
        problems: draft.refuse(&errors),
        ..Beside::default()
    };
    (answer.status, beside)
}

/// Whether a search was asked for, by its button or by the Enter key in its field. A search that is not wanted is forgotten.
fn is_search(form: &Form, draft: &mut Draft) -> bool {
    match form.get("find") {
        Some(field) => {
            draft.searches.retain(|name, _| *name == field);
            true
        }
        None if form.get("save").is_none() && !draft.searches.is_empty() => true,
        None => {
            draft.searches.clear();
            false
        }
    }
}

async fn page(
    desk: &Desk<'_>,
    spot: &Spot,
    answer: &Answer,
    draft: &Draft,
    beside: Beside,
    status: StatusCode,
) -> Shown {
    let frame = desk.visit.frame(&[]);
    let resource = spot.resource;
    let record = &answer.body;
    let id = answer.text("id");
    let mut names = Names::default();
    let mut facts = cells::facts(desk, &mut names, &frame, resource.facts, record).await?;
    facts.extend(cells::facts(desk, &mut names, &frame, ABOUT, record).await?);
    if resource.path == "keys" && record.get("certificate").is_some_and(Value::is_string) {
        facts.push(FactView {
            label: words::label(&frame, "certificate"),
            cell: CellView::Link(Link {
                address: format!("{}/certificate", spot.page_of(id)),
                text: frame.say("dashboard-download"),
            }),
        });
    }
    let related = related::views(desk, &mut names, &frame, spot, record).await?;
    let mut making = Making {
        desk,
        frame: &frame,
        names: &mut names,
    };
    let may_update = resource.may.update;
    let groups = if may_update {
        making.groups(resource.groups, draft).await?
    } else {
        Vec::new()
    };
    let trial = match (beside.outcome, &resource.trial) {
        (Some(outcome), _) => Some(outcome),
        (None, Some(trial)) => Some(trial::blank(&mut making, trial).await?),
        (None, None) => None,
    };
    let mut hidden = draft.hidden();
    hidden.push(("version".to_owned(), answer.etag.clone().unwrap_or_default()));
    let shown = FormPage {
        shell: desk.shell(&frame),
        trail: trail(&frame, spot),
        title: cells::called(resource, record),
        text: None,
        notice: beside.notice,
        problem: beside.problem,
        problems: beside.problems,
        warnings: warnings(&frame, record),
        facts,
        action: may_update.then(|| spot.page_of(id)),
        hidden,
        groups,
        button: frame.say("dashboard-save"),
        is_danger: false,
        trial,
        ways: wizard::ways(&frame, resource, id)
            .into_iter()
            .chain(resource.actions.iter().map(|action| Link {
                address: format!("{}/do/{}", spot.page_of(id), action.name),
                text: words::action(&frame, action.name),
            }))
            .collect(),
        delete: resource.may.delete.then(|| Link {
            address: format!("{}/delete", spot.page_of(id)),
            text: frame.say(&format!("dashboard-delete-{}", resource.path)),
        }),
        related,
        frame: &frame,
    };
    Ok(reply(status, &shown, &FormAction::Here))
}

/// Where one comes from.
pub(super) fn trail(frame: &Frame<'_>, spot: &Spot) -> Vec<Link> {
    let above = spot.above.as_ref().map(|(parent, _)| Link {
        address: spot.page_above().unwrap_or_default(),
        text: words::title(frame, parent.path),
    });
    let list = Link {
        address: spot.page(),
        text: words::title(frame, spot.resource.path),
    };
    above.into_iter().chain([list]).collect()
}

fn warnings(frame: &Frame<'_>, record: &Value) -> Vec<WarningView> {
    let text = |warning: &Value, member: &str| warning.get(member).and_then(Value::as_str).map(str::to_owned);
    let list = record.get("warnings").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .map(|warning| WarningView {
            field: words::label(frame, &text(warning, "field").unwrap_or_default()),
            message: text(warning, "message").unwrap_or_default(),
            suggestion: text(warning, "suggestion"),
        })
        .collect()
}

/// Shows the form of a new record. What the address says stands in it already.
pub(super) async fn blank(desk: &Desk<'_>, spot: &Spot, query: &Params) -> Shown {
    exists(desk, spot).await?;
    let fields = fields_of(spot.resource, true);
    let mut draft = Draft::blank(&fields);
    for (name, text) in suggested(desk, spot.resource) {
        prefill(&mut draft, &fields, name, &text);
    }
    for (name, text) in query.iter() {
        prefill(&mut draft, &fields, name, text);
    }
    new_page(desk, spot, &draft, Beside::default(), StatusCode::OK).await
}

fn prefill(draft: &mut Draft, fields: &[&'static Field], name: &str, text: &str) {
    if let Some(field) = fields.iter().find(|field| field.name == name) {
        draft.prefill(field, text);
    }
}

/// What is better than the default of the API for somebody who makes a record here: an application signs with a key that
/// everybody can check.
fn suggested(desk: &Desk<'_>, resource: &Resource) -> Vec<(&'static str, String)> {
    if resource.path != "applications" {
        return Vec::new();
    }
    let snapshot = desk.visit.app.snapshot();
    let key = snapshot.active(protocol::jose::Algorithm::RS256);
    key.map(|key| ("signing_key", key.record.id.clone()))
        .into_iter()
        .collect()
}

/// The record that a new one shall belong to has to be there.
async fn exists(desk: &Desk<'_>, spot: &Spot) -> Result<(), Halt> {
    if let Some((parent, id)) = &spot.above {
        desk.read(&format!("/{}/{id}", parent.path)).await?;
    }
    Ok(())
}

/// Takes the form of a new record.
pub(super) async fn create(desk: &Desk<'_>, spot: &Spot, form: &Form) -> Shown {
    exists(desk, spot).await?;
    let frame = desk.visit.frame(&[]);
    let fields = fields_of(spot.resource, true);
    let mut draft = Draft::sent(&fields, form);
    if let Some(outcome) = trial::of(desk, spot.resource, form).await? {
        let beside = Beside {
            outcome: Some(outcome),
            ..Beside::default()
        };
        return new_page(desk, spot, &draft, beside, StatusCode::OK).await;
    }
    if is_search(form, &mut draft) {
        return new_page(desk, spot, &draft, Beside::default(), StatusCode::OK).await;
    }
    let Some(body) = draft.body(&fields, None, Making::mistyped(&frame)) else {
        return new_page(desk, spot, &draft, Beside::default(), SHOWN_AGAIN).await;
    };
    let answer = desk.call(Call::post(&spot.api(), Some(&body))).await?;
    if !answer.is_done() {
        let (status, beside) = refused(&frame, &mut draft, &answer);
        return new_page(desk, spot, &draft, beside, status).await;
    }
    made(desk, spot, &answer)
}

/// On to what was made, or its secret, this once.
fn made(desk: &Desk<'_>, spot: &Spot, answer: &Answer) -> Shown {
    let there = match spot.page_above() {
        Some(above) => above,
        None => spot.page_of(answer.text("id")),
    };
    let secrets = once::secrets(&answer.body);
    if secrets.is_empty() {
        return Ok(list::done(&there, "made"));
    }
    Ok(once::show(desk, spot.resource, &answer.body, secrets, &there))
}

async fn new_page(desk: &Desk<'_>, spot: &Spot, draft: &Draft, beside: Beside, status: StatusCode) -> Shown {
    let frame = desk.visit.frame(&[]);
    let resource = spot.resource;
    let mut names = Names::default();
    let mut making = Making {
        desk,
        frame: &frame,
        names: &mut names,
    };
    let groups = making.groups(resource.groups, draft).await?;
    let trial = match (beside.outcome, &resource.trial) {
        (Some(outcome), _) => Some(outcome),
        (None, Some(trial)) => Some(trial::blank(&mut making, trial).await?),
        (None, None) => None,
    };
    let shown = FormPage {
        shell: desk.shell(&frame),
        trail: trail(&frame, spot),
        title: frame.say(&format!("dashboard-new-{}", resource.path)),
        text: Some(frame.say(&format!("dashboard-{}-text", resource.path))),
        notice: None,
        problem: beside.problem,
        problems: beside.problems,
        warnings: Vec::new(),
        facts: Vec::new(),
        action: Some(format!("{}/new", spot.page())),
        hidden: draft.hidden(),
        groups,
        button: frame.say("dashboard-make"),
        is_danger: false,
        trial,
        ways: Vec::new(),
        delete: None,
        related: Vec::new(),
        frame: &frame,
    };
    Ok(reply(status, &shown, &FormAction::Here))
}

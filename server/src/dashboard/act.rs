//! Actions: a question or a form, and what came of it. And the way to take a record away.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use protocol::refusal::Refusal;
use serde_json::Value;

use super::api::Call;
use super::cells::{self, Names};
use super::desk::Desk;
use super::draft::Draft;
use super::fields::Making;
use super::form::Form;
use super::place::Spot;
use super::record::trail;
use super::resource::{Action, Answered, Field};
use super::{list, once, refusals, words};
use crate::pages::dashboard::answer::{AnswerPage, Confirm};
use crate::pages::dashboard::form::{FormPage, GroupView};
use crate::pages::dashboard::table::Link;
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Halt, SHOWN_AGAIN, Shown};

/// An action where it is done.
pub(super) struct Doing<'p> {
    pub(super) spot: &'p Spot,
    /// The record; none: the resource as a whole.
    pub(super) id: Option<&'p str>,
    pub(super) action: &'static Action,
}

impl Doing<'_> {
    fn api(&self) -> String {
        match self.id {
            Some(id) => format!("{}/{}", self.spot.api_of(id), self.action.name),
            None => format!("{}/{}", self.spot.api(), self.action.name),
        }
    }

    fn page(&self) -> String {
        match self.id {
            Some(id) => format!("{}/do/{}", self.spot.page_of(id), self.action.name),
            None => format!("{}/do/{}", self.spot.page(), self.action.name),
        }
    }

    /// Where one goes afterwards.
    fn back(&self) -> String {
        match (self.id, self.spot.has_pages()) {
            (Some(id), true) => self.spot.page_of(id),
            (Some(_), false) => self.spot.page(),
            (None, _) => self.spot.page(),
        }
    }

    /// What the record is called; also whether it is there.
    async fn name(&self, desk: &Desk<'_>) -> Result<String, Halt> {
        match self.id {
            Some(id) if self.spot.has_pages() => {
                let answer = desk.read(&self.spot.api_of(id)).await?;
                Ok(cells::called(self.spot.resource, &answer.body))
            }
            Some(id) => Ok(id.to_owned()),
            None => Ok(words::title(&desk.visit.frame(&[]), self.spot.resource.path)),
        }
    }

    fn trail(&self, frame: &Frame<'_>, name: &str) -> Vec<Link> {
        let mut trail = trail(frame, self.spot);
        if self.id.is_some() && self.spot.has_pages() {
            trail.push(Link {
                address: self.back(),
                text: name.to_owned(),
            });
        }
        trail
    }
}

/// Asks, or shows what can be read without doing anything.
pub(super) async fn ask(desk: &Desk<'_>, doing: &Doing<'_>) -> Shown {
    let name = doing.name(desk).await?;
    if doing.action.answer == Answered::Read {
        let answer = desk.read(&doing.api()).await?;
        return Ok(answered(desk, doing, &name, &answer.body));
    }
    let fields: Vec<&'static Field> = doing.action.fields.iter().collect();
    form(desk, doing, &name, &Draft::blank(&fields), None, StatusCode::OK).await
}

/// Does it.
pub(super) async fn act(desk: &Desk<'_>, doing: &Doing<'_>, sent: &Form) -> Shown {
    if doing.action.answer == Answered::Read {
        return Err(Refusal::MethodNotAllowed.into());
    }
    let frame = desk.visit.frame(&[]);
    let name = doing.name(desk).await?;
    let fields: Vec<&'static Field> = doing.action.fields.iter().collect();
    let mut draft = Draft::sent(&fields, sent);
    if let Some(field) = sent.get("find") {
        draft.searches.retain(|name, _| *name == field);
        return form(desk, doing, &name, &draft, None, StatusCode::OK).await;
    }
    draft.searches.clear();
    let Some(body) = draft.whole_body(&fields, Making::mistyped(&frame)) else {
        return form(desk, doing, &name, &draft, None, SHOWN_AGAIN).await;
    };
    let body = if fields.is_empty() { None } else { Some(&body) };
    let answer = desk.call(Call::post(&doing.api(), body)).await?;
    if !answer.is_done() {
        let errors = refusals::errors(&frame, &answer);
        let others = draft.refuse(&errors);
        let problem = match (errors.is_empty(), others.first()) {
            (true, _) => answer.text("detail").to_owned(),
            (false, Some(other)) => other.clone(),
            (false, None) => frame.say("dashboard-wrong"),
        };
        return form(desk, doing, &name, &draft, Some(problem), answer.status).await;
    }
    let secrets = once::secrets(&answer.body);
    if !secrets.is_empty() {
        return Ok(once::show(
            desk,
            doing.spot.resource,
            &answer.body,
            secrets,
            &doing.back(),
        ));
    }
    Ok(match doing.action.answer {
        Answered::Done => list::done(&doing.back(), "done"),
        Answered::Shown | Answered::Read => answered(desk, doing, &name, &answer.body),
    })
}

async fn form(
    desk: &Desk<'_>,
    doing: &Doing<'_>,
    name: &str,
    draft: &Draft,
    problem: Option<String>,
    status: StatusCode,
) -> Shown {
    let frame = desk.visit.frame(&[]);
    let mut names = Names::default();
    let mut making = Making {
        desk,
        frame: &frame,
        names: &mut names,
    };
    let fields = making.fields(doing.action.fields.iter(), draft).await?;
    let group = GroupView {
        title: name.to_owned(),
        folded: false,
        open: true,
        fields,
    };
    let page = FormPage {
        shell: desk.shell(&frame),
        trail: doing.trail(&frame, name),
        title: words::action(&frame, doing.action.name),
        text: Some(frame.say(&format!("dashboard-do-{}-text", doing.action.name))),
        notice: None,
        problem,
        problems: Vec::new(),
        warnings: Vec::new(),
        facts: Vec::new(),
        action: Some(doing.page()),
        hidden: draft.hidden(),
        groups: vec![group],
        button: words::action(&frame, doing.action.name),
        is_danger: false,
        trial: None,
        ways: Vec::new(),
        delete: None,
        related: Vec::new(),
        frame: &frame,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

fn answered(desk: &Desk<'_>, doing: &Doing<'_>, name: &str, answer: &Value) -> Response {
    let frame = desk.visit.frame(&[]);
    let page = AnswerPage {
        shell: desk.shell(&frame),
        trail: doing.trail(&frame, name),
        title: words::action(&frame, doing.action.name),
        facts: cells::members(&frame, answer),
        frame: &frame,
    };
    reply(StatusCode::OK, &page, &FormAction::Here)
}

/// Asks before a record goes away.
pub(super) async fn ask_delete(desk: &Desk<'_>, spot: &Spot, id: &str) -> Shown {
    confirm(desk, spot, id, None, StatusCode::OK).await
}

/// Takes a record away.
pub(super) async fn delete(desk: &Desk<'_>, spot: &Spot, id: &str, form: &Form) -> Shown {
    let version = form.get("version");
    let answer = desk
        .call(Call {
            method: Method::DELETE,
            path: &spot.api_of(id),
            body: None,
            if_match: version,
        })
        .await?;
    match answer.status {
        status if status.is_success() => Ok(list::done(&spot.page_above().unwrap_or_else(|| spot.page()), "deleted")),
        StatusCode::NOT_FOUND => Err(Refusal::NotFound.into()),
        status => {
            let frame = desk.visit.frame(&[]);
            let problem = match status {
                StatusCode::PRECONDITION_FAILED => frame.say("dashboard-stale-delete"),
                _ => answer.text("detail").to_owned(),
            };
            confirm(desk, spot, id, Some(problem), status).await
        }
    }
}

async fn confirm(desk: &Desk<'_>, spot: &Spot, id: &str, problem: Option<String>, status: StatusCode) -> Shown {
    let frame = desk.visit.frame(&[]);
    let answer = desk.read(&spot.api_of(id)).await?;
    let title = frame.say(&format!("dashboard-delete-{}", spot.resource.path));
    let page = Confirm {
        shell: desk.shell(&frame),
        trail: trail(&frame, spot),
        name: cells::called(spot.resource, &answer.body),
        text: frame.say("dashboard-delete-text"),
        problem,
        action: format!("{}/delete", spot.page_of(id)),
        version: answer.etag.unwrap_or_default(),
        button: title.clone(),
        back: spot.page_above().unwrap_or_else(|| spot.page_of(id)),
        title,
        frame: &frame,
    };
    Ok(reply(status, &page, &FormAction::Here))
}

/// The certificate of a key, as a file.
pub(super) async fn certificate(desk: &Desk<'_>, id: &str) -> Shown {
    let answer = desk.read(&format!("/keys/{id}")).await?;
    let text = answer.text("certificate").to_owned();
    if text.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, "application/x-pem-file"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"certificate.pem\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

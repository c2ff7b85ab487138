//! The trial of an expression beside its editor: the API runs what stands in the form, saved or not.

use serde_json::{Value, json};

use super::api::Call;
use super::cells::Names;
use super::desk::Desk;
use super::draft::Draft;
use super::fields::Making;
use super::form::Form;
use super::resource::{Field, Resource, Trial};
use super::{mark, refusals};
use crate::pages::dashboard::form::{OutcomeView, TrialView};
use crate::web::visit::Halt;

/// What distinguishes the fields of a trial from those of the record, which may have the same names.
const PREFIX: &str = "try:";

/// The form of a trial before anything was tried.
pub(super) async fn blank(making: &mut Making<'_, '_>, trial: &'static Trial) -> Result<TrialView, Halt> {
    let fields: Vec<&'static Field> = trial.fields.iter().collect();
    view(making, trial, &Draft::blank(&fields), None).await
}

async fn view(
    making: &mut Making<'_, '_>,
    trial: &'static Trial,
    draft: &Draft,
    outcome: Option<OutcomeView>,
) -> Result<TrialView, Halt> {
    let mut fields = making.fields(trial.fields.iter(), draft).await?;
    for field in &mut fields {
        field.name.insert_str(0, PREFIX);
    }
    Ok(TrialView { fields, outcome })
}

/// Runs the trial that a form asks for; `None`: it asks for none. A search for something to try with is shown as well.
pub(super) async fn of(desk: &Desk<'_>, resource: &'static Resource, form: &Form) -> Result<Option<TrialView>, Halt> {
    let Some(trial) = &resource.trial else { return Ok(None) };
    let search = match form.get("find") {
        Some(field) => field.strip_prefix(PREFIX),
        None => by_enter(form),
    };
    if form.get("try").is_none() && search.is_none() {
        return Ok(None);
    }
    let frame = desk.visit.frame(&[]);
    let fields: Vec<&'static Field> = trial.fields.iter().collect();
    let mut draft = Draft::typed(&fields, form, PREFIX);
    draft.searches.retain(|name, _| Some(*name) == search);
    let mut outcome = None;
    if search.is_none()
        && let Some(mut body) = draft.whole_body(&fields, Making::mistyped(&frame))
    {
        let source = form.all(trial.member).next().unwrap_or_default().replace("\r\n", "\n");
        if let Some(body) = body.as_object_mut() {
            body.insert(trial.member.to_owned(), json!(source));
        }
        let answer = desk.call(Call::post(trial.path, Some(&body))).await?;
        if answer.is_done() {
            outcome = Some(shown(&source, &answer.body));
        } else {
            let errors = refusals::errors(&frame, &answer);
            let others = draft.refuse(&errors);
            outcome = Some(failed(
                &source,
                others.first().map_or(answer.text("detail"), String::as_str),
            ));
        }
    }
    let mut names = Names::default();
    let mut making = Making {
        desk,
        frame: &frame,
        names: &mut names,
    };
    Ok(Some(view(&mut making, trial, &draft, outcome).await?))
}

/// The field whose search was sent with the Enter key.
fn by_enter(form: &Form) -> Option<&str> {
    if form.get("save").is_some() || form.get("try").is_some() {
        return None;
    }
    form.iter()
        .filter(|(_, value)| !value.is_empty())
        .find_map(|(name, _)| name.strip_prefix("find:")?.strip_prefix(PREFIX))
}

fn failed(source: &str, message: &str) -> OutcomeView {
    OutcomeView {
        mark: mark::in_message(source, message),
        error: Some(message.to_owned()),
        ..OutcomeView::default()
    }
}

fn shown(source: &str, answer: &Value) -> OutcomeView {
    let texts = |member: &str| -> Vec<String> {
        let list = answer.get(member).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(|item| match item.get("text").and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => super::values::plain(item),
            })
            .collect()
    };
    let error = answer.get("error").filter(|error| !error.is_null());
    let message = error.and_then(|error| error.get("message")).and_then(Value::as_str);
    let line = error.and_then(|error| error.get("line")).and_then(Value::as_u64);
    let line = line.and_then(|line| usize::try_from(line).ok());
    OutcomeView {
        mark: message
            .and_then(|message| mark::in_message(source, message))
            .or_else(|| mark::at(source, line?, None)),
        error: message.map(str::to_owned),
        passing: answer.get("passing") == Some(&Value::Bool(true)),
        value: serde_json::to_string_pretty(answer.get("value").unwrap_or(&Value::Null)).unwrap_or_default(),
        messages: texts("messages"),
        logs: texts("logs"),
    }
}

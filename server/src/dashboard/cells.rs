//! Members of records as pages show them, and the names of the records that they refer to.

use std::collections::HashMap;

use serde_json::Value;

use super::api::Call;
use super::desk::Desk;
use super::resource::{Cell, Column, Resource};
use super::resources;
use super::values::plain;
use super::words;
use crate::pages::Frame;
use crate::pages::dashboard::form::FactView;
use crate::pages::dashboard::table::{CellView, Link};
use crate::web::visit::Halt;

/// What was read for one page: names of records, so that none is asked for twice.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<String, Option<Link>>,
    lists: HashMap<String, Value>,
}

impl Names {
    /// The record of this id or name; `None` when it is gone.
    pub(super) async fn find(&mut self, desk: &Desk<'_>, resource: &Resource, id: &str) -> Result<Option<Link>, Halt> {
        let safe = id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !safe || id.is_empty() || id.len() > 128 {
            return Ok(None);
        }
        let path = format!("/{}/{id}", resource.path);
        if let Some(known) = self.known.get(&path) {
            return Ok(known.clone());
        }
        let answer = desk.call(Call::get(&path)).await?;
        let found = answer.is_done().then(|| Link {
            address: format!("/admin/{}/{}", resource.path, answer.text("id")),
            text: called(resource, &answer.body),
        });
        self.known.insert(path, found.clone());
        Ok(found)
    }

    /// What such a record is called; its id when it is gone.
    pub(super) async fn text(&mut self, desk: &Desk<'_>, resource: &Resource, id: &str) -> Result<String, Halt> {
        let found = self.find(desk, resource, id).await?;
        Ok(found.map_or_else(|| id.to_owned(), |link| link.text))
    }

    /// A list of the API, read once for a page.
    pub(super) async fn list(&mut self, desk: &Desk<'_>, path: &str) -> Result<Value, Halt> {
        if let Some(known) = self.lists.get(path) {
            return Ok(known.clone());
        }
        let answer = desk.call(Call::get(path)).await?;
        self.lists.insert(path.to_owned(), answer.body.clone());
        Ok(answer.body)
    }
}

/// What a record is called.
pub(super) fn called(resource: &Resource, record: &Value) -> String {
    let members = resource.called.iter().chain(&["id"]);
    members
        .map(|member| record.get(*member).map(plain).unwrap_or_default())
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default()
}

/// A moment as people read it; all times are UTC.
pub(super) fn moment(machine: &str) -> String {
    match (machine.get(..10), machine.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => machine.to_owned(),
    }
}

/// A member of a record.
pub(super) async fn cell(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &Frame<'_>,
    column: &Column,
    record: &Value,
) -> Result<CellView, Halt> {
    let value = record.get(column.member).unwrap_or(&Value::Null);
    let text = plain(value);
    Ok(match column.cell {
        Cell::Switch => CellView::Switch(value == &Value::Bool(true)),
        _ if value.is_null() || text.is_empty() => CellView::Nothing,
        Cell::Text => CellView::Text(text),
        Cell::Code => CellView::Code(text),
        Cell::Copy => CellView::Copy(text),
        Cell::Time => CellView::Time(text.clone(), moment(&text)),
        Cell::Badge => CellView::Badge(text.clone(), words::word(frame, &text)),
        Cell::Words => match value.as_array() {
            Some(items) if items.is_empty() => CellView::Nothing,
            Some(items) => CellView::Words(items.iter().map(plain).collect()),
            None => CellView::Code(text),
        },
        Cell::Json if value.as_array().is_some_and(Vec::is_empty) => CellView::Nothing,
        Cell::Json if value.as_object().is_some_and(serde_json::Map::is_empty) => CellView::Nothing,
        Cell::Json => CellView::Json(serde_json::to_string_pretty(value).unwrap_or_default()),
        Cell::Of(path) => link(desk, names, resources::find(path), text).await?,
        Cell::Any => {
            let resource = resources::of_id(&text);
            link(desk, names, resource, text).await?
        }
    })
}

async fn link(
    desk: &Desk<'_>,
    names: &mut Names,
    resource: Option<&'static Resource>,
    id: String,
) -> Result<CellView, Halt> {
    let found = match resource {
        Some(resource) => names.find(desk, resource, &id).await?,
        None => None,
    };
    Ok(found.map_or(CellView::Code(id), CellView::Link))
}

/// Lines about a record; those that say nothing are left out.
pub(super) async fn facts(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &Frame<'_>,
    columns: &[Column],
    record: &Value,
) -> Result<Vec<FactView>, Halt> {
    let mut found = Vec::with_capacity(columns.len());
    for column in columns {
        let cell = cell(desk, names, frame, column, record).await?;
        if !matches!(cell, CellView::Nothing) {
            let label = words::label(frame, column.member);
            found.push(FactView { label, cell });
        }
    }
    Ok(found)
}

/// Every member of an answer whose members nobody described.
pub(super) fn members(frame: &Frame<'_>, answer: &Value) -> Vec<FactView> {
    let Some(object) = answer.as_object() else {
        let cell = CellView::Json(serde_json::to_string_pretty(answer).unwrap_or_default());
        return vec![FactView {
            label: String::new(),
            cell,
        }];
    };
    let show = |value: &Value| match value {
        Value::Null => CellView::Nothing,
        Value::Bool(on) => CellView::Switch(*on),
        Value::String(text) if text.is_empty() => CellView::Nothing,
        Value::String(text) if text.lines().count() > 1 => CellView::Json(text.clone()),
        Value::String(text) => CellView::Copy(text.clone()),
        Value::Number(number) => CellView::Code(number.to_string()),
        Value::Array(items) if items.is_empty() => CellView::Nothing,
        Value::Array(items) if items.iter().all(Value::is_string) => CellView::Words(items.iter().map(plain).collect()),
        other => CellView::Json(serde_json::to_string_pretty(other).unwrap_or_default()),
    };
    object
        .iter()
        .map(|(member, value)| FactView {
            label: words::label(frame, member),
            cell: show(value),
        })
        .collect()
}

//! What belongs to a record: the first of other records, and the way to all of them.

use serde_json::Value;

use super::api::Call;
use super::cells::Names;
use super::desk::Desk;
use super::list;
use super::place::Spot;
use super::resource::Related;
use super::{resources, words};
use crate::pages::Frame;
use crate::pages::dashboard::form::RelatedView;
use crate::pages::dashboard::table::Link;
use crate::web::visit::Halt;

/// How many are shown with the record.
const SHOWN: u32 = 10;

/// All that belongs to a record.
pub(super) async fn views<'f>(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &'f Frame<'f>,
    spot: &Spot,
    record: &Value,
) -> Result<Vec<RelatedView<'f>>, Halt> {
    let mut found = Vec::new();
    for related in spot.resource.related {
        if let Some(view) = view(desk, names, frame, spot, related, record).await? {
            found.push(view);
        }
    }
    Ok(found)
}

async fn view<'f>(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &'f Frame<'f>,
    spot: &Spot,
    related: &Related,
    record: &Value,
) -> Result<Option<RelatedView<'f>>, Halt> {
    let text = |member: &str| {
        record
            .get(member)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let id = text("id");
    let below = related.by.is_empty();
    let resource = if below {
        resources::find_below(spot.resource.path, related.path)
    } else {
        resources::find(related.path)
    };
    let Some(resource) = resource else { return Ok(None) };
    let there = Spot {
        resource,
        above: below.then(|| (spot.resource, id.clone())),
    };
    // External accounts know their source by its key.
    let value = if related.by == "source" { text("key") } else { id };
    let query = if below {
        String::new()
    } else {
        format!("{}={value}", related.by)
    };
    let table = if related.shown {
        let path = format!("{}?limit={SHOWN}&{query}", there.api());
        let answer = desk.call(Call::get(path.trim_end_matches('&'))).await?;
        let items = answer.member("items").as_array().map(Vec::as_slice).unwrap_or_default();
        Some(list::table(desk, names, frame, &there, items, &format!("related-{}", related.path)).await?)
    } else {
        None
    };
    let mut with: Vec<(String, String)> = Vec::new();
    if !below {
        with.push((related.by.to_owned(), value));
    }
    with.extend(
        related
            .with
            .split_once('=')
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let all = if query.is_empty() {
        there.page()
    } else {
        format!("{}?{query}", there.page())
    };
    Ok(Some(RelatedView {
        title: words::title(frame, related.path),
        table,
        all: Link {
            address: all,
            text: frame.say("dashboard-show-all"),
        },
        new: (related.shown && resource.may.create).then(|| list::new(frame, &there, &with)),
    }))
}

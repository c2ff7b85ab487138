//! Lists: search, filters, and pages forward and back. Nothing is counted, so a list of millions is as fast as one of ten.

use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::api::Call;
use super::cells::{self, Names};
use super::desk::Desk;
use super::place::Spot;
use super::resource::{Filter, FilterKind};
use super::{resources, words};
use crate::pages::dashboard::table::{CellView, ChipView, FilterView, Link, ListPage, OptionView, RowView, Table};
use crate::pages::{FormAction, Frame, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Shown};

/// Records on a page.
const PAGE: &str = "25";

/// What a list shows, as its address says it.
fn parameters(spot: &Spot, query: &Params) -> Vec<(String, String)> {
    let search = spot.resource.search.then_some("q");
    let filters = spot.resource.filters.iter().map(|filter| filter.name);
    let names = search.into_iter().chain(filters);
    names
        .filter_map(|name| Some((name.to_owned(), query.get(name)?.to_owned())))
        .collect()
}

fn address(path: &str, parameters: &[(String, String)]) -> String {
    if parameters.is_empty() {
        return path.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}

/// Shows a list.
pub(super) async fn show(desk: &Desk<'_>, spot: &Spot, query: &Params) -> Shown {
    let frame = desk.visit.frame(&[]);
    let chosen = parameters(spot, query);
    let mut asked = chosen.clone();
    asked.push(("limit".to_owned(), PAGE.to_owned()));
    if let Some(cursor) = query.get("cursor") {
        asked.push(("cursor".to_owned(), cursor.to_owned()));
    }
    let answer = desk.call(Call::get(&address(&spot.api(), &asked))).await?;
    let problem = match answer.status {
        status if status.is_success() => None,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST => Some(answer.text("detail").to_owned()),
        _ => return Err(Refusal::NotFound.into()),
    };
    let mut names = Names::default();
    let page = spot.page();
    let go = |member: &str| {
        let cursor = answer.member(member).as_str()?;
        let mut there = chosen.clone();
        there.push(("cursor".to_owned(), cursor.to_owned()));
        Some(address(&page, &there))
    };
    let title = words::title(&frame, spot.resource.path);
    let items = answer.member("items").as_array().map(Vec::as_slice).unwrap_or_default();
    let (filters, chips) = narrowing(desk, &mut names, &frame, spot, &chosen).await?;
    let shown = ListPage {
        table: table(desk, &mut names, &frame, spot, items, "records").await?,
        shell: desk.shell(&frame),
        text: frame.say(&format!("dashboard-{}-text", spot.resource.path)),
        notice: problem.or_else(|| words::notice(&frame, query.get("done"))),
        above: above(desk, &mut names, spot).await?,
        search: spot
            .resource
            .search
            .then(|| query.get("q").unwrap_or_default().to_owned()),
        ways: ways(&frame, spot, &chosen),
        previous: go("previous_cursor"),
        next: go("next_cursor"),
        address: page.clone(),
        filters,
        chips,
        title,
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &shown, &FormAction::Here))
}

/// The record that the list belongs to.
pub(super) async fn above(desk: &Desk<'_>, names: &mut Names, spot: &Spot) -> Result<Option<Link>, Halt> {
    match &spot.above {
        Some((parent, id)) => names.find(desk, parent, id).await,
        None => Ok(None),
    }
}

/// The way to a new record, which belongs to what the list is narrowed to, and to what is done with the whole resource.
fn ways(frame: &Frame<'_>, spot: &Spot, chosen: &[(String, String)]) -> Vec<Link> {
    let mut ways = Vec::new();
    if spot.resource.may.create {
        let refers = |name: &str| {
            let mut filters = spot.resource.filters.iter();
            filters.any(|filter| filter.name == name && matches!(filter.kind, FilterKind::Of(_)))
        };
        let with: Vec<(String, String)> = chosen.iter().filter(|(name, _)| refers(name)).cloned().collect();
        ways.push(new(frame, spot, &with));
    }
    ways.extend(spot.resource.common.iter().map(|action| Link {
        address: format!("{}/do/{}", spot.page(), action.name),
        text: words::action(frame, action.name),
    }));
    ways
}

/// The way to a new record; `with`: what stands in its form already.
pub(super) fn new(frame: &Frame<'_>, spot: &Spot, with: &[(String, String)]) -> Link {
    let fields: Vec<&str> = spot.resource.fields().map(|field| field.name).collect();
    let with: Vec<(String, String)> = with
        .iter()
        .filter(|(name, _)| fields.contains(&name.as_str()))
        .cloned()
        .collect();
    Link {
        address: address(&format!("{}/new", spot.page()), &with),
        text: frame.say(&format!("dashboard-new-{}", spot.resource.path)),
    }
}

async fn narrowing(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &Frame<'_>,
    spot: &Spot,
    chosen: &[(String, String)],
) -> Result<(Vec<FilterView>, Vec<ChipView>), Halt> {
    let (mut filters, mut chips) = (Vec::new(), Vec::new());
    for Filter { name, kind } in spot.resource.filters.iter().copied() {
        let given = chosen
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        let option = |value: &&str| OptionView {
            value: (*value).to_owned(),
            text: words::word(frame, value),
            chosen: given == Some(*value),
        };
        let options = match kind {
            FilterKind::Switch => ["true", "false"].iter().map(option).collect(),
            FilterKind::Choice(choices) => choices.iter().map(option).collect(),
            FilterKind::Text => Vec::new(),
            FilterKind::Of(path) => {
                if let Some(value) = given {
                    let without: Vec<(String, String)> =
                        chosen.iter().filter(|(key, _)| key != name).cloned().collect();
                    let resource = resources::find(path).or_else(|| resources::of_id(value));
                    chips.push(ChipView {
                        name,
                        label: words::label(frame, name),
                        value: value.to_owned(),
                        shown: match resource {
                            Some(resource) => names.text(desk, resource, value).await?,
                            None => value.to_owned(),
                        },
                        without: address(&spot.page(), &without),
                    });
                }
                continue;
            }
        };
        filters.push(FilterView {
            name,
            label: words::label(frame, name),
            options,
            value: given.unwrap_or_default().to_owned(),
        });
    }
    Ok((filters, chips))
}

/// Records in a table.
pub(super) async fn table<'f>(
    desk: &Desk<'_>,
    names: &mut Names,
    frame: &'f Frame<'f>,
    spot: &Spot,
    items: &[Value],
    id: &str,
) -> Result<Table<'f>, Halt> {
    let resource = spot.resource;
    let mut rows = Vec::with_capacity(items.len());
    for record in items {
        let record_id = record.get("id").and_then(Value::as_str).unwrap_or_default();
        let mut cells = Vec::with_capacity(resource.columns.len());
        for column in resource.columns {
            let label = words::label(frame, column.member);
            cells.push((label, cells::cell(desk, names, frame, column, record).await?));
        }
        let address = spot.has_pages().then(|| spot.page_of(record_id));
        if address.is_some()
            && let Some((_, first)) = cells.first_mut()
        {
            // The first cell leads to the record itself.
            *first = match std::mem::replace(first, CellView::Nothing) {
                CellView::Nothing => CellView::Text(cells::called(resource, record)),
                CellView::Link(link) => CellView::Text(link.text),
                other => other,
            };
        }
        rows.push(RowView {
            ways: if spot.has_pages() {
                Vec::new()
            } else {
                row_ways(frame, spot, record_id)
            },
            id: record_id.to_owned(),
            address,
            cells,
        });
    }
    let columns = resource.columns.iter();
    Ok(Table {
        frame,
        id: id.to_owned(),
        caption: words::title(frame, resource.path),
        heads: columns.map(|column| words::label(frame, column.member)).collect(),
        rows,
    })
}

/// What can be done with a record that has no page of its own.
fn row_ways(frame: &Frame<'_>, spot: &Spot, id: &str) -> Vec<Link> {
    let page = spot.page_of(id);
    let actions = spot.resource.actions.iter().map(|action| Link {
        address: format!("{page}/do/{}", action.name),
        text: words::action(frame, action.name),
    });
    let delete = spot.resource.may.delete.then(|| Link {
        address: format!("{page}/delete"),
        text: frame.say("dashboard-delete"),
    });
    actions.chain(delete).collect()
}

/// The answer of something that is done: on to `page`, which says so.
pub(super) fn done(page: &str, what: &str) -> Response {
    let what = if words::DONE.contains(&what) { what } else { "done" };
    see_other(&format!("{page}?done={what}"))
}

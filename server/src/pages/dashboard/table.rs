//! Lists of records: a table on wide screens, a card for each record on narrow ones.

use askama::Template;

use super::Shell;
use crate::pages::frame::Frame;

/// A list of one resource: `form#filters`, `table#records` with rows `tr[data-id=ID]`, `a#next` and `a#previous`.
#[derive(Debug, Template)]
#[template(path = "dashboard/list.html")]
pub struct ListPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// The name of the resource.
    pub title: String,
    /// What it is for.
    pub text: String,
    /// What happened before.
    pub notice: Option<String>,
    /// Where the list is, without a query.
    pub address: String,
    /// The record that all of them belong to.
    pub above: Option<Link>,
    /// What was searched for; none when the list can not be searched.
    pub search: Option<String>,
    /// What the list can be narrowed by.
    pub filters: Vec<FilterView>,
    /// Other records that the list is narrowed to.
    pub chips: Vec<ChipView>,
    /// The way to a new record, and others; the first stands out.
    pub ways: Vec<Link>,
    /// The records.
    pub table: Table<'a>,
    /// Where the page before is.
    pub previous: Option<String>,
    /// Where the next page is.
    pub next: Option<String>,
}

/// A link in words.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub address: String,
    /// What it says.
    pub text: String,
}

/// A list of words to choose from.
#[derive(Debug)]
pub struct FilterView {
    /// Parameter.
    pub name: &'static str,
    /// What it says.
    pub label: String,
    /// What can be chosen; none: any text.
    pub options: Vec<OptionView>,
    /// What was typed, where any text can be.
    pub value: String,
}

/// A record that the list is narrowed to.
#[derive(Debug)]
pub struct ChipView {
    /// Parameter.
    pub name: &'static str,
    /// What it says.
    pub label: String,
    /// What was given.
    pub value: String,
    /// Who or what that is.
    pub shown: String,
    /// The list without it.
    pub without: String,
}

/// Something that can be chosen.
#[derive(Clone, Debug, Default)]
pub struct OptionView {
    /// What is sent.
    pub value: String,
    /// What it says.
    pub text: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// Rows and columns.
#[derive(Debug)]
pub struct Table<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Element id.
    pub id: String,
    /// What it is called for those who hear the page.
    pub caption: String,
    /// Headings.
    pub heads: Vec<String>,
    /// Records.
    pub rows: Vec<RowView>,
}

/// A record in a table.
#[derive(Debug)]
pub struct RowView {
    /// Its id.
    pub id: String,
    /// Where it is shown; none when it has no page.
    pub address: Option<String>,
    /// Its members, in the order of the headings, each with its heading.
    pub cells: Vec<(String, CellView)>,
    /// What can be done with it.
    pub ways: Vec<Link>,
}

/// A member as it is shown.
#[derive(Clone, Debug)]
pub enum CellView {
    /// Nothing.
    Nothing,
    /// Words.
    Text(String),
    /// Code.
    Code(String),
    /// Code, with a button to copy it.
    Copy(String),
    /// Yes or no.
    Switch(bool),
    /// A moment, for machines and for people.
    Time(String, String),
    /// A state.
    Badge(String, String),
    /// Another record.
    Link(Link),
    /// Several words.
    Words(Vec<String>),
    /// JSON.
    Json(String),
}

impl Table<'_> {
    /// Whether something can be done with any of the records.
    pub(super) fn has_ways(&self) -> bool {
        self.rows.iter().any(|row| !row.ways.is_empty())
    }
}

impl RowView {
    /// Where the record is shown.
    pub(super) fn link(&self) -> &str {
        self.address.as_deref().unwrap_or_default()
    }
}

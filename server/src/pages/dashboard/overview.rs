//! The first page of the dashboard: what needs attention, and charts that the server draws.

use askama::Template;

use super::Shell;
use super::table::Link;
use crate::pages::frame::Frame;

/// `/admin/`: `ul#findings` with `li[data-kind=KIND]`, and `section#activity` with a `figure.chart` for each count.
#[derive(Debug, Template)]
#[template(path = "dashboard/overview.html")]
pub struct Overview<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// When somebody looked for what needs attention; none: nobody yet.
    pub looked: Option<String>,
    /// What was found.
    pub findings: Vec<FindingView>,
    /// What is not shown of it.
    pub more: Option<String>,
    /// What happened.
    pub charts: Vec<Chart>,
    /// What was refused in the last day, by code: `ul#refusals` with `li[data-code=CODE]`.
    pub refusals: Vec<Rank>,
    /// Sign-ins through sources in the last day: `ul#providers` with `li[data-source=KEY]`.
    pub providers: Vec<Trend>,
    /// Lengths of time to choose from.
    pub spans: Vec<Span>,
}

/// Something that needs attention.
#[derive(Debug)]
pub struct FindingView {
    /// A short name of its kind.
    pub kind: &'static str,
    /// What it is.
    pub text: String,
    /// The record that it is about.
    pub record: Link,
    /// More about it.
    pub detail: String,
}

/// How often something happened.
#[derive(Debug)]
pub struct Chart {
    /// What.
    pub name: String,
    /// How often in all.
    pub total: String,
    /// The chart in words.
    pub text: String,
    /// Its bars.
    pub bars: Vec<Bar>,
}

/// One of a ranking.
#[derive(Debug)]
pub struct Rank {
    /// A stable name.
    pub name: String,
    /// Where more about it stands.
    pub link: Link,
    /// What it says.
    pub text: String,
    /// Of 100, how much of its bar is filled.
    pub filled: i64,
}

/// How one source fared over time.
#[derive(Debug)]
pub struct Trend {
    /// The source's key.
    pub name: String,
    /// Where more about it stands.
    pub link: Link,
    /// What it says.
    pub text: String,
    /// Sign-ins that came to their end, the oldest first.
    pub done: Vec<Bar>,
    /// Those that were refused, on top of the others.
    pub refused: Vec<Bar>,
}

/// A bar.
#[derive(Debug)]
pub struct Bar {
    /// Left edge.
    pub x: i64,
    /// Upper edge.
    pub y: i64,
    /// Width.
    pub width: i64,
    /// Height.
    pub height: i64,
    /// What it says.
    pub title: String,
}

/// A length of time.
#[derive(Debug)]
pub struct Span {
    /// The way to it.
    pub link: Link,
    /// Whether it is shown.
    pub is_current: bool,
}

//! Forms of the dashboard: records, new ones, and actions.

use askama::Template;

use super::Shell;
use super::table::{CellView, Link, OptionView, Table};
use crate::pages::frame::Frame;

/// A form: `form#record-form` with a field `#field-NAME` for each member, problems `#problem-NAME`, what somebody else has stored
/// `#theirs-NAME`, and `button#save`.
#[derive(Debug, Template)]
#[template(path = "dashboard/form.html")]
pub struct FormPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// What is shown.
    pub title: String,
    /// What it is for.
    pub text: Option<String>,
    /// What happened before.
    pub notice: Option<String>,
    /// Why nothing was saved.
    pub problem: Option<String>,
    /// What is wrong with what this page has no field for.
    pub problems: Vec<String>,
    /// What is allowed but not good.
    pub warnings: Vec<WarningView>,
    /// What can not be written.
    pub facts: Vec<FactView>,
    /// Where the form goes; none when nothing can be written.
    pub action: Option<String>,
    /// Inputs that nobody sees.
    pub hidden: Vec<(String, String)>,
    /// The fields.
    pub groups: Vec<GroupView>,
    /// What the button says.
    pub button: String,
    /// Whether the button takes something away.
    pub is_danger: bool,
    /// The trial of an expression.
    pub trial: Option<TrialView>,
    /// What else can be done.
    pub ways: Vec<Link>,
    /// The way to take the record away.
    pub delete: Option<Link>,
    /// What belongs to the record.
    pub related: Vec<RelatedView<'a>>,
}

/// A warning of the API.
#[derive(Debug)]
pub struct WarningView {
    /// What it is about.
    pub field: String,
    /// What is not good.
    pub message: String,
    /// What would be better.
    pub suggestion: Option<String>,
}

/// A line about a record.
#[derive(Debug)]
pub struct FactView {
    /// What it is.
    pub label: String,
    /// Its value.
    pub cell: CellView,
}

/// Fields that belong together.
#[derive(Debug)]
pub struct GroupView {
    /// Their heading.
    pub title: String,
    /// Whether one has to open them.
    pub folded: bool,
    /// Whether they are open.
    pub open: bool,
    /// The fields.
    pub fields: Vec<FieldView>,
}

/// A field.
#[derive(Debug)]
pub struct FieldView {
    /// Member of the record.
    pub name: String,
    /// What it is.
    pub label: String,
    /// More about it.
    pub help: Option<String>,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// Where in a text something is wrong.
    pub mark: Option<MarkView>,
    /// What somebody else has stored meanwhile.
    pub theirs: Option<String>,
    /// Whether it was changed by somebody else, and not here.
    pub was_changed: bool,
    /// Whether it must be filled in.
    pub required: bool,
    /// What is typed or chosen.
    pub input: InputView,
}

/// What is typed or chosen.
#[derive(Debug)]
pub enum InputView {
    /// One line: the type of the input, its value, and whether it is code.
    Line(&'static str, String, bool),
    /// Several lines: the value, how many are seen, and whether they are code.
    Area(String, usize, bool),
    /// On or off.
    Switch(bool),
    /// One of a few.
    Choice(Vec<OptionView>),
    /// Several of a few.
    Ticks(Vec<OptionView>),
    /// Records: one or several of them.
    Records(RecordsView),
}

/// Records to choose from.
#[derive(Debug)]
pub struct RecordsView {
    /// `checkbox` or `radio`.
    pub kind: &'static str,
    /// Those that are chosen and those that can be.
    pub options: Vec<OptionView>,
    /// How many more are chosen than are shown, in words.
    pub more: Option<String>,
    /// What was searched for; none when all of them are shown.
    pub find: Option<String>,
    /// Whether the search has found nothing.
    pub found_nothing: bool,
}

/// A line of a text and the place in it.
#[derive(Debug)]
pub struct MarkView {
    /// Number of the line.
    pub line: usize,
    /// The line.
    pub text: String,
    /// What stands under it: spaces and a mark.
    pub mark: String,
}

/// The trial of an expression: fields, `button#try`, and `#outcome`.
#[derive(Debug)]
pub struct TrialView {
    /// What it is tried with.
    pub fields: Vec<FieldView>,
    /// What came of it.
    pub outcome: Option<OutcomeView>,
}

/// What came of a trial.
#[derive(Debug, Default)]
pub struct OutcomeView {
    /// What went wrong.
    pub error: Option<String>,
    /// Where.
    pub mark: Option<MarkView>,
    /// Whether it lets pass.
    pub passing: bool,
    /// What it returned, as JSON.
    pub value: String,
    /// What it told the person.
    pub messages: Vec<String>,
    /// What it logged.
    pub logs: Vec<String>,
}

/// Records that belong to a record.
#[derive(Debug)]
pub struct RelatedView<'a> {
    /// Their name.
    pub title: String,
    /// The first of them.
    pub table: Option<Table<'a>>,
    /// The way to all of them.
    pub all: Link,
    /// The way to a new one.
    pub new: Option<Link>,
}

impl FieldView {
    /// The elements that describe the input.
    pub(super) fn described(&self) -> String {
        let parts = [
            (self.problem.is_some(), "problem"),
            (self.theirs.is_some() || self.was_changed, "theirs"),
            (self.help.is_some(), "help"),
        ];
        let ids = parts.iter().filter(|(is_there, _)| *is_there);
        ids.map(|(_, kind)| format!("{kind}-{}", self.name))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

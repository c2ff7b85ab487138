//! The pages of the wizards.

use askama::Template;

use super::Shell;
use super::form::{FactView, FieldView, InputView};
use super::table::{CellView, Link};
use crate::pages::frame::Frame;
use crate::pages::links;

/// Something to choose: `a.choice[data-choice=NAME]`.
#[derive(Debug)]
pub struct ChoiceItem {
    /// Where it leads.
    pub address: String,
    /// What it is found by.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it is.
    pub about: String,
}

impl ChoiceItem {
    fn initial(&self) -> String {
        links::initial(&self.title)
    }
}

/// Things to choose that belong together.
#[derive(Debug)]
pub struct ChoiceGroup {
    /// What they are.
    pub title: String,
    /// The things.
    pub items: Vec<ChoiceItem>,
}

/// The first page of a wizard: `form#filters`, `a.choice[data-choice=NAME]`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/choice.html")]
pub struct Choice<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// What is made.
    pub title: String,
    /// What to do here.
    pub about: String,
    /// What was searched for; none where nothing can be searched.
    pub search: Option<String>,
    /// What there is.
    pub groups: Vec<ChoiceGroup>,
    /// What fits everything else.
    pub others: Vec<ChoiceItem>,
    /// Whether titles and sentences of the groups are English in every language.
    pub are_words_english: bool,
}

/// A line of what will be made.
#[derive(Debug)]
pub struct SummaryLine {
    /// What it is.
    pub label: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether they are code.
    pub code: bool,
}

/// The questions of a recipe: `form#questions` with `button#look`, and then `#summary` with `form#make-form` and `button#make`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/recipe.html")]
pub struct RecipePage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// The application.
    pub title: String,
    /// What it does.
    pub about: String,
    /// The page of the project.
    pub documentation: String,
    /// What is good to know.
    pub notes: Vec<String>,
    /// Where the forms go.
    pub address: String,
    /// Why nothing was made.
    pub problem: Option<String>,
    /// What has to be answered.
    pub questions: Vec<FieldView>,
    /// What may be decided otherwise.
    pub own: Vec<FieldView>,
    /// What will be made; empty before the questions are answered.
    pub summary: Vec<SummaryLine>,
    /// The inputs of the form that makes it.
    pub hidden: Vec<(String, String)>,
}

/// The questions of an application without a recipe: `form#make-form` with `button#make`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/other.html")]
pub struct OtherPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// What it is.
    pub title: String,
    /// What that is.
    pub about: String,
    /// Where the form goes.
    pub address: String,
    /// Why nothing was made.
    pub problem: Option<String>,
    /// The fields.
    pub fields: Vec<FieldView>,
}

/// A text or the fields of a form for the other side.
#[derive(Debug)]
pub struct PasteView {
    /// Where it goes.
    pub title: String,
    /// A text.
    pub text: Option<String>,
    /// Names of fields and their values.
    pub fields: Vec<(String, String)>,
    /// Whether the title and the names are English in every language.
    pub is_english: bool,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It has happened.
    Done,
    /// It has not.
    Waiting,
    /// It was refused.
    Refused,
}

impl StepState {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Done => "wizard-state-done",
            Self::Waiting => "wizard-state-waiting",
            Self::Refused => "wizard-state-refused",
        }
    }
}

/// A step of the first sign-in.
#[derive(Debug)]
pub struct LiveStep {
    /// Its name.
    pub name: String,
    /// What it is.
    pub words: String,
    /// How it stands.
    pub state: StepState,
}

/// How the first sign-in stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveState {
    /// Nothing has come.
    Waiting,
    /// It has begun.
    Going,
    /// It was refused.
    Refused,
    /// It has succeeded.
    Done,
}

impl LiveState {
    const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Going => "going",
            Self::Refused => "refused",
            Self::Done => "done",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Waiting => "wizard-live-waiting",
            Self::Going => "wizard-live-going",
            Self::Refused => "wizard-live-refused",
            Self::Done => "wizard-live-done",
        }
    }
}

/// Why a sign-in was refused.
#[derive(Debug)]
pub struct WhyView {
    /// The code.
    pub code: String,
    /// What it says.
    pub sentence: String,
    /// What came.
    pub given: Option<String>,
    /// What would have been right.
    pub expected: Option<String>,
    /// Where the whole explanation is.
    pub more: String,
}

/// The live card: `#live[data-state=STATE]` with steps `li[data-step=NAME][data-state=STATE]`, and `#why[data-code=CODE]`.
#[derive(Debug)]
pub struct LiveView {
    /// The steps.
    pub steps: Vec<LiveStep>,
    /// How it stands.
    pub state: LiveState,
    /// Why it was refused.
    pub why: Option<WhyView>,
}

impl LiveView {
    fn goes_on(&self) -> bool {
        self.state != LiveState::Done
    }
}

/// The card alone, as a document of its own.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/card.html")]
pub struct LiveCard<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The card.
    pub live: LiveView,
}

/// What to enter in an application, and its first sign-in: `code#secret`, `section.paste`, `#live`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/start.html")]
pub struct StartPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// The application.
    pub name: String,
    /// Its secret, this once.
    pub secret: Option<String>,
    /// What goes to the other side.
    pub pastes: Vec<PasteView>,
    /// The first sign-in.
    pub live: LiveView,
    /// Where the card is found alone.
    pub card: String,
    /// Where the settings are.
    pub settings: String,
    /// Where the application is opened.
    pub opens: Option<String>,
    /// This page, without the secret.
    pub address: String,
}

/// An address that may be linked: http or https.
#[must_use]
pub fn opening(address: Option<&str>) -> Option<String> {
    address.and_then(links::web_link).map(str::to_owned)
}

/// A source that was made: `#redirect-uri`, `form#test-form` with `button#test`, `#probe`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/connected.html")]
pub struct Connected<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// The source.
    pub name: String,
    /// Where its answers come back to.
    pub redirect_uri: String,
    /// Where the forms go.
    pub address: String,
    /// What happened before.
    pub notice: Option<String>,
    /// Why something did not happen.
    pub problem: Option<String>,
    /// What the test found; none: it was not run.
    pub probe: Option<Vec<FactView>>,
    /// Where it was tested to send people.
    pub authorize_url: Option<String>,
    /// Whether people may sign in through it.
    pub enabled: bool,
    /// Its mapping, where it has one.
    pub fields: Vec<FieldView>,
    /// Where its applications are.
    pub applications: String,
    /// Where the settings are.
    pub settings: String,
}

/// Which applications offer a source: `form#applications-form`, `input[name=application]`.
#[derive(Debug, Template)]
#[template(path = "dashboard/wizard/applications.html")]
pub struct SourceApplications<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// Where the form goes.
    pub address: String,
    /// What happened before.
    pub notice: Option<String>,
    /// Why nothing was saved.
    pub problem: Option<String>,
    /// Whether every application offers it.
    pub all: bool,
    /// What was searched for.
    pub search: String,
    /// Slug, name and whether it offers the source.
    pub rows: Vec<(String, String, bool)>,
    /// Chosen ones that are not on this page.
    pub kept: Vec<String>,
    /// Where the next applications are.
    pub next: Option<String>,
    /// Where the address to register, the test and the switch are.
    pub begin: String,
}

//! Rehearsals: forms that say what would happen, and nothing of it does.

use askama::Template;

use super::Shell;
use super::form::FactView;
use super::table::{CellView, Link};
use crate::pages::frame::Frame;

/// `form#rehearsal`, with what came of it in `#outcome[data-state=fine|notice|problem]`.
#[derive(Debug, Template)]
#[template(path = "dashboard/rehearsal.html")]
pub struct Rehearsal<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// The record that it belongs to.
    pub trail: Vec<Link>,
    /// Its name.
    pub title: String,
    /// What it is for.
    pub text: String,
    /// Where the form goes, always by POST: nothing of it belongs into an address.
    pub action: String,
    /// What is asked for.
    pub inputs: Vec<InputLine>,
    /// What the button says.
    pub button: String,
    /// Whether a script may send the form while somebody types.
    pub live: bool,
    /// Why there is no outcome.
    pub problem: Option<String>,
    /// What would happen.
    pub outcome: Option<Outcome>,
    /// What was saved of it, where something can be: `#samples`, and the button `#save-sample`.
    pub samples: Option<Samples>,
}

/// What was saved before.
#[derive(Debug)]
pub struct Samples {
    /// What was done last.
    pub notice: Option<String>,
    /// What there is: `li[data-sample=ID]`, with its button `delete`.
    pub lines: Vec<SampleLine>,
}

/// A saved sample.
#[derive(Debug)]
pub struct SampleLine {
    /// Its id.
    pub id: String,
    /// Fills the form with it.
    pub link: Link,
}

/// Something to fill in: `#field-NAME`, and `#problem-NAME`.
#[derive(Debug)]
pub struct InputLine {
    /// Its name in the form.
    pub name: &'static str,
    /// What it is.
    pub label: String,
    /// More about it.
    pub help: Option<String>,
    /// What stands in it.
    pub value: String,
    /// How many lines it has; zero: it is a single line.
    pub rows: usize,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// What would happen.
#[derive(Debug)]
pub struct Outcome {
    /// `fine`, `notice` or `problem`.
    pub state: &'static str,
    /// In one sentence.
    pub verdict: String,
    /// Step by step: `li[data-code=CODE]`.
    pub lines: Vec<OutcomeLine>,
    /// What belongs to it.
    pub facts: Vec<FactView>,
    /// Claims with their reasons: `#claims tr[data-claim=NAME]`.
    pub claims: Vec<ClaimLine>,
}

/// One step.
#[derive(Debug)]
pub struct OutcomeLine {
    /// `fine`, `notice` or `problem`.
    pub state: String,
    /// Its stable name.
    pub code: String,
    /// What it is, in English when the management API says it.
    pub words: String,
    /// Whether the words are English in every language.
    pub is_english: bool,
    /// What it is about.
    pub value: Option<String>,
}

/// A claim that an application would get.
#[derive(Debug)]
pub struct ClaimLine {
    /// Its name.
    pub name: String,
    /// Its value, as JSON.
    pub value: String,
    /// Where it stands: ID token, userinfo.
    pub places: String,
    /// What it comes from.
    pub why: String,
}

//! What is shown after something was done: a secret once, or what an action answered. And the question before something goes away.

use askama::Template;

use super::Shell;
use super::form::FactView;
use super::table::{CellView, Link};
use crate::pages::frame::Frame;

/// A question: `form#confirm-form` with `button#confirm`.
#[derive(Debug, Template)]
#[template(path = "dashboard/confirm.html")]
pub struct Confirm<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// What is asked.
    pub title: String,
    /// What it is called.
    pub name: String,
    /// What happens then.
    pub text: String,
    /// Why it did not happen.
    pub problem: Option<String>,
    /// Where the form goes.
    pub action: String,
    /// The version that was seen.
    pub version: String,
    /// What the button says.
    pub button: String,
    /// The way back.
    pub back: String,
}

/// A secret that is shown this once: `code#secret`.
#[derive(Debug, Template)]
#[template(path = "dashboard/once.html")]
pub struct Once<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// What was made.
    pub name: String,
    /// Its secrets: what each is, and the value.
    pub secrets: Vec<(String, String)>,
    /// Further values to take along.
    pub facts: Vec<FactView>,
    /// The way on.
    pub on: String,
}

/// What an action answered: `#answer`.
#[derive(Debug, Template)]
#[template(path = "dashboard/answer.html")]
pub struct AnswerPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Where one comes from.
    pub trail: Vec<Link>,
    /// What was done.
    pub title: String,
    /// The members of the answer.
    pub facts: Vec<FactView>,
}

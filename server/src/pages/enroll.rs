//! The page that asks for what a source did not tell.

use askama::Template;

use super::first_administrator::{Field, FieldProblem};
use super::frame::Frame;

/// `#enroll-form` with those of `username`, `name`, `email` that are missing, `csrf` and `arrival`.
#[derive(Debug, Template)]
#[template(path = "enroll.html")]
pub struct Enroll<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The name of the source that the person comes from.
    pub source: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// What the form belongs to.
    pub arrival: &'a str,
    /// The name to sign in with; none: it is known.
    pub username: Option<Field<'a>>,
    /// Full name; none: it is known.
    pub name: Option<Field<'a>>,
    /// Address; none: it is known.
    pub email: Option<Field<'a>>,
}

impl Enroll<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        problem.map(|problem| problem.say(self.frame))
    }
}

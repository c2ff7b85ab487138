//! `/account/app-passwords`: passwords for programs that can not open a page.

use askama::Template;

use super::super::first_administrator::{Field, FieldProblem};
use super::super::frame::Frame;
use super::moment::Moment;
use super::room::AccountRoom;

/// `#app-password-form` with `name` and `days`; a new value in `#app-password-value`; items `.app-password`, each with a form to
/// delete it.
#[derive(Debug, Template)]
#[template(path = "account/app_passwords.html")]
pub struct AppPasswords<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// Where the person confirms who they are; `None`: they have just done so.
    pub confirm: Option<&'a str>,
    /// Name and value of the one that was just made. The value is shown this once.
    pub made: Option<(&'a str, &'a str)>,
    /// The name that was typed.
    pub name: Field<'a>,
    /// Those that there are.
    pub items: &'a [AppPasswordItem<'a>],
}

/// An app password.
#[derive(Debug, Clone)]
pub struct AppPasswordItem<'a> {
    /// Its id.
    pub id: &'a str,
    /// Which program uses it.
    pub name: &'a str,
    /// When it was made.
    pub created: Moment,
    /// When it was used last.
    pub used: Option<Moment>,
    /// When it ends; `None`: never.
    pub ends: Option<Moment>,
}

/// How long a new one may live: days, zero for ever, and the message that names it.
pub const LIFETIMES: [(i64, &str); 4] = [
    (30, "app-password-month"),
    (90, "app-password-quarter"),
    (365, "app-password-year"),
    (0, "app-password-for-ever"),
];

impl AppPasswords<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        problem.map(|problem| problem.say(self.frame))
    }

    fn lifetimes(&self) -> [(i64, &'static str); 4] {
        LIFETIMES
    }
}

//! The page of one's own account: who one is here, and the accounts elsewhere that are linked to it.

use askama::Template;

use super::frame::{Frame, Person};
use super::links;

/// `/account`: items `.linked[data-source=KEY]` with a form to take the link away, and `.source[data-source=KEY]` buttons to
/// link another.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct Account<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Whose account it is.
    pub person: Person<'a>,
    /// Their address.
    pub email: Option<&'a str>,
    /// Why something that was asked for did not happen.
    pub problem: Option<AccountProblem>,
    /// Accounts elsewhere.
    pub linked: &'a [LinkedItem<'a>],
    /// Sources that can be linked.
    pub sources: &'a [SourceItem<'a>],
    /// The anti-forgery value of all forms.
    pub csrf: &'a str,
}

/// Why something did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountProblem {
    /// The link is the only way into the account.
    LastWayIn,
}

/// An account elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct LinkedItem<'a> {
    /// Its id.
    pub id: &'a str,
    /// The key of the source.
    pub source: &'a str,
    /// The name of the source.
    pub name: &'a str,
    /// Who the person is there: address or identifier.
    pub account: &'a str,
}

/// A source that can be linked.
#[derive(Debug, Clone, Copy)]
pub struct SourceItem<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its picture.
    pub icon: Option<&'a str>,
}

impl Account<'_> {
    fn problem_text(&self) -> Option<String> {
        self.problem
            .map(|AccountProblem::LastWayIn| self.frame.say("account-last-way-in"))
    }
}

impl SourceItem<'_> {
    fn picture(&self) -> Option<&str> {
        self.icon.and_then(links::picture_link)
    }
}

//! `/account/consents`: what a person agreed to.

use askama::Template;

use super::super::frame::{Application, Frame};
use super::moment::Moment;
use super::room::AccountRoom;

/// Items `.consent[data-application=SLUG]`, each with a form to take the agreement back.
#[derive(Debug, Template)]
#[template(path = "account/consents.html")]
pub struct Consents<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// What was agreed to.
    pub items: &'a [ConsentItem<'a>],
}

/// What was agreed to with one application.
#[derive(Debug, Clone)]
pub struct ConsentItem<'a> {
    /// Its id.
    pub id: &'a str,
    /// The slug of the application.
    pub slug: &'a str,
    /// The application.
    pub application: Application<'a>,
    /// What it may do, in words: scopes that pages have words for, and the names of the others.
    pub scopes: &'a [String],
    /// When.
    pub granted: Moment,
    /// Until when; `None`: for ever.
    pub ends: Option<Moment>,
}

/// What a scope means, in the person's language; its name when we have no words for it.
#[must_use]
pub fn scope_words(frame: &Frame<'_>, scope: &str) -> String {
    let id = format!("scope-{}", scope.replace([':', '.', '/'], "-"));
    frame.find(&id).unwrap_or_else(|| scope.to_owned())
}

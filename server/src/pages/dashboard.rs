//! The pages of the dashboard, and what surrounds all of them.

pub mod answer;
mod drawing;
pub mod form;
pub mod overview;
pub mod rehearsal;
pub mod settings;
pub mod table;
pub mod transactions;
pub mod wizard;

use super::frame::Person;

/// What surrounds a page of the dashboard: `nav#navigation` (on narrow screens `details#menu`), links `a[data-page=PATH]`.
#[derive(Debug)]
pub struct Shell<'a> {
    /// Who is signed in.
    pub person: Person<'a>,
    /// The anti-forgery value: for forms, and for `X-CSRF-Token` at the management API.
    pub csrf: &'a str,
    /// The navigation.
    pub sections: Vec<NavSection>,
}

/// A part of the navigation.
#[derive(Debug)]
pub struct NavSection {
    /// Its heading.
    pub title: String,
    /// Its pages.
    pub entries: Vec<NavEntry>,
}

/// A page in the navigation.
#[derive(Debug)]
pub struct NavEntry {
    /// Its address.
    pub address: String,
    /// Its name.
    pub name: String,
    /// Whether this is where one is.
    pub is_current: bool,
}

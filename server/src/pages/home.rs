//! The start page of a person: who they are here, and the applications they may open.

use askama::Template;

use super::frame::{Frame, Person};
use super::links;

/// `/`: tiles `.tile[data-application=SLUG]`, `#sign-out-form` with `#sign-out`, and `#sign-out-everywhere`.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who is signed in.
    pub person: Person<'a>,
    /// What they may open.
    pub tiles: &'a [Tile<'a>],
    /// Where the sign-out form goes.
    pub sign_out_action: &'a str,
    /// Where the question about signing out everywhere is.
    pub sign_out_everywhere: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// Where administrators manage everything; none for everyone else.
    pub administration: Option<&'a str>,
}

/// An application that a person may open.
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a> {
    /// The application's slug.
    pub slug: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// Its picture; shown when it is https, a `data:` image or a path of ours.
    pub icon_url: Option<&'a str>,
    /// Where it opens; without a web address the tile is shown, but does not open.
    pub launch_url: Option<&'a str>,
}

impl<'a> Tile<'a> {
    fn icon(&self) -> Option<&'a str> {
        self.icon_url.and_then(links::picture_link)
    }

    fn initial(&self) -> String {
        links::initial(self.name)
    }

    fn link(&self) -> Option<&'a str> {
        self.launch_url.and_then(links::web_link)
    }
}

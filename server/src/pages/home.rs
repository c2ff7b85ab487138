//! The start page of a person: who they are here, and the applications they may open.

use askama::Template;

use super::frame::{Frame, Person};
use super::links;

/// `/`: sections `.tile-group` with tiles `.tile[data-application=SLUG]`, `#search-form` with `name=q`, `#sign-out-form` with
/// `#sign-out`, and `#sign-out-everywhere`.
#[derive(Debug, Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who is signed in.
    pub person: Person<'a>,
    /// What they may open, by the groups of applications; or what was found of it.
    pub groups: &'a [TileGroup<'a>],
    /// What they search for, empty for everything; none where there is no search.
    pub search: Option<&'a str>,
    /// How many are shown, where there are more.
    pub cut_at: Option<usize>,
    /// Where the sign-out form goes.
    pub sign_out_action: &'a str,
    /// Where the question about signing out everywhere is.
    pub sign_out_everywhere: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// Where administrators manage everything; none for everyone else.
    pub administration: Option<&'a str>,
}

/// Applications that belong together.
#[derive(Debug, Clone)]
pub struct TileGroup<'a> {
    /// What their group is called; empty for those without one.
    pub name: &'a str,
    /// The applications.
    pub tiles: Vec<Tile<'a>>,
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

impl Home<'_> {
    /// What stands above a group: its name, or words for what belongs to none.
    fn heading(&self, group: &TileGroup<'_>) -> String {
        match (group.name, self.groups.len()) {
            ("", 1) => self.frame.say("home-applications"),
            ("", _) => self.frame.say("home-others"),
            (name, _) => name.to_owned(),
        }
    }

    /// What was searched for.
    fn wanted(&self) -> Option<&str> {
        self.search.filter(|search| !search.is_empty())
    }
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

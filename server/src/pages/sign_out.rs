//! Signing out: the question, and the page that says it is done.

use askama::Template;
use url::Url;

use super::frame::{Application, Frame, Person};
use super::links;

/// `#logout-form` with `#submit`: asked when a request to sign out does not prove that the person wants it
/// (OpenID Connect RP-Initiated Logout 1.0, section 2).
#[derive(Debug, Template)]
#[template(path = "confirm_sign_out.html")]
pub struct ConfirmSignOut<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who asks; none when the person came by themselves.
    pub application: Option<Application<'a>>,
    /// Who would be signed out.
    pub person: Person<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// Further hidden fields, such as `post_logout_redirect_uri` and `state`.
    pub carried: &'a [(&'a str, &'a str)],
    /// Where staying signed in leads.
    pub stay: &'a str,
    /// What would end, and where the other choice is.
    pub reach: Reach<'a>,
}

impl ConfirmSignOut<'_> {
    fn is_everywhere(&self) -> bool {
        matches!(self.reach, Reach::Everywhere)
    }

    fn other_choice(&self) -> Option<&str> {
        match self.reach {
            Reach::Here(link) => link,
            Reach::Everywhere => None,
        }
    }
}

/// How much a sign-out ends.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'a> {
    /// This browser; `#everywhere` leads to the question about all of them, when there is an address.
    Here(Option<&'a str>),
    /// Every browser, and what applications were given.
    Everywhere,
}

/// `#signed-out`, with `#back` to the application when there is a checked address.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Name and checked post-logout address of the application.
    pub back: Option<(&'a str, &'a str)>,
    /// Name and address of the source that the person is still signed in at.
    pub source: Option<(&'a str, &'a str)>,
    /// Where one signs in again.
    pub sign_in: &'a str,
    /// Addresses of applications that are opened in frames, so that they sign the person out too
    /// (OpenID Connect Front-Channel Logout 1.0). The page then goes on to `back` by itself.
    pub frames: &'a [String],
}

impl SignedOut<'_> {
    fn back_link(&self) -> Option<(&str, &str)> {
        let (name, address) = self.back?;
        links::application_link(address).map(|address| (name, address))
    }

    fn source_link(&self) -> Option<(&str, &str)> {
        let (name, address) = self.source?;
        links::application_link(address).map(|address| (name, address))
    }

    /// Where the page goes when the applications have been told.
    fn onward(&self) -> Option<&str> {
        let (_, address) = self.back_link().filter(|_| !self.frames.is_empty())?;
        Some(address)
    }

    /// The origins of the frames, for `frame-src`.
    #[must_use]
    pub fn frame_sources(&self) -> Vec<String> {
        let mut sources: Vec<String> = self
            .frames
            .iter()
            .filter_map(|address| Url::parse(address).ok())
            .filter(|address| matches!(address.scheme(), "http" | "https") && address.has_host())
            .map(|address| address.origin().ascii_serialization())
            .collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

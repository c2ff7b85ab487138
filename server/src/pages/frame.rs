//! What every page shares: its language, the addresses of its assets, and how a person and an application look.

use std::ops::Deref;

use super::links;
use crate::assets::Assets;
use crate::texts::Speech;

/// The surroundings of a page. Templates reach the texts through it.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The texts in the language of this request.
    pub speech: Speech<'a>,
    /// Where stylesheet, scripts and pictures are.
    pub assets: &'a Assets,
    /// Whether each page says that this is a demonstration.
    pub demonstration: bool,
}

impl<'a> Frame<'a> {
    /// The address of an asset by its file name.
    pub fn asset(&self, name: &str) -> &'a str {
        self.assets.url(name)
    }

    /// The languages that one may choose at the foot of a page.
    pub(crate) fn languages(&self) -> Vec<LanguageChoice> {
        self.speech
            .say_in_each("language-name")
            .into_iter()
            .map(|(tag, name)| LanguageChoice {
                tag,
                name,
                current: tag == self.speech.tag(),
            })
            .collect()
    }
}

impl<'a> Deref for Frame<'a> {
    type Target = Speech<'a>;

    fn deref(&self) -> &Self::Target {
        &self.speech
    }
}

/// A language that one may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LanguageChoice {
    /// Its tag.
    pub(crate) tag: &'static str,
    /// Its name in itself.
    pub(crate) name: String,
    /// Whether the page is in it.
    pub(crate) current: bool,
}

/// An application as a person sees it. All fields are the application's own words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Application<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its picture; shown when it is https, a `data:` image or a path of ours.
    pub icon_url: Option<&'a str>,
    /// Its privacy policy (`policy_uri`, RFC 7591); linked when it is a web address.
    pub policy_uri: Option<&'a str>,
    /// Its terms of service (`tos_uri`, RFC 7591); linked when it is a web address.
    pub tos_uri: Option<&'a str>,
}

impl<'a> Application<'a> {
    pub(crate) fn icon(&self) -> Option<&'a str> {
        self.icon_url.and_then(links::picture_link)
    }

    pub(crate) fn initial(&self) -> String {
        links::initial(self.name)
    }

    pub(crate) fn policy_link(&self) -> Option<&'a str> {
        self.policy_uri.and_then(links::web_link)
    }

    pub(crate) fn tos_link(&self) -> Option<&'a str> {
        self.tos_uri.and_then(links::web_link)
    }
}

/// A person who is signed in, as pages name them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    /// Full name; may be empty.
    pub name: &'a str,
    /// What they sign in with.
    pub username: &'a str,
}

impl<'a> Person<'a> {
    /// The full name, or the user name of someone who has none.
    pub(crate) fn display_name(&self) -> &'a str {
        if self.name.trim().is_empty() {
            self.username
        } else {
            self.name
        }
    }

    pub(crate) fn initial(&self) -> String {
        links::initial(self.display_name())
    }
}

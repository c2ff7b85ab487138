//! The pages of one's own account. Here: who one is, and the accounts elsewhere that are linked to it.

pub(super) mod activity;
pub(super) mod app_passwords;
pub(super) mod consents;
pub(super) mod emails;
pub(super) mod moment;
pub(super) mod password;
pub(super) mod profile;
pub(super) mod room;
pub(super) mod sessions;

use askama::Template;

use self::room::AccountRoom;
use super::frame::Frame;
use super::links;

/// `/account`: items `.linked[data-source=KEY]` with a form to take the link away, and `.source[data-source=KEY]` buttons to
/// link another.
#[derive(Debug, Template)]
#[template(path = "account/overview.html")]
pub struct Account<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// Their address.
    pub email: Option<&'a str>,
    /// Accounts elsewhere.
    pub linked: &'a [LinkedItem<'a>],
    /// Sources that can be linked.
    pub sources: &'a [SourceItem<'a>],
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

impl AccountProblem {
    /// The message that says it.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::LastWayIn => "account-last-way-in",
        }
    }
}

impl SourceItem<'_> {
    fn picture(&self) -> Option<&str> {
        self.icon.and_then(links::picture_link)
    }
}

//! The page that asks which account to go on with (`prompt=select_account`).

use askama::Template;

use super::frame::{Application, Frame, Person};

/// `#account-form`, whose `account` is `present` (`#continue`), the id of a remembered account, or `another` (`#another`);
/// `forget` takes a remembered account out of the list.
#[derive(Debug, Template)]
#[template(path = "choose_account.html")]
pub struct ChooseAccount<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// What the person signs in to.
    pub application: Option<Application<'a>>,
    /// Who is signed in, and who was in this browser.
    pub accounts: &'a [AccountItem<'a>],
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The waiting authorization.
    pub transaction: Option<&'a str>,
}

/// An account to choose.
#[derive(Debug, Clone, Copy)]
pub struct AccountItem<'a> {
    /// Whose it is.
    pub person: Person<'a>,
    /// What the form says when it is chosen.
    pub value: &'a str,
    /// Whether this person is signed in now.
    pub is_present: bool,
}

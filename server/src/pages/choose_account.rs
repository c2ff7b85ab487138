//! The page that asks which account to go on with (`prompt=select_account`).

use askama::Template;

use super::frame::{Application, Frame, Person};

/// `#account-form`, whose `account` is `present` (`#continue`) or `another` (`#another`).
#[derive(Debug, Template)]
#[template(path = "choose_account.html")]
pub struct ChooseAccount<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// What the person signs in to.
    pub application: Option<Application<'a>>,
    /// Who is signed in.
    pub person: Person<'a>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The waiting authorization.
    pub transaction: Option<&'a str>,
}

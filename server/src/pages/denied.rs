//! The page of a denial: which rule of the application refused, what it says, and the way back.

use askama::Template;
use protocol::transaction::case_number;

use super::frame::{Application, Frame, Person};

/// `#error[data-error-code=policy_denied]` with `#denied-form`, whose `decision` is `back` (`#back`: to the application,
/// with `access_denied`) or `another` (`#another`: use another account); each rule is `li[data-rule=NAME]`.
#[derive(Debug, Template)]
#[template(path = "denied.html")]
pub struct Denied<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Whose rules they are.
    pub application: Application<'a>,
    /// Who was refused.
    pub person: Person<'a>,
    /// What the rules say to the person.
    pub messages: &'a [String],
    /// The rules that refused.
    pub rules: &'a [RuleItem<'a>],
    /// Where the form goes, and its anti-forgery value; `None`: a device asked, and the person goes back to it.
    pub form: Option<(&'a str, &'a str)>,
    /// The waiting authorization.
    pub transaction: &'a str,
}

impl Denied<'_> {
    /// The number to quote.
    fn case(&self) -> String {
        case_number(self.transaction)
    }
}

/// One rule that refused.
#[derive(Debug, Clone, Copy)]
pub struct RuleItem<'a> {
    /// `policy`, `group` or `user`.
    pub kind: &'a str,
    /// The name of the policy, group or user.
    pub name: &'a str,
}

impl RuleItem<'_> {
    fn text(&self) -> &'static str {
        match self.kind {
            "group" => "denied-group",
            "user" => "denied-user",
            _ => "denied-policy",
        }
    }
}

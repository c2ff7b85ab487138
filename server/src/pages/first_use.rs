//! The page that asks whether the first redirect URI of an application is the right one.

use askama::Template;

use super::frame::{Application, Frame, Person};

/// `#first-use-form`, whose `decision` is `allow` (`#allow`), `deny` (`#deny`) or `another` (`#another`: use another
/// account); the whole address stands in `#address`.
#[derive(Debug, Template)]
#[template(path = "first_use.html")]
pub struct FirstUse<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who presents the address.
    pub application: Application<'a>,
    /// Who is asked.
    pub person: Person<'a>,
    /// The whole address.
    pub address: &'a str,
    /// Its host, or its scheme where it is one of an application's own.
    pub destination: &'a str,
    /// Whether what is sent there travels unencrypted.
    pub plain_http: bool,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The waiting authorization.
    pub transaction: &'a str,
}

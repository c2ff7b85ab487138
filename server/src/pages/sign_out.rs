//! Signing out: the question, and the page that says it is done.

use askama::Template;

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
}

/// `#signed-out`, with `#back` to the application when there is a checked address.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Name and checked post-logout address of the application.
    pub back: Option<(&'a str, &'a str)>,
    /// Where one signs in again.
    pub sign_in: &'a str,
}

impl SignedOut<'_> {
    fn back_link(&self) -> Option<(&str, &str)> {
        let (name, address) = self.back?;
        links::application_link(address).map(|address| (name, address))
    }
}

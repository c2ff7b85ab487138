//! The page that carries an answer to an application in a form (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use super::frame::Frame;

/// `#form-post`, which a script sends at once and `#continue` sends without scripts. No element is called `submit`,
/// which would hide the method of the form.
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPostPage<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The name of the application.
    pub application: &'a str,
    /// Its registered address.
    pub action: &'a str,
    /// The parameters of the answer, in their order.
    pub fields: &'a [(&'static str, String)],
}

impl std::fmt::Debug for FormPostPage<'_> {
    /// Codes and tokens stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FormPostPage")
            .field("application", &self.application)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

//! What every page of one's own account shows around its content: whose it is, and the way to the others.

use super::super::frame::Person;

/// The pages, in the order of the navigation: where each is, and the message that names it.
pub const SECTIONS: &[(&str, &str)] = &[
    ("/account", "account-title"),
    ("/account/profile", "account-profile"),
    ("/account/emails", "account-emails"),
    ("/account/password", "account-password"),
    ("/account/factors", "factors-title"),
    ("/account/app-passwords", "account-app-passwords"),
    ("/account/consents", "account-consents"),
    ("/account/sessions", "account-sessions"),
    ("/account/activity", "account-activity"),
];

/// What the address of a page may say that was done (`done=WORD`), and the message for it.
const DONE: &[(&str, &str)] = &[
    ("profile", "account-done-profile"),
    ("password", "account-done-password"),
    ("password-and-sessions", "account-done-password-and-sessions"),
    ("address-asked", "account-done-address-asked"),
    ("address-primary", "account-done-address-primary"),
    ("address-removed", "account-done-address-removed"),
    ("app-password", "account-done-app-password"),
    ("consent", "account-done-consent"),
    ("session", "account-done-session"),
    ("sessions", "account-done-sessions"),
];

/// The message for what was done; none for a word that we do not know.
#[must_use]
pub fn done_message(word: &str) -> Option<&'static str> {
    DONE.iter()
        .find(|(known, _)| *known == word)
        .map(|(_, message)| *message)
}

/// The frame of a page of the account.
#[derive(Debug, Clone, Copy)]
pub struct AccountRoom<'a> {
    /// Whose account it is.
    pub person: Person<'a>,
    /// The page, as it stands in [`SECTIONS`].
    pub here: &'a str,
    /// The message for what was done, from [`done_message`].
    pub done: Option<&'static str>,
    /// The message for what could not be done.
    pub problem: Option<&'static str>,
    /// The anti-forgery value of all forms.
    pub csrf: &'a str,
}

impl AccountRoom<'_> {
    /// The same, saying what could not be done.
    #[must_use]
    pub const fn with_problem(mut self, message: Option<&'static str>) -> Self {
        self.problem = message;
        self
    }

    pub(crate) const fn sections(&self) -> &'static [(&'static str, &'static str)] {
        SECTIONS
    }

    pub(crate) fn is_here(&self, path: &str) -> bool {
        self.here == path
    }

    pub(crate) fn title(&self) -> &'static str {
        SECTIONS
            .iter()
            .find(|(path, _)| *path == self.here)
            .map_or("account-title", |(_, message)| message)
    }
}

//! The pages of ours that a person is sent to while an authorization waits.

/// The pages that a person may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// `/login`
    SignIn,
    /// `/source/oauth/start`: to the source that the application named.
    Source,
    /// `/choose-account`
    ChooseAccount,
    /// `/factor`: a second factor is needed.
    Factor,
    /// `/first-use`
    FirstUse,
    /// `/consent`
    Consent,
    /// `/denied`
    Denied,
}

impl Page {
    /// The address of the page for a transaction.
    #[must_use]
    pub fn address(self, transaction: &str) -> String {
        format!("{}?transaction={transaction}", self.path())
    }

    /// The path of the page.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::SignIn => "/login",
            Self::Source => "/source/oauth/start",
            Self::ChooseAccount => "/choose-account",
            Self::Factor => "/factor",
            Self::FirstUse => "/first-use",
            Self::Consent => "/consent",
            Self::Denied => "/denied",
        }
    }
}

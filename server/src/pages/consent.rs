//! The consent page: what an application asks for, for whom, and where the answer goes.

use askama::Template;

use super::frame::{Application, Frame, Person};

/// `#consent-form`, whose `decision` is `allow` (`#allow`), `deny` (`#deny`) or `another` (`#another`: use another
/// account); each scope is `li[data-scope=NAME]`, each single claim `li[data-claim=NAME]`.
#[derive(Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Who asks.
    pub application: Application<'a>,
    /// Who is asked.
    pub person: Person<'a>,
    /// Every scope that is asked for.
    pub scopes: &'a [ScopeItem<'a>],
    /// Claims that are asked for one by one (`claims` parameter, OpenID Connect Core 1.0, section 5.5).
    pub claims: &'a [ClaimItem<'a>],
    /// Host (or private-use scheme) of the redirect URI.
    pub returns_to: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
    /// The waiting authorization.
    pub transaction: &'a str,
}

/// One scope on the consent page.
#[derive(Debug, Clone, Copy)]
pub struct ScopeItem<'a> {
    /// The scope.
    pub name: &'a str,
    /// What its mapping says about it; without one the name is shown.
    pub description: Option<&'a str>,
    /// Whether the mapping is a managed one, so that we may say its description in the person's language.
    pub managed: bool,
}

impl ScopeItem<'_> {
    pub(super) fn text(&self, frame: &Frame<'_>) -> String {
        let own_words = || {
            self.description
                .filter(|text| !text.trim().is_empty())
                .map(str::to_owned)
        };
        let id = format!("scope-{}", self.name.replace(['.', '/', ':'], "-"));
        let ours = if self.managed { frame.find(&id) } else { None };
        ours.or_else(own_words).unwrap_or_else(|| self.name.to_owned())
    }

    pub(super) fn says_more(&self, frame: &Frame<'_>) -> bool {
        self.text(frame) != self.name
    }
}

/// One claim that is asked for by its name.
#[derive(Debug, Clone, Copy)]
pub struct ClaimItem<'a> {
    /// The claim.
    pub name: &'a str,
    /// Whether the application says that it can't do without.
    pub essential: bool,
}

impl ClaimItem<'_> {
    fn text(&self, frame: &Frame<'_>) -> String {
        let id = format!("claim-{}", self.name.replace('_', "-"));
        frame.find(&id).unwrap_or_else(|| self.name.to_owned())
    }

    fn says_more(&self, frame: &Frame<'_>) -> bool {
        self.text(frame) != self.name
    }
}

//! `/account/profile`: what a person says about themselves.

use askama::Template;

use super::super::first_administrator::FieldProblem;
use super::super::frame::Frame;
use super::room::AccountRoom;

/// `#profile-form` with an input for each claim that may be changed (`name=given_name`, ...).
#[derive(Debug, Template)]
#[template(path = "account/profile.html")]
pub struct Profile<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// The claims.
    pub fields: &'a [ProfileField<'a>],
    /// The languages of the pages: tag, and name in the language itself.
    pub languages: &'a [(&'static str, &'static str)],
}

/// A claim that may be changed.
#[derive(Debug, Clone, Copy)]
pub struct ProfileField<'a> {
    /// Its name (OpenID Connect Core 1.0, section 5.1).
    pub claim: &'a str,
    /// What it is, or what was typed.
    pub value: &'a str,
    /// What is wrong with it.
    pub problem: Option<FieldProblem>,
}

/// The languages of the pages, each in its own words.
const NAMES: [(&str, &str); 4] = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
];

/// Those of `tags`, with their names.
#[must_use]
pub fn named_languages(tags: &[&str]) -> Vec<(&'static str, &'static str)> {
    NAMES.into_iter().filter(|(tag, _)| tags.contains(tag)).collect()
}

impl ProfileField<'_> {
    fn label(&self) -> &'static str {
        match self.claim {
            "given_name" => "profile-given-name",
            "family_name" => "profile-family-name",
            "middle_name" => "profile-middle-name",
            "nickname" => "profile-nickname",
            "profile" => "profile-profile",
            "picture" => "profile-picture",
            "website" => "profile-website",
            "gender" => "profile-gender",
            "birthdate" => "profile-birthdate",
            "zoneinfo" => "profile-zoneinfo",
            "locale" => "profile-locale",
            "phone_number" => "profile-phone-number",
            _ => "name",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self.claim {
            "birthdate" => Some("profile-birthdate-hint"),
            "zoneinfo" => Some("profile-zoneinfo-hint"),
            "locale" => Some("profile-locale-hint"),
            "phone_number" => Some("profile-phone-number-hint"),
            "profile" | "picture" | "website" => Some("profile-address-hint"),
            _ => None,
        }
    }

    fn autocomplete(&self) -> &'static str {
        match self.claim {
            "given_name" => "given-name",
            "family_name" => "family-name",
            "middle_name" => "additional-name",
            "nickname" => "nickname",
            "profile" | "website" => "url",
            "picture" => "photo",
            "gender" => "sex",
            "birthdate" => "bday",
            "phone_number" => "tel",
            "name" => "name",
            _ => "off",
        }
    }

    fn is_language(&self) -> bool {
        self.claim == "locale"
    }

    /// A language that is none of ours stays what it is.
    fn is_other(&self, languages: &[(&'static str, &'static str)]) -> bool {
        !self.value.is_empty() && !languages.iter().any(|(tag, _)| *tag == self.value)
    }

    fn described_by(&self) -> Option<String> {
        let part = if self.problem.is_some() { "problem" } else { "hint" };
        (self.problem.is_some() || self.hint().is_some()).then(|| format!("{}-{part}", self.claim))
    }
}

impl Profile<'_> {
    fn problem(&self, problem: &Option<FieldProblem>) -> Option<String> {
        problem.map(|problem| problem.say(self.frame))
    }
}

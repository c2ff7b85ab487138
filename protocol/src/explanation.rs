//! Why a request was refused, for an administrator: where given and expected differ, the rule that refused, and what would
//! repair it. Pure: from a recorded step and the records as they are now.

use serde::Serialize;

use crate::refusal::Refusal;

mod causes;
mod difference;
#[cfg(test)]
mod difference_tests;
mod fields;
mod pages;
mod repair;
mod repairs;
#[cfg(test)]
mod repairs_tests;
mod rules;

pub use self::causes::causes_of;
pub use self::difference::{Aspect, Difference, Piece, of_address, of_list, of_text};
pub use self::fields::field_of;
pub use self::pages::page_of;
pub use self::repair::{Repair, Target, possible};
pub use self::repairs::{Facts, Offer, Refused, repairs};
pub use self::rules::Rule;

/// Where a setting stands that a refusal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the application.
    Application,
    /// In the source.
    Source,
    /// In the account.
    User,
    /// In the rules that are bound to the application or source.
    Policies,
    /// In what the application sends: nothing here can be changed.
    Sender,
    /// With the source: nothing here can be changed.
    Upstream,
    /// With the person: they begin again.
    Person,
    /// In the configuration of the server, or its surroundings.
    Server,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Application,
        Self::Source,
        Self::User,
        Self::Policies,
        Self::Sender,
        Self::Upstream,
        Self::Person,
        Self::Server,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Source => "source",
            Self::User => "user",
            Self::Policies => "policies",
            Self::Sender => "sender",
            Self::Upstream => "upstream",
            Self::Person => "person",
            Self::Server => "server",
        }
    }

    /// Where what a refusal is about is corrected when no button does it.
    #[must_use]
    pub const fn of(refusal: Refusal) -> Self {
        match Rule::of(refusal) {
            Rule::ClientEnabled
            | Rule::ClientKnown
            | Rule::ClientAuthentication
            | Rule::AddressExact
            | Rule::FirstUse
            | Rule::GrantType
            | Rule::Scope
            | Rule::SignOut
            | Rule::Assertion
            | Rule::Management => Self::Application,
            Rule::Form
            | Rule::AddressKind
            | Rule::ResponseType
            | Rule::Pkce
            | Rule::NonceAndState
            | Rule::Prompt
            | Rule::CodeOnce
            | Rule::RefreshOnce
            | Rule::Device
            | Rule::Bearer => Self::Sender,
            Rule::Policy => Self::Policies,
            Rule::AccountActive => Self::User,
            Rule::SourceOffered | Rule::SourceProfile | Rule::Linking => Self::Source,
            Rule::SourceAnswers => match refusal {
                Refusal::UpstreamAccessDenied => Self::Person,
                _ => Self::Source,
            },
            Rule::SourceProves => match refusal {
                Refusal::UpstreamTokenExpired
                | Refusal::UpstreamTokenNotYetValid
                | Refusal::UpstreamTokenTooOld
                | Refusal::UpstreamTimesMalformed
                | Refusal::UpstreamAtHashWrong
                | Refusal::UpstreamNonceWrong
                | Refusal::UpstreamSubjectMalformed => Self::Upstream,
                _ => Self::Source,
            },
            Rule::PersonSaysNo | Rule::BrowserBinding => Self::Person,
            Rule::Ours => Self::Server,
        }
    }
}

/// Where given and expected differ; `None`: there are no two values to compare.
#[must_use]
pub fn difference(refused: &Refused<'_>) -> Option<Difference> {
    let expected = refused.expected?;
    let given = refused.given.unwrap_or_default();
    match refused.refusal {
        Refusal::RedirectUriMismatch
        | Refusal::LogoutRedirectMismatch
        | Refusal::CodeRedirectUriMismatch
        | Refusal::UpstreamIssuerWrong
        | Refusal::UpstreamResponseIssuer
        | Refusal::AssertionIssuerWrong
            if !given.is_empty() && !given.contains(' ') =>
        {
            let expected: Vec<&str> = expected.split_ascii_whitespace().collect();
            of_address(given, &expected)
        }
        // Asked for, and not among what the application offers: no scope of the request is wrong.
        Refusal::ScopeOpenidMissing if given.split_ascii_whitespace().any(|scope| scope == "openid") => {
            Some(of_text(given, expected))
        }
        Refusal::ScopeOpenidMissing
        | Refusal::ScopeUnknown
        | Refusal::ScopeWider
        | Refusal::ManagementScopeNotGranted
        | Refusal::UpstreamAudienceWrong
        | Refusal::AssertionAudienceWrong => of_list(given, expected),
        _ => Some(of_text(given, expected)),
    }
}

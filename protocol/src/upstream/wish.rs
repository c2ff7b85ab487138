//! What an application's authorization request says about the source to sign in through.

use serde::{Deserialize, Serialize};

use crate::params::Params;

/// The parameters that name a source, ours and Auth0's.
pub const NAMING: [&str; 2] = ["source", "connection"];

/// Parameters of an authorization request that may go on to a source, when the source asks for them. Nothing that belongs to
/// the sign-in itself is among them.
pub const PASSED: [&str; 22] = [
    "access_type",
    "acr_values",
    "approval_prompt",
    "audience",
    "client_id",
    "connection_scope",
    "display",
    "id_token_hint",
    "invitation",
    "login_hint",
    "max_age",
    "nonce",
    "organization",
    "owner",
    "prompt",
    "resource",
    "response_mode",
    "response_type",
    "screen_hint",
    "tenant",
    "ui_locales",
    "hd",
];

/// What belongs to the application's own request, or is its secret: kept for nobody.
const NEVER_PASSED: [&str; 6] = [
    "client_assertion",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "state",
];

/// The longest value that is passed on, in bytes.
const LONGEST: usize = 2_048;

/// The wish of an application, kept while its request waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// The key of the source to go to without asking; taken away once it was followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Parameters that sources may ask for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<(String, String)>,
}

impl Wish {
    /// What a request says. Whether there is such a source is not looked at. `further`: parameters that sources ask for beyond
    /// the usual ones.
    #[must_use]
    pub fn of<'a>(params: &Params, further: impl IntoIterator<Item = &'a str>) -> Self {
        let mut names: Vec<&str> = PASSED.into_iter().chain(further).collect();
        names.retain(|name| !NEVER_PASSED.contains(name));
        names.sort_unstable();
        names.dedup();
        let passed = names
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), params.get(name)?.to_owned())))
            .filter(|(_, value)| value.len() <= LONGEST);
        Self {
            source: NAMING.into_iter().find_map(|name| params.get(name)).map(str::to_owned),
            passed: passed.collect(),
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.passed.is_empty()
    }

    /// The parameters that were kept.
    #[must_use]
    pub fn parameters(&self) -> Params {
        self.passed.iter().cloned().collect()
    }
}

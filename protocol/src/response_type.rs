//! Response types: what the authorization endpoint answers with (OAuth 2.0 Multiple Response Type Encoding Practices;
//! OpenID Connect Core, section 3). Which mode carries the answer follows from the type where nothing else is asked.

use serde::{Deserialize, Serialize};

use crate::client::GrantType;
use crate::redirect_uri::ResponseMode;

/// The response types that we answer. `token` alone is not one of them: RFC 9700, section 2.1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseType {
    /// A code.
    #[default]
    #[serde(rename = "code")]
    Code,
    /// An ID token.
    #[serde(rename = "id_token")]
    IdToken,
    /// An ID token and an access token.
    #[serde(rename = "id_token token")]
    IdTokenToken,
    /// A code and an access token.
    #[serde(rename = "code token")]
    CodeToken,
    /// A code and an ID token.
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// All three.
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
}

impl ResponseType {
    /// All of them, in the order of discovery.
    pub const ALL: [Self; 6] = [
        Self::Code,
        Self::IdToken,
        Self::IdTokenToken,
        Self::CodeToken,
        Self::CodeIdToken,
        Self::CodeIdTokenToken,
    ];

    /// The registered name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeToken => "code token",
            Self::CodeIdToken => "code id_token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Reads a `response_type`. The order of the words does not matter (RFC 6749, section 3.1.1); each stands once.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        let asked = sorted(value);
        Self::ALL.into_iter().find(|known| sorted(known.as_str()) == asked)
    }

    /// Whether a code is part of the answer.
    #[must_use]
    pub const fn gives_code(self) -> bool {
        !matches!(self, Self::IdToken | Self::IdTokenToken)
    }

    /// Whether an ID token is part of the answer.
    #[must_use]
    pub const fn gives_id_token(self) -> bool {
        !matches!(self, Self::Code | Self::CodeToken)
    }

    /// Whether an access token is part of the answer.
    #[must_use]
    pub const fn gives_access_token(self) -> bool {
        matches!(self, Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken)
    }

    /// The entry of `grant_types` that allows it.
    #[must_use]
    pub const fn grant_type(self) -> GrantType {
        match self {
            Self::Code => GrantType::AuthorizationCode,
            Self::IdToken | Self::IdTokenToken => GrantType::Implicit,
            Self::CodeToken | Self::CodeIdToken | Self::CodeIdTokenToken => GrantType::Hybrid,
        }
    }

    /// The mode of an answer when the request names none (Multiple Response Type Encoding Practices, sections 2.1 and 5).
    #[must_use]
    pub const fn default_mode(self) -> ResponseMode {
        match self {
            Self::Code => ResponseMode::Query,
            _ => ResponseMode::Fragment,
        }
    }
}

/// The mode in which a refusal goes back when `response_type` is not one of ours: a client that waits for tokens reads
/// the fragment (RFC 6749, section 4.2.2.1).
#[must_use]
pub fn default_mode_of(response_type: Option<&str>) -> ResponseMode {
    let mut words = response_type.unwrap_or_default().split(' ');
    if words.any(|word| matches!(word, "token" | "id_token")) {
        ResponseMode::Fragment
    } else {
        ResponseMode::Query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read_in_any_order_of_its_words_and_in_no_other_spelling() {
        for known in ResponseType::ALL {
            assert_eq!(ResponseType::parse(known.as_str()), Some(known));
            let turned: Vec<&str> = known.as_str().rsplit(' ').collect();
            assert_eq!(ResponseType::parse(&turned.join(" ")), Some(known));
        }
        for other in [
            "",
            " ",
            "token",
            "none",
            "code code",
            "Code",
            "code ",
            " code",
            "code  token",
            "code\ttoken",
            "code,token",
            "id_token code code",
            "code id_token token none",
        ] {
            assert_eq!(ResponseType::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_table_of_types() {
        use ResponseMode::{Fragment, Query};
        for (known, code, id_token, access_token, grant, mode) in [
            ("code", true, false, false, "authorization_code", Query),
            ("id_token", false, true, false, "implicit", Fragment),
            ("id_token token", false, true, true, "implicit", Fragment),
            ("code token", true, false, true, "hybrid", Fragment),
            ("code id_token", true, true, false, "hybrid", Fragment),
            ("code id_token token", true, true, true, "hybrid", Fragment),
        ] {
            let found = ResponseType::parse(known).unwrap_or_default();
            let gives = (found.gives_code(), found.gives_id_token(), found.gives_access_token());
            assert_eq!(gives, (code, id_token, access_token), "{known}");
            assert_eq!(
                (found.grant_type().as_str(), found.default_mode()),
                (grant, mode),
                "{known}"
            );
            assert_eq!(default_mode_of(Some(known)), mode, "{known}");
        }
        assert_eq!(default_mode_of(Some("token")), Fragment);
        assert_eq!(default_mode_of(Some("something")), Query);
        assert_eq!(default_mode_of(None), Query);
    }
}

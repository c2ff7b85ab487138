//! Auth0's words (Auth0 sheet): what connections and people are called there, what opens its management interface, and how a
//! refusal is said to its applications.
//!
//! A connection is a source, an identity of a person is an external account. Nothing is decided here that the core decides.

use crate::error::{ErrorCode, OAuthError};
use crate::refusal::Refusal;
use crate::upstream::{Source, SourceKind, UpstreamFailure};

/// The only strategy of connections: plain OAuth 2.0.
pub const STRATEGY: &str = "oauth2";

/// What the ids of connections begin with.
const CONNECTION: &str = "con_";
/// Characters of a connection's id behind that.
const CONNECTION_ID: usize = 16;
/// The longest name of a connection, in characters.
const LONGEST_NAME: usize = 128;

/// The scopes of the management interface, each with the native permission that opens as much; `None`: nothing native does.
pub const SCOPES: [(&str, Option<&str>); 8] = [
    ("create:connections", Some("sources:write")),
    ("read:connections", Some("sources:read")),
    ("update:connections", Some("sources:write")),
    ("delete:connections", Some("sources:write")),
    // These two show and take secrets, which the native interface never gives back.
    ("read:connections_options", None),
    ("update:connections_options", Some("sources:write")),
    ("read:users", Some("users:read")),
    ("read:user_idp_tokens", Some("external-accounts:token")),
];

/// Whether `name` is a scope of the management interface.
#[must_use]
pub fn is_scope(name: &str) -> bool {
    SCOPES.iter().any(|(scope, _)| *scope == name)
}

/// The audience of access tokens for the management interface (Auth0 sheet, B-3.1). `public_url` ends in a slash.
#[must_use]
pub fn management_audience(public_url: &str) -> String {
    format!("{public_url}api/v2/")
}

/// The id of a source as a connection: the last characters of its ULID, which are random.
#[must_use]
pub fn connection_id(source_id: &str) -> String {
    let start = source_id.len().saturating_sub(CONNECTION_ID);
    format!("{CONNECTION}{}", source_id.get(start..).unwrap_or_default())
}

/// The end of the source's id that the id of a connection stands for; `None`: it is no such id (B-1.2).
#[must_use]
pub fn parse_connection_id(id: &str) -> Option<&str> {
    let end = id.strip_prefix(CONNECTION)?;
    (end.len() == CONNECTION_ID && end.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(end)
}

/// Whether a connection may have this name: letters and digits, with dashes inside (B-1.3; several dashes in a row are
/// allowed here).
#[must_use]
pub fn is_connection_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether a source is seen as a connection, whoever made it.
#[must_use]
pub fn is_connection(source: &Source) -> bool {
    source.kind == SourceKind::Oauth2 && is_connection_name(&source.key)
}

/// What a person who came through a connection is called (B-11.1): the identifier there is kept as it is.
#[must_use]
pub fn user_id(connection: &str, provider_user_id: &str) -> String {
    format!("{STRATEGY}|{connection}|{provider_user_id}")
}

/// Connection and identifier of such a name; the identifier may hold further bars (B-11.4).
#[must_use]
pub fn parse_user_id(id: &str) -> Option<(&str, &str)> {
    let (connection, identifier) = id.strip_prefix(STRATEGY)?.strip_prefix('|')?.split_once('|')?;
    (is_connection_name(connection) && !identifier.is_empty()).then_some((connection, identifier))
}

/// `error` and `error_description` of an authorization answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The code.
    pub code: &'static str,
    /// What is said about it.
    pub description: String,
}

/// A refusal in Auth0's words (B-7.3, B-12).
#[must_use]
pub fn words_of(error: &OAuthError) -> Words {
    let (code, description) = match error.refusal {
        Refusal::ConnectionNotFound | Refusal::UpstreamSourceDisabled => {
            ("invalid_request", "the connection was not found")
        }
        Refusal::SubjectDisabled | Refusal::SubjectGone => ("unauthorized", "user is blocked"),
        Refusal::UpstreamUserIdMissing => (
            "invalid_request",
            "the profile has no user id: fetchUserProfile must return user_id",
        ),
        _ => match error.code() {
            // What is wrong with the source is no fault of this server.
            ErrorCode::ServerError if error.refusal != Refusal::Internal => ("invalid_request", error.public()),
            code => (code.as_str(), error.public()),
        },
    };
    Words {
        code,
        description: description.to_owned(),
    }
}

/// Why somebody did not come in through a connection (B-8.3, B-12): what the provider or the script said is kept.
#[must_use]
pub fn words_of_failure(failure: &UpstreamFailure) -> Words {
    let mut words = words_of(&failure.error);
    let says_more = matches!(
        failure.error.refusal,
        Refusal::UpstreamScriptFailed
            | Refusal::UpstreamError
            | Refusal::UpstreamAccessDenied
            | Refusal::UpstreamTokenRefused
            | Refusal::UpstreamUserinfoRefused
    );
    if says_more {
        if failure.error.refusal != Refusal::UpstreamAccessDenied {
            words.code = "invalid_request";
        }
        if let Some(description) = &failure.description {
            words.description.clone_from(description);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{connection_id, is_connection_name, parse_connection_id, parse_user_id, user_id};

    #[test]
    fn ids_are_translations() {
        let id = connection_id("src_01J9ZK3M5N7P9Q1R3S5T7V9X1Z");
        assert_eq!(id, "con_7P9Q1R3S5T7V9X1Z");
        assert_eq!(parse_connection_id(&id), Some("7P9Q1R3S5T7V9X1Z"));
        for wrong in [
            "con_",
            "con_7P9Q1R3S5T7V9X1",
            "con_7P9Q1R3S5T7V9X1%",
            "7P9Q1R3S5T7V9X1Z",
            "",
        ] {
            assert_eq!(parse_connection_id(wrong), None, "{wrong}");
        }
        let id = user_id("harbor-hr", "auth0|61aa");
        assert_eq!(id, "oauth2|harbor-hr|auth0|61aa");
        assert_eq!(parse_user_id(&id), Some(("harbor-hr", "auth0|61aa")));
        for wrong in [
            "oauth2|harbor-hr|",
            "oauth2||1",
            "oauth2|harbor-hr",
            "auth0|1",
            "oauth2|a b|1",
            "",
        ] {
            assert_eq!(parse_user_id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_begin_and_end_in_letters_or_digits() {
        for name in ["a", "A1", "harbor-hr", "a--b", &"x".repeat(128)] {
            assert!(is_connection_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "a_b", "a.b", "a b", "é", &"x".repeat(129)] {
            assert!(!is_connection_name(name), "{name}");
        }
    }
}

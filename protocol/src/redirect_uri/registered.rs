//! The registered addresses of an application, ready to be compared: patterns are compiled once, when the application is
//! opened.

use super::loopback::is_same_but_port;
use super::pattern::Pattern;
use crate::client::{Application, ClientType, MatchingMode, RedirectUri};

/// The two lists of an application.
#[derive(Clone, Debug, Default)]
pub struct Registered {
    authorization: Vec<Entry>,
    sign_out: Vec<Entry>,
    broken: Vec<String>,
}

#[derive(Clone, Debug)]
enum Entry {
    Strict(String),
    AnyPort(String),
    Pattern(Box<Pattern>),
}

impl Registered {
    /// Compiles the addresses of an application.
    #[must_use]
    pub fn of(application: &Application) -> Self {
        let mut broken = Vec::new();
        // RFC 8252, section 8.4: a native application is a public client.
        let native = application.client_type == ClientType::Public;
        let mut compile = |list: &[RedirectUri], any_port: bool| -> Vec<Entry> {
            list.iter()
                .filter_map(|entry| match entry.matching_mode {
                    MatchingMode::Strict if any_port => Some(Entry::AnyPort(entry.url.clone())),
                    MatchingMode::Strict => Some(Entry::Strict(entry.url.clone())),
                    MatchingMode::Regex => match Pattern::compile(&entry.url) {
                        Ok(pattern) => Some(Entry::Pattern(Box::new(pattern))),
                        Err(error) => {
                            broken.push(format!("{}: {error}", entry.url));
                            None
                        }
                    },
                })
                .collect()
        };
        Self {
            authorization: compile(&application.redirect_uris, native),
            sign_out: compile(&application.post_logout_redirect_uris, false),
            broken,
        }
    }

    /// Stored patterns that are not taken any more, with the reason: they match nothing.
    #[must_use]
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    /// Whether an authorization answer may go to `uri`.
    pub(super) fn answers_may_go_to(&self, uri: &str) -> bool {
        self.authorization.iter().any(|entry| entry.is_match(uri))
    }

    /// Whether a browser may go to `uri` after sign-out.
    pub(super) fn sign_out_may_go_to(&self, uri: &str) -> bool {
        self.sign_out.iter().any(|entry| entry.is_match(uri))
    }

    /// Whether a pattern for authorization answers has this origin.
    pub(super) fn has_pattern_of(&self, origin: &str) -> bool {
        self.authorization.iter().any(|entry| match entry {
            Entry::Strict(_) | Entry::AnyPort(_) => false,
            Entry::Pattern(pattern) => pattern.is_origin(origin),
        })
    }
}

impl Entry {
    fn is_match(&self, uri: &str) -> bool {
        match self {
            Self::Strict(registered) => registered == uri,
            Self::AnyPort(registered) => registered == uri || is_same_but_port(registered, uri),
            Self::Pattern(pattern) => pattern.is_match(uri),
        }
    }
}

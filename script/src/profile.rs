//! Profile scripts: JavaScript of an administrator that makes a profile out of the tokens of another provider
//! (`fetchUserProfile(accessToken, context, callback)`), and its sibling that makes the address to sign out at
//! (`getLogoutUrl(query, callback)`).
//!
//! A script waits for other servers most of its time. So scripts have worker processes of their own, and one process
//! carries many of them: while one waits, the others go on. Expressions never stand behind a script.

mod limits;
mod outcome;
pub(crate) mod wire;
mod workers;

pub use limits::ScriptLimits;
pub use outcome::{ProfileRan, ScriptFault, ScriptTrial};
pub use workers::{ScriptWorkers, ScriptWorkersConfig};

use std::fmt::Write as _;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};

/// A profile script. Cloning shares the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileScript {
    source: Arc<str>,
    id: ScriptId,
}

/// Names a script by what it says: the SHA-256 of its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScriptId([u8; 32]);

impl ProfileScript {
    /// Takes a source as it was written. Nothing is checked here; [`ScriptWorkers::check`] does that.
    #[must_use]
    pub fn new(source: impl Into<Arc<str>>) -> Self {
        let source = source.into();
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, source.as_bytes()).as_ref());
        Self {
            source,
            id: ScriptId(id),
        }
    }

    /// The source as it was written.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The id by content.
    #[must_use]
    pub const fn id(&self) -> ScriptId {
        self.id
    }
}

impl ScriptId {
    /// A number that tells scripts apart.
    pub(crate) const fn number(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl std::fmt::Display for ScriptId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What a script is called with. None of it is a secret of this server.
#[derive(Clone, Default, PartialEq)]
pub struct ProfileInputs {
    /// The first argument: the access token of the other provider.
    pub access_token: String,
    /// The second argument: the whole answer of the token endpoint, members of whatever type. `id_token` stays the text that
    /// it was.
    pub context: Map<String, Value>,
    /// The global `configuration`: settings that the administrator gave the script.
    pub configuration: Map<String, Value>,
    /// The options of the connection without its secrets: `context.options`, which is not listed among the members of
    /// `context` and gives way to a member of that name.
    pub options: Map<String, Value>,
    /// What a script of the other kind is called with, `getLogoutUrl(query, callback)`: the parameters of the sign-out. It makes
    /// an address, which is the member `url` of what comes back.
    pub query: Option<Map<String, Value>>,
}

impl std::fmt::Debug for ProfileInputs {
    /// Tokens and settings stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut names = String::new();
        for name in self.context.keys() {
            let _ = write!(names, "{name} ");
        }
        f.debug_struct("ProfileInputs")
            .field("context", &names.trim_end())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_every_character() {
        let id = ProfileScript::new("function f() {}").id();
        assert_eq!(id, ProfileScript::new("function f() {}").id());
        assert_ne!(id, ProfileScript::new("function f() {} ").id());
        assert_eq!(id.to_string().len(), 64);
    }

    #[test]
    fn inputs_do_not_show_tokens() {
        let inputs = ProfileInputs {
            access_token: "hidden".to_owned(),
            context: Map::from_iter([("id_token".to_owned(), "hidden".into())]),
            ..ProfileInputs::default()
        };
        assert_eq!(format!("{inputs:?}"), "ProfileInputs { context: \"id_token\", .. }");
    }
}

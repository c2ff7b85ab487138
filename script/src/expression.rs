//! An expression of an administrator as the server holds it: its source, an id by content, and what it may look at.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

/// What an expression is for. The language is the same; policies see a few names more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Returns claims for a scope, or profile data of a source.
    ScopeMapping,
    /// Returns whether something is allowed.
    Policy,
}

/// Names an expression by what it says: the SHA-256 of its kind and source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExpressionId([u8; 32]);

/// An expression. Cloning shares the source.
#[derive(Clone, Debug)]
pub struct Expression {
    kind: Kind,
    source: Arc<str>,
    id: ExpressionId,
    needs: Needs,
}

impl Expression {
    /// Takes a source as it was written. Nothing is checked here; `Workers::check` does that when it is saved.
    #[must_use]
    pub fn new(kind: Kind, source: impl Into<Arc<str>>) -> Self {
        let source = source.into();
        Self {
            kind,
            id: ExpressionId::of(kind, &source),
            needs: Needs::of(&source),
            source,
        }
    }

    /// What the expression is for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The source as it was written.
    #[must_use]
    pub const fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The id by content.
    #[must_use]
    pub const fn id(&self) -> ExpressionId {
        self.id
    }

    /// What the caller should read and send along.
    #[must_use]
    pub const fn needs(&self) -> Needs {
        self.needs
    }
}

impl ExpressionId {
    fn of(kind: Kind, source: &str) -> Self {
        let mut text = Vec::with_capacity(source.len() + 1);
        text.push(kind as u8);
        text.extend_from_slice(source.as_bytes());
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, &text).as_ref());
        Self(id)
    }
}

/// What an expression may look at, found by its words alone: a superset, so that one round trip suffices.
///
/// What was not sent is asked for through the `Host` when it is used after all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// `UserObject::groups` and `UserObject::all_groups`.
    pub groups: bool,
    /// `UserObject::entitlements`.
    pub entitlements: bool,
    /// `UserObject::authenticators`.
    pub authenticators: bool,
    /// `UserObject::attributes`.
    pub attributes: bool,
}

impl Needs {
    /// Everything.
    pub const ALL: Self = Self {
        groups: true,
        entitlements: true,
        authenticators: true,
        attributes: true,
    };

    fn of(source: &str) -> Self {
        let mut needs = Self::default();
        for word in words(source) {
            match word {
                "groups" | "ak_groups" | "all_groups" | "ak_is_group_member" => needs.groups = true,
                "group_attributes" => (needs.groups, needs.attributes) = (true, true),
                "app_entitlements" | "entitlements" => needs.entitlements = true,
                "ak_user_has_authenticator" | "authenticators" => needs.authenticators = true,
                "attributes" => needs.attributes = true,
                // Runs an expression that is not known here, or reads a name that is computed.
                "ak_call_policy" | "getattr" => return Self::ALL,
                _ => {}
            }
        }
        needs
    }

    /// What both together look at.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            groups: self.groups || other.groups,
            entitlements: self.entitlements || other.entitlements,
            authenticators: self.authenticators || other.authenticators,
            attributes: self.attributes || other.attributes,
        }
    }
}

/// The identifiers in a source, those in strings and comments included.
pub(crate) fn words(source: &str) -> impl Iterator<Item = &str> {
    source
        .split(|c: char| !(c == '_' || c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_the_kind_and_every_character() {
        let id = Expression::new(Kind::Policy, "return True").id();
        assert_eq!(id, Expression::new(Kind::Policy, "return True").id());
        assert_ne!(id, Expression::new(Kind::ScopeMapping, "return True").id());
        assert_ne!(id, Expression::new(Kind::Policy, "return True ").id());
    }

    #[test]
    fn needs_are_found_by_words() {
        let needs = |source: &str| Expression::new(Kind::Policy, source).needs();
        assert_eq!(needs("return {'a': user.email}"), Needs::default());
        assert!(needs("return [g.name for g in user.ak_groups.all()]").groups);
        assert!(!needs("return my_groups_of_words").groups);
        assert!(needs("return user.app_entitlements(provider.application)").entitlements);
        assert!(needs("return ak_user_has_authenticator(request.user)").authenticators);
        assert!(needs("return user.attributes.get('x')").attributes);
        assert_eq!(needs("return ak_call_policy('other').passing"), Needs::ALL);
        let groups = needs("return user.group_attributes(request)");
        assert!(groups.groups && groups.attributes && !groups.entitlements);
    }
}

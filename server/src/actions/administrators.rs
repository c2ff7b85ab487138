//! Who may make or change administrators, and that one of them always stays.
//!
//! Editing people and groups must not be a way to more than the caller holds: only a caller who may everything touches
//! the account of an administrator, the groups that make one, or a source that signs one in.

use protocol::user::{User, UserType};

use super::actor::Actor;
use super::outcome::ActionError;
use super::permissions::Permissions;

/// Who asks for a change and what they may do.
#[derive(Clone, Copy, Debug)]
pub struct Authority<'a> {
    /// For the audit log.
    pub actor: &'a Actor,
    /// What they may do.
    pub permissions: &'a Permissions,
}

impl Authority<'_> {
    /// Checks a change of something that gives, or would give, every permission.
    ///
    /// # Errors
    /// [`ActionError::Forbidden`] for a caller who does not hold them all.
    pub fn check_administrators(&self, concerned: bool) -> Result<(), ActionError> {
        if concerned && !self.permissions.is_all() {
            return Err(ActionError::Forbidden(
                "Only a caller with the permission `*` can make or change administrators, the groups that make them, and the \
                 sources that decide about them."
                    .to_owned(),
            ));
        }
        Ok(())
    }
}

/// Whether a user is an administrator, by the account itself or by one of `groups`. `admin_groups`: the groups whose
/// members are.
#[must_use]
pub fn is_admin(user: &User, groups: &[String], admin_groups: &[String]) -> bool {
    user.is_admin || groups.iter().any(|group| admin_groups.contains(group))
}

/// Whether the user can repair things at a page: an administrator that is a person and switched on.
#[must_use]
pub fn counts(user: &User, groups: &[String], admin_groups: &[String]) -> bool {
    user.is_active && user.kind == UserType::Person && is_admin(user, groups, admin_groups)
}

/// What a missed guard means when the same decision is made again.
#[derive(Debug, Default)]
pub struct Retry {
    missed: Option<i64>,
    attempts: usize,
}

impl Retry {
    /// Notes that a commit on `version` of a record missed a guard. `keeps_one`: it also asked that an administrator
    /// stays. When the record is the same the second time, that is what failed.
    ///
    /// # Errors
    /// [`ActionError::Conflict`] when trying again is of no use.
    pub fn after(&mut self, version: i64, keeps_one: bool) -> Result<(), ActionError> {
        if keeps_one && self.missed == Some(version) {
            return Err(ActionError::Conflict(
                "This would leave nobody who can administrate: at least one active person has to stay an administrator."
                    .to_owned(),
            ));
        }
        self.missed = Some(version);
        self.attempts += 1;
        if self.attempts < super::changes::ATTEMPTS {
            Ok(())
        } else {
            Err(ActionError::Conflict(
                "The record was changed meanwhile; try again.".to_owned(),
            ))
        }
    }
}

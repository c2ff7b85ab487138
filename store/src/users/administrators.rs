//! Who may everything, by the account itself or by a group, and the guard that keeps one of them.
//!
//! A member of a group belongs to all groups above it, so a group below one that `is_admin` makes administrators too.

use crate::statement::Stmt;
use crate::store::{Store, StoreError};
use crate::value::Val;

/// Groups whose members are administrators.
macro_rules! with_admin_groups {
    ($rest:literal) => {
        concat!(
            "WITH RECURSIVE admin_groups (id) AS (SELECT id FROM user_groups WHERE is_admin = 1 UNION ",
            "SELECT p.group_id FROM group_parents p JOIN admin_groups a ON p.parent_id = a.id) ",
            $rest
        )
    };
}

macro_rules! active_admins {
    () => {
        "SELECT u.id FROM users u WHERE u.is_active = 1 AND u.kind = 'person' AND (u.is_admin = 1 OR EXISTS (SELECT 1 \
         FROM group_members m JOIN admin_groups a ON a.id = m.group_id WHERE m.user_id = u.id))"
    };
}

crate::statements! {
    GROUPS = with_admin_groups!("SELECT id FROM admin_groups ORDER BY id");
    ANY = with_admin_groups!("SELECT u.id FROM users u WHERE u.is_admin = 1 OR EXISTS (SELECT 1 FROM group_members m \
        JOIN admin_groups a ON a.id = m.group_id WHERE m.user_id = u.id) LIMIT 1");
    ACTIVE = concat!(
        "WITH RECURSIVE admin_groups (id) AS (SELECT id FROM user_groups WHERE is_admin = 1 UNION ",
        "SELECT p.group_id FROM group_parents p JOIN admin_groups a ON p.parent_id = a.id) ",
        active_admins!(),
        " LIMIT 2"
    );
    LINKED = with_admin_groups!("SELECT u.id FROM users u WHERE (EXISTS (SELECT 1 FROM external_accounts e WHERE e.user_id = u.id \
        AND e.source_id = $1) OR EXISTS (SELECT 1 FROM source_subjects s WHERE s.user_id = u.id AND s.source_id = $1)) AND (u.is_admin = 1 OR EXISTS (SELECT 1 FROM group_members m JOIN admin_groups a ON a.id = m.group_id \
        WHERE m.user_id = u.id)) UNION SELECT g.group_id FROM source_groups g JOIN admin_groups a ON a.id = g.group_id WHERE g.source_id = $1 \
        LIMIT 1");
    LOCK = "UPDATE counters SET value = value WHERE name = 'user'";
    KEEP_ONE = concat!(
        "UPDATE counters SET value = value WHERE name = 'user' AND EXISTS (",
        "WITH RECURSIVE admin_groups (id) AS (SELECT id FROM user_groups WHERE is_admin = 1 UNION ",
        "SELECT p.group_id FROM group_parents p JOIN admin_groups a ON p.parent_id = a.id) ",
        active_admins!(),
        ")"
    );
}

impl Store {
    /// Ids of the groups whose members are administrators, however far below one that says so.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_admin_groups(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&GROUPS, &[]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// Whether any administrator exists.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_has_admin(&self) -> Result<bool, StoreError> {
        Ok(!self.rows(&ANY, &[]).await?.is_empty())
    }

    /// Whether an administrator is linked to a source or came into being by a token of it, or it puts people into a group that makes
    /// one.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_linked_to_admin(&self, source_id: &str) -> Result<bool, StoreError> {
        Ok(!self.rows(&LINKED, &[Val::from(source_id)]).await?.is_empty())
    }

    /// At most two persons who are active administrators: enough to tell whether one is the last.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_active_admins(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&ACTIVE, &[]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// Puts `statements` under the condition that an active administrator is left when they are done. Of two batches
    /// that would each leave the other's, the first goes and the second is a conflict: they wait for one row, and what
    /// comes after a wait sees what was committed meanwhile.
    #[must_use]
    pub fn keep_an_administrator(&self, statements: Vec<Stmt>) -> Vec<Stmt> {
        let none: fn() -> Vec<Val> = Vec::new;
        let mut guarded = vec![LOCK.guarded(none(), 1)];
        guarded.extend(statements);
        guarded.push(KEEP_ONE.guarded(none(), 1));
        guarded
    }
}

//! People who see one another: those with a direct group in common. And the direct groups of a person as records.

use protocol::user::{Group, User};

use super::{read_user, user_columns};
use crate::groups::read_group;
use crate::store::{Store, StoreError};
use crate::value::Val;

crate::statements! {
    DIRECT_GROUPS = "SELECT g.id, g.number, g.uuid, g.created_at, g.updated_at, g.version, g.name, g.is_admin, g.body \
        FROM user_groups g JOIN group_members m ON m.group_id = g.id WHERE m.user_id = $1 ORDER BY g.number";
    OF_GROUP = concat!(
        "SELECT ", user_columns!(), " FROM users u JOIN group_members m ON m.user_id = u.id \
         WHERE m.group_id = $1 AND u.is_active = 1 ORDER BY u.number LIMIT $2 OFFSET $3"
    );
    AROUND = concat!(
        "SELECT ", user_columns!(), " FROM users u WHERE u.is_active = 1 AND u.id IN (SELECT b.user_id \
         FROM group_members a JOIN group_members b ON a.group_id = b.group_id WHERE a.user_id = $1 \
         UNION SELECT o.id FROM users o WHERE o.id = $1) ORDER BY u.number LIMIT $2 OFFSET $3"
    );
    HAVE_GROUP = "SELECT a.group_id FROM group_members a JOIN group_members b ON a.group_id = b.group_id \
        WHERE a.user_id = $1 AND b.user_id = $2 LIMIT 1";
    IN_GROUP = "SELECT group_id FROM group_members WHERE user_id = $1 AND group_id = $2";
}

impl Store {
    /// The groups that a user belongs to directly, in the order of their numbers, without their parents.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_direct_groups(&self, user_id: &str) -> Result<Vec<Group>, StoreError> {
        self.rows(&DIRECT_GROUPS, &[Val::from(user_id)])
            .await?
            .iter()
            .map(read_group)
            .collect()
    }

    /// Active users who belong directly to a group, in the order of their numbers, from `offset` on.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_people_of_group(&self, group: &str, limit: i64, offset: i64) -> Result<Vec<User>, StoreError> {
        let params = [Val::from(group), Val::from(limit), Val::from(offset)];
        let rows = self.rows(&OF_GROUP, &params).await?;
        rows.iter().map(|row| read_user(row, 0)).collect()
    }

    /// A user and the active users who have a direct group in common with it, in the order of their numbers, from
    /// `offset` on.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_people_around(&self, user_id: &str, limit: i64, offset: i64) -> Result<Vec<User>, StoreError> {
        let params = [Val::from(user_id), Val::from(limit), Val::from(offset)];
        let rows = self.rows(&AROUND, &params).await?;
        rows.iter().map(|row| read_user(row, 0)).collect()
    }

    /// Whether two users have a direct group in common.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_have_group_in_common(&self, one: &str, other: &str) -> Result<bool, StoreError> {
        let rows = self.rows(&HAVE_GROUP, &[Val::from(one), Val::from(other)]).await?;
        Ok(!rows.is_empty())
    }

    /// Whether a user belongs directly to a group.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_member(&self, user_id: &str, group: &str) -> Result<bool, StoreError> {
        let rows = self.rows(&IN_GROUP, &[Val::from(user_id), Val::from(group)]).await?;
        Ok(!rows.is_empty())
    }
}

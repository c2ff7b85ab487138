//! Groups, their parents and their members.

use protocol::time::Time;
use protocol::user::Group;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};

pub mod list;

crate::statements! {
    NEXT_NUMBER = "UPDATE counters SET value = value + 1 WHERE name = 'group'";
    INSERT = "INSERT INTO user_groups (id, number, uuid, created_at, updated_at, version, name, is_admin, body) \
        SELECT $1, c.value, $2, $3, $4, $5, $6, $7, $8 FROM counters c WHERE c.name = 'group'";
    UPDATE = "UPDATE user_groups SET updated_at = $3, version = version + 1, name = $4, is_admin = $5, body = $6 \
        WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM user_groups WHERE id = $1";
    LOAD = "SELECT id, number, uuid, created_at, updated_at, version, name, is_admin, body FROM user_groups \
        WHERE id = $1";
    LOAD_PARENTS = "SELECT parent_id FROM group_parents WHERE group_id = $1 ORDER BY parent_id";
    LOAD_MEMBERS = "SELECT user_id FROM group_members WHERE group_id = $1 ORDER BY user_id";
    LOAD_DIRECT = "SELECT group_id FROM group_members WHERE user_id = $1 ORDER BY group_id";
    LOAD_ALL_OF_USER = "WITH RECURSIVE above (id) AS (SELECT group_id FROM group_members WHERE user_id = $1 UNION \
        SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) SELECT id FROM above ORDER BY id";
    LOAD_ANCESTORS = "WITH RECURSIVE above (id) AS (SELECT parent_id FROM group_parents WHERE group_id = $1 UNION \
        SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) SELECT id FROM above ORDER BY id";
    ADD_PARENT = "INSERT INTO group_parents (group_id, parent_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    REMOVE_PARENTS = "DELETE FROM group_parents WHERE group_id = $1";
    ADD_MEMBER = "INSERT INTO group_members (user_id, group_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    REMOVE_MEMBER = "DELETE FROM group_members WHERE user_id = $1 AND group_id = $2";
    TOUCH_USER = "UPDATE users SET version = version + 1, updated_at = $2 WHERE id = $1";
    TOUCH_GROUP = "UPDATE user_groups SET version = version + 1, updated_at = $2 WHERE id = $1";
    TOUCH_MEMBERS = "UPDATE users SET version = version + 1, updated_at = $2 \
        WHERE id IN (SELECT user_id FROM group_members WHERE group_id = $1)";
    TOUCH_CHILDREN = "UPDATE user_groups SET version = version + 1, updated_at = $2 \
        WHERE id IN (SELECT group_id FROM group_parents WHERE parent_id = $1)";
    TOUCH_GROUPS_OF_USER = "UPDATE user_groups SET version = version + 1, updated_at = $2 \
        WHERE id IN (SELECT group_id FROM group_members WHERE user_id = $1)";
    LOCK = "UPDATE counters SET value = value WHERE name = 'group'";
    NO_CYCLE = "UPDATE counters SET value = value WHERE name = 'group' AND NOT EXISTS (WITH RECURSIVE above (id) AS \
        (SELECT parent_id FROM group_parents WHERE group_id = $1 UNION SELECT p.parent_id FROM group_parents p \
        JOIN above a ON p.group_id = a.id) SELECT 1 FROM above WHERE id = $1)";
    REMOVE_MEMBERSHIPS = "DELETE FROM group_members WHERE user_id = $1";
}

/// A group without its parents, from nine columns.
pub(crate) fn read_group(row: &Row) -> Result<Group, StoreError> {
    Ok(Group {
        id: row.text(0)?.to_owned(),
        number: row.int(1)?,
        uuid: row.text(2)?.to_owned(),
        created_at: Time(row.int(3)?),
        updated_at: Time(row.int(4)?),
        version: row.int(5)?,
        name: row.text(6)?.to_owned(),
        is_admin: row.bool(7)?,
        attributes: serde_json::from_str(row.text(8)?)?,
        parents: Vec::new(),
    })
}

fn body_of(group: &Group) -> Val {
    Val::from(serde_json::Value::Object(group.attributes.clone()).to_string())
}

impl Store {
    /// The group of an id with its parents.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_group(&self, id: &str) -> Result<Option<Group>, StoreError> {
        let Some(mut group) = self.first(&LOAD, &[Val::from(id)], read_group).await? else {
            return Ok(None);
        };
        group.parents = self.load_group_parents(id).await?;
        Ok(Some(group))
    }

    /// Ids of the groups directly above a group.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_group_parents(&self, id: &str) -> Result<Vec<String>, StoreError> {
        self.load_ids(&LOAD_PARENTS, id).await
    }

    /// Ids of all groups above a group, however far.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_group_ancestors(&self, id: &str) -> Result<Vec<String>, StoreError> {
        self.load_ids(&LOAD_ANCESTORS, id).await
    }

    /// Ids of the users who belong directly to a group.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_group_members(&self, id: &str) -> Result<Vec<String>, StoreError> {
        self.load_ids(&LOAD_MEMBERS, id).await
    }

    /// Ids of the groups that a user belongs to directly.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_groups_of_user(&self, user_id: &str) -> Result<Vec<String>, StoreError> {
        self.load_ids(&LOAD_DIRECT, user_id).await
    }

    /// Ids of all groups that a user belongs to, directly or through others.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_all_groups_of_user(&self, user_id: &str) -> Result<Vec<String>, StoreError> {
        self.load_ids(&LOAD_ALL_OF_USER, user_id).await
    }

    async fn load_ids(&self, sql: &'static crate::statement::Sql, id: &str) -> Result<Vec<String>, StoreError> {
        self.rows(sql, &[Val::from(id)])
            .await?
            .iter()
            .map(|row| Ok(row.text(0)?.to_owned()))
            .collect()
    }

    /// The statements that make a group with its parents; its number is given by the database.
    #[must_use]
    pub fn create_group(&self, group: &Group) -> Vec<Stmt> {
        let insert = INSERT.guarded(
            vec![
                Val::from(group.id.as_str()),
                Val::from(group.uuid.as_str()),
                time(group.created_at),
                time(group.updated_at),
                Val::from(group.version),
                Val::from(group.name.as_str()),
                Val::from(group.is_admin),
                body_of(group),
            ],
            1,
        );
        let mut statements = vec![NEXT_NUMBER.guarded(Vec::new(), 1), insert];
        statements.extend(add_parents(group));
        statements
    }

    /// The statements that change a group and its parents. They hold only while the group has `version`, and only when no
    /// group stands above itself then, whatever others change at the same moment.
    #[must_use]
    pub fn update_group(&self, group: &Group, version: i64) -> Vec<Stmt> {
        let update = UPDATE.guarded(
            vec![
                Val::from(group.id.as_str()),
                Val::from(version),
                time(group.updated_at),
                Val::from(group.name.as_str()),
                Val::from(group.is_admin),
                body_of(group),
            ],
            1,
        );
        let id = || vec![Val::from(group.id.as_str())];
        let mut statements = vec![LOCK.guarded(Vec::new(), 1), update, REMOVE_PARENTS.with(id())];
        statements.extend(add_parents(group));
        statements.push(NO_CYCLE.guarded(id(), 1));
        statements
    }

    /// The statements that delete a group; members and groups below it stay, without it.
    #[must_use]
    pub fn delete_group(&self, id: &str, at: Time) -> Vec<Stmt> {
        vec![
            TOUCH_MEMBERS.with(vec![Val::from(id), time(at)]),
            TOUCH_CHILDREN.with(vec![Val::from(id), time(at)]),
            DELETE.guarded(vec![Val::from(id)], 1),
        ]
    }

    /// The statements that change the direct members of a group from `before` to `after`. Each user concerned counts as
    /// changed, because its groups are.
    #[must_use]
    pub fn change_group_members(&self, group_id: &str, before: &[String], after: &[String], at: Time) -> Vec<Stmt> {
        let (gone, new) = differences(before, after);
        let mut statements = Vec::new();
        for user in gone {
            statements.push(REMOVE_MEMBER.with(vec![Val::from(user), Val::from(group_id)]));
            statements.push(TOUCH_USER.with(vec![Val::from(user), time(at)]));
        }
        for user in new {
            statements.push(ADD_MEMBER.with(vec![Val::from(user), Val::from(group_id)]));
            statements.push(TOUCH_USER.with(vec![Val::from(user), time(at)]));
        }
        statements
    }

    /// The statements that change the direct groups of a user from `before` to `after`. Each group concerned counts as
    /// changed, because its members are.
    #[must_use]
    pub fn change_user_groups(&self, user_id: &str, before: &[String], after: &[String], at: Time) -> Vec<Stmt> {
        let (gone, new) = differences(before, after);
        let mut statements = Vec::new();
        for group in gone {
            statements.push(REMOVE_MEMBER.with(vec![Val::from(user_id), Val::from(group)]));
            statements.push(TOUCH_GROUP.with(vec![Val::from(group), time(at)]));
        }
        for group in new {
            statements.push(ADD_MEMBER.with(vec![Val::from(user_id), Val::from(group)]));
            statements.push(TOUCH_GROUP.with(vec![Val::from(group), time(at)]));
        }
        statements
    }

    /// The statements that make `groups` the direct groups of a user.
    #[must_use]
    pub fn set_user_groups(&self, user_id: &str, groups: &[String]) -> Vec<Stmt> {
        let add = groups
            .iter()
            .map(|group| ADD_MEMBER.with(vec![Val::from(user_id), Val::from(group.as_str())]));
        std::iter::once(REMOVE_MEMBERSHIPS.with(vec![Val::from(user_id)]))
            .chain(add)
            .collect()
    }
}

/// A user leaves all its groups: they count as changed.
pub(crate) fn touch_groups_of_user(user_id: &str, at: Time) -> Stmt {
    TOUCH_GROUPS_OF_USER.with(vec![Val::from(user_id), time(at)])
}

/// What is only in the first list, and what is only in the second.
fn differences<'a>(before: &'a [String], after: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let only = |one: &'a [String], other: &[String]| -> Vec<&'a str> {
        let other: std::collections::HashSet<&str> = other.iter().map(String::as_str).collect();
        one.iter()
            .map(String::as_str)
            .filter(|id| !other.contains(id))
            .collect()
    };
    (only(before, after), only(after, before))
}

fn add_parents(group: &Group) -> impl Iterator<Item = Stmt> {
    group
        .parents
        .iter()
        .map(|parent| ADD_PARENT.with(vec![Val::from(group.id.as_str()), Val::from(parent.as_str())]))
}

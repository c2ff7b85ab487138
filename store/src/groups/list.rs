//! Groups as they are listed, with parents and members read by the same statement; and which of some ids exist.

use protocol::user::Group;

use super::read_group;
use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Sql;
use crate::store::{ListError, Store, StoreError, split};
use crate::value::{Row, Val};

macro_rules! listed_columns {
    () => {
        "g.id, g.number, g.uuid, g.created_at, g.updated_at, g.version, g.name, g.is_admin, g.body, \
         COALESCE((SELECT string_agg(p.parent_id, ' ' ORDER BY p.parent_id) FROM group_parents p \
         WHERE p.group_id = g.id), ''), \
         COALESCE((SELECT string_agg(m.user_id, ' ' ORDER BY m.user_id) FROM group_members m \
         WHERE m.group_id = g.id), '')"
    };
}

/// How many ids one look-up takes; fewer are filled up with the first.
const SLOTS: usize = 32;

macro_rules! slots {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
         $25, $26, $27, $28, $29, $30, $31, $32"
    };
}

crate::statements! {
    LOAD = concat!("SELECT ", listed_columns!(), " FROM user_groups g WHERE g.id = $1");
    RECORDS_OF_USER = "WITH RECURSIVE above (id) AS (SELECT group_id FROM group_members WHERE user_id = $1 \
        UNION SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) SELECT g.id, g.number, g.uuid, \
        g.created_at, g.updated_at, g.version, g.name, g.is_admin, g.body, \
        COALESCE((SELECT string_agg(q.parent_id, ' ' ORDER BY q.parent_id) FROM group_parents q \
        WHERE q.group_id = g.id), ''), CASE WHEN EXISTS (SELECT 1 FROM group_members d WHERE d.user_id = $1 AND d.group_id = g.id) THEN 1 \
        ELSE 0 END FROM user_groups g JOIN above a ON a.id = g.id ORDER BY g.name";
    BELOW = "WITH RECURSIVE below (id) AS (SELECT group_id FROM group_parents WHERE parent_id = $1 UNION \
        SELECT p.group_id FROM group_parents p JOIN below b ON p.parent_id = b.id) SELECT id FROM below";
    KNOWN_GROUPS = concat!("SELECT id FROM user_groups WHERE id IN (", slots!(), ")");
    KNOWN_USERS = concat!("SELECT id FROM users WHERE id IN (", slots!(), ")");
}

const GROUPS: Listing = Listing {
    name: "groups",
    fields: listed_columns!(),
    from: "user_groups g",
    condition: None,
    search_index: Some("user_groups_search"),
    id: "g.id",
    columns: &[
        Column::id("g.id"),
        Column::filtered("name", "g.name", Kind::Text),
        Column::filtered("is_admin", "g.is_admin", Kind::Int),
        Column::searched("name", "g.name"),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// A group with its parents, and the ids of its direct members, sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupWithMembers {
    /// The group.
    pub group: Group,
    /// Ids of its members.
    pub users: Vec<String>,
}

fn read_listed(row: &Row) -> Result<GroupWithMembers, StoreError> {
    let mut group = read_group(row)?;
    group.parents = split(row.text(9)?);
    Ok(GroupWithMembers {
        group,
        users: split(row.text(10)?),
    })
}

impl Store {
    /// One page of groups, in the order of their making. Filters: `name`, `is_admin`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_groups(
        &self,
        query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<GroupWithMembers>, ListError> {
        self.list(&GROUPS, &query, key, read_listed).await
    }

    /// The group of an id with its parents and members.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_group_with_members(&self, id: &str) -> Result<Option<GroupWithMembers>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_listed).await
    }

    /// All groups of a user with their parents, sorted by name, and whether the user belongs to each directly.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_group_records_of_user(&self, user_id: &str) -> Result<Vec<(Group, bool)>, StoreError> {
        let rows = self.rows(&RECORDS_OF_USER, &[Val::from(user_id)]).await?;
        rows.iter()
            .map(|row| {
                let mut group = read_group(row)?;
                group.parents = split(row.text(9)?);
                Ok((group, row.bool(10)?))
            })
            .collect()
    }

    /// Ids of all groups below a group, however far.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_groups_below(&self, id: &str) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&BELOW, &[Val::from(id)]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// Those of `ids` that are groups, in no order.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_known_groups(&self, ids: &[String]) -> Result<Vec<String>, StoreError> {
        self.load_known(&KNOWN_GROUPS, ids).await
    }

    /// Those of `ids` that are users, in no order.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_known_users(&self, ids: &[String]) -> Result<Vec<String>, StoreError> {
        self.load_known(&KNOWN_USERS, ids).await
    }

    async fn load_known(&self, sql: &'static Sql, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let mut known = Vec::with_capacity(ids.len());
        for some in ids.chunks(SLOTS) {
            let filled = some.iter().chain(some.first().into_iter().cycle()).take(SLOTS);
            let args: Vec<Val> = filled.map(Val::from).collect();
            for row in &self.rows(sql, &args).await? {
                known.push(row.text(0)?.to_owned());
            }
        }
        Ok(known)
    }
}

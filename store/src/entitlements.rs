//! Entitlements: what users and groups may do in one application, by name.

use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, split, time};
use crate::value::{Row, Val};

macro_rules! entitlement_columns {
    () => {
        "e.id, e.created_at, e.updated_at, e.version, e.application_id, e.name, \
         COALESCE((SELECT string_agg(u.user_id, ' ' ORDER BY u.user_id) FROM entitlement_users u \
         WHERE u.entitlement_id = e.id), ''), \
         COALESCE((SELECT string_agg(g.group_id, ' ' ORDER BY g.group_id) FROM entitlement_groups g \
         WHERE g.entitlement_id = e.id), '')"
    };
}

crate::statements! {
    INSERT = "INSERT INTO entitlements (id, created_at, updated_at, version, application_id, name) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    UPDATE = "UPDATE entitlements SET updated_at = $3, version = version + 1, name = $4 \
        WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM entitlements WHERE id = $1 AND version = $2";
    REMOVE_USERS = "DELETE FROM entitlement_users WHERE entitlement_id = $1";
    REMOVE_GROUPS = "DELETE FROM entitlement_groups WHERE entitlement_id = $1";
    ADD_USER = "INSERT INTO entitlement_users (entitlement_id, user_id) VALUES ($1, $2)";
    ADD_GROUP = "INSERT INTO entitlement_groups (entitlement_id, group_id) VALUES ($1, $2)";
    LOAD = concat!("SELECT ", entitlement_columns!(), " FROM entitlements e WHERE e.id = $1");
    NAMES_OF_USER = "WITH RECURSIVE above (id) AS (SELECT group_id FROM group_members WHERE user_id = $1 UNION \
        SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) \
        SELECT DISTINCT e.name FROM entitlements e WHERE e.application_id = $2 AND (\
        EXISTS (SELECT 1 FROM entitlement_users u WHERE u.entitlement_id = e.id AND u.user_id = $1) OR \
        EXISTS (SELECT 1 FROM entitlement_groups g JOIN above a ON a.id = g.group_id WHERE g.entitlement_id = e.id)) \
        ORDER BY e.name";
}

const LISTING: Listing = Listing {
    name: "entitlements",
    fields: entitlement_columns!(),
    from: "entitlements e",
    condition: None,
    search_index: None,
    id: "e.id",
    columns: &[
        Column::id("e.id"),
        Column::filtered("application", "e.application_id", Kind::Text),
        Column::filtered("name", "e.name", Kind::Text),
        Column::searched("name", "e.name"),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// What somebody may do in one application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entitlement {
    /// `ent_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// The id of the application.
    pub application: String,
    /// Unique in the application.
    pub name: String,
    /// Ids of the users who have it.
    pub users: Vec<String>,
    /// Ids of the groups whose members, also those of groups below, have it.
    pub groups: Vec<String>,
}

fn read_entitlement(row: &Row) -> Result<Entitlement, StoreError> {
    Ok(Entitlement {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        application: row.text(4)?.to_owned(),
        name: row.text(5)?.to_owned(),
        users: split(row.text(6)?),
        groups: split(row.text(7)?),
    })
}

fn members(entitlement: &Entitlement) -> impl Iterator<Item = Stmt> {
    let id = &entitlement.id;
    let users = entitlement
        .users
        .iter()
        .map(move |user| ADD_USER.with(vec![Val::from(id.as_str()), Val::from(user.as_str())]));
    let groups = entitlement
        .groups
        .iter()
        .map(move |group| ADD_GROUP.with(vec![Val::from(id.as_str()), Val::from(group.as_str())]));
    users.chain(groups)
}

impl Store {
    /// Names of the entitlements that a user has in an application, by itself or by a group, sorted.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_entitlements_of_user(
        &self,
        user_id: &str,
        application_id: &str,
    ) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows(&NAMES_OF_USER, &[Val::from(user_id), Val::from(application_id)])
            .await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The entitlement of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_entitlement(&self, id: &str) -> Result<Option<Entitlement>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_entitlement).await
    }

    /// One page of entitlements. Filters: `application`, `name`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_entitlements(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<Entitlement>, ListError> {
        self.list(&LISTING, query, key, read_entitlement).await
    }

    /// The statements that make an entitlement.
    #[must_use]
    pub fn create_entitlement(&self, entitlement: &Entitlement) -> Vec<Stmt> {
        let insert = INSERT.with(vec![
            Val::from(entitlement.id.as_str()),
            time(entitlement.created_at),
            time(entitlement.updated_at),
            Val::from(entitlement.version),
            Val::from(entitlement.application.as_str()),
            Val::from(entitlement.name.as_str()),
        ]);
        std::iter::once(insert).chain(members(entitlement)).collect()
    }

    /// The statements that change an entitlement. They hold only while it has `version`.
    #[must_use]
    pub fn update_entitlement(&self, entitlement: &Entitlement, version: i64) -> Vec<Stmt> {
        let id = || vec![Val::from(entitlement.id.as_str())];
        let update = UPDATE.guarded(
            vec![
                Val::from(entitlement.id.as_str()),
                Val::from(version),
                time(entitlement.updated_at),
                Val::from(entitlement.name.as_str()),
            ],
            1,
        );
        [update, REMOVE_USERS.with(id()), REMOVE_GROUPS.with(id())]
            .into_iter()
            .chain(members(entitlement))
            .collect()
    }

    /// The statement that deletes an entitlement. Holds only while it has `version`.
    #[must_use]
    pub fn delete_entitlement(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }
}

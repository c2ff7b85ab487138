//! What binds policies, groups and users to a target.

use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

macro_rules! binding_columns {
    () => {
        "b.id, b.created_at, b.updated_at, b.version, b.target_type, b.target, b.policy_id, b.group_id, b.user_id, \
         b.binding_order, b.enabled, b.negate, b.timeout_seconds, b.failure_result, b.dry_run"
    };
}

crate::statements! {
    INSERT = "INSERT INTO policy_bindings (id, created_at, updated_at, version, target_type, target, policy_id, \
        group_id, user_id, binding_order, enabled, negate, timeout_seconds, failure_result, dry_run) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "UPDATE policy_bindings SET updated_at = $3, version = version + 1, target_type = $4, target = $5, \
        policy_id = $6, group_id = $7, user_id = $8, binding_order = $9, enabled = $10, negate = $11, \
        timeout_seconds = $12, failure_result = $13, dry_run = $14 WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM policy_bindings WHERE id = $1 AND version = $2";
    DELETE_OF_TARGET = "DELETE FROM policy_bindings WHERE target_type = $1 AND target = $2";
    LOAD = concat!("SELECT ", binding_columns!(), " FROM policy_bindings b WHERE b.id = $1");
    LOAD_OF_TARGET = concat!("SELECT ", binding_columns!(), ", COALESCE(g.name, u.username) FROM policy_bindings b \
        LEFT JOIN user_groups g ON g.id = b.group_id LEFT JOIN users u ON u.id = b.user_id \
        WHERE b.target_type = $1 AND b.target = $2 ORDER BY b.binding_order, b.id");
    LOAD_OF_TYPE = concat!("SELECT ", binding_columns!(), ", COALESCE(g.name, u.username) FROM policy_bindings b \
        LEFT JOIN user_groups g ON g.id = b.group_id LEFT JOIN users u ON u.id = b.user_id \
        WHERE b.target_type = $1 ORDER BY b.binding_order, b.id");
}

const LISTING: Listing = Listing {
    name: "policy_bindings",
    fields: binding_columns!(),
    from: "policy_bindings b",
    condition: None,
    search_index: None,
    id: "b.id",
    columns: &[
        Column::id("b.id"),
        Column::filtered("target_type", "b.target_type", Kind::Text),
        Column::filtered("target", "b.target", Kind::Text),
        Column::filtered("policy", "b.policy_id", Kind::Text),
        Column::filtered("group", "b.group_id", Kind::Text),
        Column::filtered("user", "b.user_id", Kind::Text),
        Column::filtered("enabled", "b.enabled", Kind::Int),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// A binding as it is stored. Exactly one of `policy`, `group` and `user` is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredBinding {
    /// `bind_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// `application` or `source`.
    pub target_type: String,
    /// The id of the target.
    pub target: String,
    /// The id of a policy.
    pub policy: Option<String>,
    /// The id of a group.
    pub group: Option<String>,
    /// The id of a user.
    pub user: Option<String>,
    /// Lower ones are asked first.
    pub order: i64,
    /// A disabled one is not asked.
    pub enabled: bool,
    /// Turns the answer round.
    pub negate: bool,
    /// How long an expression may take, in seconds.
    pub timeout_seconds: i64,
    /// The answer when the expression fails.
    pub failure_result: bool,
    /// Asked and reported, but not counted.
    pub dry_run: bool,
}

fn read_binding(row: &Row) -> Result<StoredBinding, StoreError> {
    let text = |at: usize| -> Result<Option<String>, StoreError> { Ok(row.opt_text(at)?.map(str::to_owned)) };
    Ok(StoredBinding {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        target_type: row.text(4)?.to_owned(),
        target: row.text(5)?.to_owned(),
        policy: text(6)?,
        group: text(7)?,
        user: text(8)?,
        order: row.int(9)?,
        enabled: row.bool(10)?,
        negate: row.bool(11)?,
        timeout_seconds: row.int(12)?,
        failure_result: row.bool(13)?,
        dry_run: row.bool(14)?,
    })
}

/// A binding and the name of its group or user.
fn read_named(row: &Row) -> Result<(StoredBinding, Option<String>), StoreError> {
    Ok((read_binding(row)?, row.opt_text(15)?.map(str::to_owned)))
}

/// The values from `target_type` on, in the order of the columns.
fn values(binding: &StoredBinding) -> [Val; 11] {
    [
        Val::from(binding.target_type.as_str()),
        Val::from(binding.target.as_str()),
        Val::from(binding.policy.as_deref()),
        Val::from(binding.group.as_deref()),
        Val::from(binding.user.as_deref()),
        Val::from(binding.order),
        Val::from(binding.enabled),
        Val::from(binding.negate),
        Val::from(binding.timeout_seconds),
        Val::from(binding.failure_result),
        Val::from(binding.dry_run),
    ]
}

impl Store {
    /// The bindings of a target in their order, each with the name of its group or user.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_bindings_of(
        &self,
        target_type: &str,
        target: &str,
    ) -> Result<Vec<(StoredBinding, Option<String>)>, StoreError> {
        let rows = self
            .rows(&LOAD_OF_TARGET, &[Val::from(target_type), Val::from(target)])
            .await?;
        rows.iter().map(read_named).collect()
    }

    /// The bindings of all targets of a type in their order, each with the name of its group or user.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_bindings_of_type(
        &self,
        target_type: &str,
    ) -> Result<Vec<(StoredBinding, Option<String>)>, StoreError> {
        let rows = self.rows(&LOAD_OF_TYPE, &[Val::from(target_type)]).await?;
        rows.iter().map(read_named).collect()
    }

    /// The binding of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_binding(&self, id: &str) -> Result<Option<StoredBinding>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_binding).await
    }

    /// One page of bindings.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_bindings(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<StoredBinding>, ListError> {
        self.list(&LISTING, query, key, read_binding).await
    }

    /// The statement that makes a binding.
    #[must_use]
    pub fn create_binding(&self, binding: &StoredBinding) -> Stmt {
        let mut args = vec![
            Val::from(binding.id.as_str()),
            time(binding.created_at),
            time(binding.updated_at),
            Val::from(binding.version),
        ];
        args.extend(values(binding));
        INSERT.with(args)
    }

    /// The statement that changes a binding. Holds only while it has `version`.
    #[must_use]
    pub fn update_binding(&self, binding: &StoredBinding, version: i64) -> Stmt {
        let mut args = vec![
            Val::from(binding.id.as_str()),
            Val::from(version),
            time(binding.updated_at),
        ];
        args.extend(values(binding));
        UPDATE.guarded(args, 1)
    }

    /// The statement that deletes a binding. Holds only while it has `version`.
    #[must_use]
    pub fn delete_binding(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// The statement that deletes all bindings of a target.
    #[must_use]
    pub fn delete_bindings_of(&self, target_type: &str, target: &str) -> Stmt {
        DELETE_OF_TARGET.with(vec![Val::from(target_type), Val::from(target)])
    }
}

//! Policies: expressions that say yes or no.

use std::sync::Arc;

use protocol::policy::Policy;
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    INSERT = "INSERT INTO policies (id, created_at, updated_at, version, name, expression) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    UPDATE = "UPDATE policies SET updated_at = $3, version = version + 1, name = $4, expression = $5 \
        WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM policies WHERE id = $1 AND version = $2 \
        AND NOT EXISTS (SELECT 1 FROM policy_bindings b WHERE b.policy_id = $1)";
    BOUND = "SELECT id FROM policy_bindings WHERE policy_id = $1 LIMIT 1";
    LOAD = "SELECT id, created_at, updated_at, version, name, expression FROM policies WHERE id = $1";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, expression FROM policies ORDER BY id";
}

const LISTING: Listing = Listing {
    name: "policies",
    fields: "id, created_at, updated_at, version, name, expression",
    from: "policies",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        Column::id("id"),
        Column::filtered("name", "name", Kind::Text),
        Column::searched("name", "name"),
    ],
    default_sort: ("id", Direction::Ascending),
};

fn read_policy(row: &Row) -> Result<Policy, StoreError> {
    Ok(Policy {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        name: row.text(4)?.to_owned(),
        expression: row.text(5)?.to_owned(),
    })
}

impl Store {
    /// All policies.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_policies(&self) -> Result<Vec<Arc<Policy>>, StoreError> {
        let rows = self.rows(&LOAD_ALL, &[]).await?;
        rows.iter().map(|row| read_policy(row).map(Arc::new)).collect()
    }

    /// The policy of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_policy(&self, id: &str) -> Result<Option<Policy>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_policy).await
    }

    /// One page of policies. Filter: `name`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_policies(&self, query: &ListQuery<'_>, key: &CursorKey) -> Result<ListOf<Policy>, ListError> {
        self.list(&LISTING, query, key, read_policy).await
    }

    /// The statement that makes a policy.
    #[must_use]
    pub fn create_policy(&self, policy: &Policy) -> Stmt {
        INSERT.with(vec![
            Val::from(policy.id.as_str()),
            time(policy.created_at),
            time(policy.updated_at),
            Val::from(policy.version),
            Val::from(policy.name.as_str()),
            Val::from(policy.expression.as_str()),
        ])
    }

    /// The statement that changes a policy. Holds only while it has `version`.
    #[must_use]
    pub fn update_policy(&self, policy: &Policy, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(policy.id.as_str()),
                Val::from(version),
                time(policy.updated_at),
                Val::from(policy.name.as_str()),
                Val::from(policy.expression.as_str()),
            ],
            1,
        )
    }

    /// Whether a binding names the policy.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_policy_bound(&self, id: &str) -> Result<bool, StoreError> {
        Ok(!self.rows(&BOUND, &[Val::from(id)]).await?.is_empty())
    }

    /// The statement that deletes a policy. Holds only while it has `version` and no binding names it.
    #[must_use]
    pub fn delete_policy(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }
}

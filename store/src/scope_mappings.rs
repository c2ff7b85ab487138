//! Scope mappings. The managed ones are made on first start and brought up to date on every later one.

use protocol::env::Entropy;
use protocol::id::new_id;
use protocol::scope::{ManagedScope, ScopeMapping};
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::{Batch, Stmt};
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    UPSERT_MANAGED = "INSERT INTO scope_mappings (id, created_at, updated_at, version, name, scope, description, managed) \
        VALUES ($1, $2, $2, 1, $3, $4, $5, $4) ON CONFLICT (managed) DO UPDATE SET name = excluded.name, \
        scope = excluded.scope, description = excluded.description";
    INSERT = "INSERT INTO scope_mappings (id, created_at, updated_at, version, name, scope, description, expression) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE scope_mappings SET updated_at = $3, version = version + 1, name = $4, scope = $5, \
        description = $6, expression = $7 WHERE id = $1 AND version = $2 AND managed IS NULL";
    DELETE = "DELETE FROM scope_mappings WHERE id = $1 AND version = $2 AND managed IS NULL";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, scope, description, managed, expression \
        FROM scope_mappings ORDER BY scope, managed IS NULL, name, id";
}

const fn column(name: &'static str, sort: bool, search: bool) -> Column {
    Column {
        name,
        sql: name,
        kind: Kind::Text,
        filter: true,
        sort,
        search,
    }
}

/// What callers may name in a list of scope mappings.
static LISTING: Listing = Listing {
    name: "scope_mappings",
    fields: "id, created_at, updated_at, version, name, scope, description, managed, expression",
    from: "scope_mappings",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        column("id", true, false),
        column("name", true, true),
        column("scope", true, true),
        column("managed", false, false),
    ],
    default_sort: ("scope", Direction::Ascending),
};

fn read_mapping(row: &Row) -> Result<ScopeMapping, StoreError> {
    Ok(ScopeMapping {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        name: row.text(4)?.to_owned(),
        scope: row.text(5)?.to_owned(),
        description: row.text(6)?.to_owned(),
        managed: row.opt_text(7)?.and_then(ManagedScope::from_name),
        expression: row.opt_text(8)?.map(str::to_owned),
    })
}

impl Store {
    /// All scope mappings, sorted by scope.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_scope_mappings(&self) -> Result<Vec<ScopeMapping>, StoreError> {
        self.rows(&LOAD_ALL, &[]).await?.iter().map(read_mapping).collect()
    }

    /// The statement that makes a mapping of the installation's own.
    #[must_use]
    pub fn create_scope_mapping(&self, mapping: &ScopeMapping) -> Stmt {
        INSERT.with(vec![
            Val::from(mapping.id.as_str()),
            time(mapping.created_at),
            time(mapping.updated_at),
            Val::from(mapping.version),
            Val::from(mapping.name.as_str()),
            Val::from(mapping.scope.as_str()),
            Val::from(mapping.description.as_str()),
            Val::from(mapping.expression.as_deref()),
        ])
    }

    /// The statement that changes a mapping of the installation's own. Holds only while it has `version`.
    #[must_use]
    pub fn update_scope_mapping(&self, mapping: &ScopeMapping, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(mapping.id.as_str()),
                Val::from(version),
                time(mapping.updated_at),
                Val::from(mapping.name.as_str()),
                Val::from(mapping.scope.as_str()),
                Val::from(mapping.description.as_str()),
                Val::from(mapping.expression.as_deref()),
            ],
            1,
        )
    }

    /// The statement that deletes a mapping of the installation's own. Holds only while it has `version`.
    #[must_use]
    pub fn delete_scope_mapping(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }

    /// One page of scope mappings.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_scope_mappings(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<ScopeMapping>, ListError> {
        self.list(&LISTING, query, key, read_mapping).await
    }

    /// Makes the managed scope mappings, or brings them up to date.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn ensure_managed_scopes(&self, now: Time, random: &dyn Entropy) -> Result<(), StoreError> {
        let statements = ManagedScope::ALL
            .into_iter()
            .map(|scope| {
                UPSERT_MANAGED.with(vec![
                    Val::from(new_id("map", now, random)),
                    time(now),
                    Val::from(scope.as_str()),
                    Val::from(scope.as_str()),
                    Val::from(scope.description()),
                ])
            })
            .collect();
        self.apply(Batch::new(statements)).await
    }
}

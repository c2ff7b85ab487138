//! Scope mappings. The managed ones are made on first start and brought up to date on every later one.

use protocol::env::Entropy;
use protocol::id::new_id;
use protocol::scope::{ManagedScope, ScopeMapping};
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Batch;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    UPSERT_MANAGED = "INSERT INTO scope_mappings (id, created_at, updated_at, version, name, scope, description, managed) \
        VALUES ($1, $2, $2, 1, $3, $4, $5, $4) ON CONFLICT (managed) DO UPDATE SET name = excluded.name, \
        scope = excluded.scope, description = excluded.description";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, scope, description, managed FROM scope_mappings \
        ORDER BY scope, id";
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
    fields: "id, created_at, updated_at, version, name, scope, description, managed",
    from: "scope_mappings",
    condition: None,
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
        expression: None,
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

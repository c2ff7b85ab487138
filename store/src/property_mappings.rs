//! Property mappings: expressions over what a source says of a person or a group.

use std::sync::Arc;

use protocol::time::Time;
use protocol::upstream::PropertyMapping;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    INSERT = "INSERT INTO property_mappings (id, created_at, updated_at, version, name, expression, all_sources) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE property_mappings SET updated_at = $3, version = version + 1, name = $4, expression = $5, \
        all_sources = $6 \
        WHERE id = $1 AND version = $2";
    DELETE = "DELETE FROM property_mappings WHERE id = $1 AND version = $2";
    LOAD = "SELECT id, created_at, updated_at, version, name, expression, all_sources FROM property_mappings WHERE id = $1";
    LOAD_ALL = "SELECT id, created_at, updated_at, version, name, expression, all_sources FROM property_mappings ORDER BY name, id";
}

const LISTING: Listing = Listing {
    name: "property_mappings",
    fields: "id, created_at, updated_at, version, name, expression, all_sources",
    from: "property_mappings",
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

fn read_property_mapping(row: &Row) -> Result<PropertyMapping, StoreError> {
    Ok(PropertyMapping {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        name: row.text(4)?.to_owned(),
        expression: row.text(5)?.to_owned(),
        all_sources: row.bool(6)?,
    })
}

impl Store {
    /// All property mappings, by name.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_property_mappings(&self) -> Result<Vec<Arc<PropertyMapping>>, StoreError> {
        let rows = self.rows(&LOAD_ALL, &[]).await?;
        rows.iter()
            .map(|row| read_property_mapping(row).map(Arc::new))
            .collect()
    }

    /// The property mapping of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_property_mapping(&self, id: &str) -> Result<Option<PropertyMapping>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_property_mapping).await
    }

    /// One page of property mappings. Filter: `name`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_property_mappings(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<PropertyMapping>, ListError> {
        self.list(&LISTING, query, key, read_property_mapping).await
    }

    /// The statement that makes a property mapping.
    #[must_use]
    pub fn create_property_mapping(&self, mapping: &PropertyMapping) -> Stmt {
        INSERT.with(vec![
            Val::from(mapping.id.as_str()),
            time(mapping.created_at),
            time(mapping.updated_at),
            Val::from(mapping.version),
            Val::from(mapping.name.as_str()),
            Val::from(mapping.expression.as_str()),
            Val::from(mapping.all_sources),
        ])
    }

    /// The statement that changes a property mapping. Holds only while it has `version`.
    #[must_use]
    pub fn update_property_mapping(&self, mapping: &PropertyMapping, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(mapping.id.as_str()),
                Val::from(version),
                time(mapping.updated_at),
                Val::from(mapping.name.as_str()),
                Val::from(mapping.expression.as_str()),
                Val::from(mapping.all_sources),
            ],
            1,
        )
    }

    /// The statement that deletes a property mapping. Holds only while it has `version`.
    #[must_use]
    pub fn delete_property_mapping(&self, id: &str, version: i64) -> Stmt {
        DELETE.guarded(vec![Val::from(id), Val::from(version)], 1)
    }
}

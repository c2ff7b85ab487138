//! Which group of ours a group of a source is.

use crate::statement::Stmt;
use crate::store::{Store, StoreError};
use crate::value::Val;

crate::statements! {
    LOAD = "SELECT identifier, group_id FROM source_groups WHERE source_id = $1 ORDER BY identifier";
    INSERT = "INSERT INTO source_groups (source_id, identifier, group_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    NAMED = "SELECT name, id FROM user_groups WHERE name = $1";
}

impl Store {
    /// The groups of a source that are known, each as its identifier there and the id of the group here.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_source_groups(&self, source_id: &str) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.rows(&LOAD, &[Val::from(source_id)]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
            .collect()
    }

    /// The id of the group of a name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_group_named(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.first(&NAMED, &[Val::from(name)], |row| Ok(row.text(1)?.to_owned()))
            .await
    }

    /// The statement that joins a group of a source with a group of ours.
    #[must_use]
    pub fn join_source_group(&self, source_id: &str, identifier: &str, group_id: &str) -> Stmt {
        INSERT.with(vec![Val::from(source_id), Val::from(identifier), Val::from(group_id)])
    }
}

//! Applications for the start page of a person, by name.
//!
//! The statement leaves out what plainly can not be opened: bound to groups and users only, none of them this person's. Whether the
//! others may be opened is decided by their policies, which are not run here.

use protocol::client::Application;

use crate::page::search::folded_pattern;
use crate::statement::DynamicSql;
use crate::store::{Store, StoreError};
use crate::value::Val;

crate::statements! {
    MORE_THAN = "SELECT 1 FROM applications WHERE enabled = 1 LIMIT 1 OFFSET $1";
}

const TILES: &str = "WITH RECURSIVE above (id) AS (SELECT group_id FROM group_members WHERE user_id = $1 \
    UNION SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) \
    SELECT t.body, CASE WHEN EXISTS (SELECT 1 FROM policy_bindings b WHERE b.target_type = 'application' AND b.target = t.id \
    AND b.enabled = 1) THEN 1 ELSE 0 END FROM applications t WHERE t.enabled = 1 AND (t.name, t.id) > ($2, $3) \
    AND ($4 = '%' OR t.id IN (SELECT s.id FROM applications s WHERE lower(s.name) LIKE lower($4) ESCAPE '!')) \
    AND (NOT EXISTS (SELECT 1 FROM policy_bindings b WHERE b.target_type = 'application' AND b.target = t.id \
    AND b.enabled = 1 AND b.dry_run = 0) OR EXISTS (SELECT 1 FROM policy_bindings b \
    WHERE b.target_type = 'application' AND b.target = t.id AND b.enabled = 1 AND b.dry_run = 0 AND (b.negate = 1 \
    OR b.policy_id IS NOT NULL OR b.user_id = $1 OR b.group_id IN (SELECT id FROM above)))) \
    ORDER BY t.name, t.id LIMIT $5";

/// An application that a person may be able to open.
#[derive(Clone, Debug)]
pub struct ApplicationTile {
    /// The record.
    pub application: Application,
    /// Whether something is bound to it that has to be asked.
    pub is_bound: bool,
}

impl Store {
    /// Whether more than so many applications are switched on.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn has_more_applications_than(&self, count: usize) -> Result<bool, StoreError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        Ok(self.rows(&MORE_THAN, &[Val::from(count)]).await?.first().is_some())
    }

    /// At most `limit` applications that are switched on, by name, behind `after`, which is a name and an id. `words`: what the name
    /// contains, in this order.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_application_tiles(
        &self,
        user_id: &str,
        words: &[String],
        after: (&str, &str),
        limit: usize,
    ) -> Result<Vec<ApplicationTile>, StoreError> {
        let words: Vec<String> = words.iter().map(|word| folded_pattern(word, true)).collect();
        let pattern = format!("%{}", words.concat());
        let arguments = vec![
            Val::from(user_id),
            Val::from(after.0),
            Val::from(after.1),
            Val::from(pattern),
            Val::from(i64::try_from(limit).unwrap_or(i64::MAX)),
        ];
        // It may take a millisecond, as a list does.
        let rows = self
            .db()
            .read_dynamic(DynamicSql::new(TILES.to_owned(), arguments))
            .await?;
        rows.iter()
            .map(|row| {
                Ok(ApplicationTile {
                    application: serde_json::from_str(row.text(0)?)?,
                    is_bound: row.bool(1)?,
                })
            })
            .collect()
    }
}

//! One page of a list, read and turned into records.

use crate::page::{CursorKey, ListQuery, Listing, PageError};
use crate::store::{Store, StoreError};
use crate::value::Row;

/// One page of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// The records, in the order of the list.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next_cursor: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// What was asked for is wrong: the caller can repair it.
    #[error(transparent)]
    Query(#[from] PageError),
    /// The store could not read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// The page that `query` asks of `listing`, each row read by `read`.
    pub(crate) async fn load_list<T>(
        &self,
        listing: &Listing,
        query: &ListQuery<'_>,
        key: &CursorKey,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<List<T>, ListError> {
        let page = listing.build(query, key)?;
        let rows = self
            .db()
            .read_dynamic(page.sql.clone())
            .await
            .map_err(StoreError::from)?;
        let listed = page.finish(rows, key).map_err(StoreError::from)?;
        Ok(List {
            items: listed.rows.iter().map(read).collect::<Result<_, _>>()?,
            next_cursor: listed.next,
        })
    }
}

//! What everybody who reads a list page by page needs.

use store::page::CursorKey;
use store::{ListError, StoreError};

use crate::app::App;

/// The key that signs the cursors of this installation.
///
/// # Errors
/// When the stored key has another length.
pub fn cursor_key(app: &App) -> Result<CursorKey, StoreError> {
    let key: &[u8; 32] = app
        .secrets
        .cursor_key
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Corrupt("cursor key".to_owned()))?;
    Ok(CursorKey::new(key))
}

/// A list that we ask for ourselves, with filters of our own: a refused query is a mistake of ours.
#[must_use]
pub fn own_fault(error: ListError) -> StoreError {
    match error {
        ListError::Store(error) => error,
        ListError::Query(error) => StoreError::Internal(error.to_string()),
    }
}

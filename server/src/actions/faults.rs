//! Faults of ours as answers: what happened goes to the log, not to the caller.

use protocol::error::OAuthError;
use protocol::refusal::Refusal;
use store::StoreError;

/// A fault of the store as an OAuth error: 503 with `Retry-After` while the database is away, or when others changed the same
/// records in every round; 500 otherwise.
#[must_use]
pub fn store_fault(error: &StoreError) -> OAuthError {
    match error {
        StoreError::Unavailable(reason) => {
            tracing::warn!(%reason, "the database is unavailable");
            Refusal::StorageUnavailable.into()
        }
        StoreError::Conflict => {
            tracing::warn!("others changed the same records in every round; the person may try again");
            Refusal::StorageContended.into()
        }
        other => {
            tracing::error!(error = %other, "the store failed");
            Refusal::Internal.into()
        }
    }
}

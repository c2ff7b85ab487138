//! Whether a source decides about administrators. Changing such a source, or an expression over it, is a way to become one:
//! whoever holds the endpoints says who comes.

use protocol::upstream::{GroupMatchingMode, PropertyMapping, Source, UserMatchingMode};
use store::StoreError;

use crate::actions::administrators::Authority;
use crate::actions::outcome::ActionError;
use crate::app::App;

/// Checks a change of a source: as it was, and as it will be.
///
/// # Errors
/// [`ActionError::Forbidden`], or the store's.
pub(super) async fn check_source(app: &App, by: Authority<'_>, sides: &[&Source]) -> Result<(), ActionError> {
    if by.permissions.is_all() {
        return Ok(());
    }
    for source in sides {
        by.check_administrators(decides(app, source).await?)?;
    }
    Ok(())
}

/// Checks a change of a property mapping: as it was, and as it will be.
///
/// # Errors
/// [`ActionError::Forbidden`], or the store's.
pub async fn check_mapping(app: &App, by: Authority<'_>, sides: &[&PropertyMapping]) -> Result<(), ActionError> {
    if by.permissions.is_all() {
        return Ok(());
    }
    let snapshot = app.snapshot();
    for upstream in snapshot.sources.all() {
        let source = &upstream.source;
        let runs = |mapping: &&PropertyMapping| {
            let own = source.property_mappings.iter().chain(&source.group_property_mappings);
            mapping.all_sources || own.into_iter().any(|id| *id == mapping.id)
        };
        if sides.iter().any(runs) {
            by.check_administrators(decides(app, source).await?)?;
        }
    }
    Ok(())
}

/// Whether a source can let somebody into the account of an administrator, or into a group that was there before.
async fn decides(app: &App, source: &Source) -> Result<bool, StoreError> {
    let finds_people = match source.user_matching_mode {
        UserMatchingMode::VerifiedEmailLink | UserMatchingMode::EmailLink | UserMatchingMode::UsernameLink => true,
        UserMatchingMode::Identifier | UserMatchingMode::EmailDeny | UserMatchingMode::UsernameDeny => false,
    };
    let finds_groups = source.group_matching_mode == GroupMatchingMode::NameLink;
    Ok(finds_people || finds_groups || app.store.load_is_linked_to_admin(&source.id).await?)
}

//! The sector of pairwise subjects (OpenID Connect Core, section 8.1; Dynamic Client Registration, section 5): whether an
//! application has one, and whether the list that names it is as it must be.

use protocol::client::{Application, MatchingMode, SubMode, SubjectType};
use protocol::subject::{SectorError, sector};

use crate::actions::outcome::FieldError;

/// What is wrong with the sector of an application, without looking at the list.
pub(super) fn check(application: &Application) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if application.sector_identifier_uri.is_some()
        && application
            .redirect_uris
            .iter()
            .any(|entry| entry.matching_mode != MatchingMode::Strict)
    {
        let message = "A list holds whole addresses: with it every redirect URI must be `strict`.";
        errors.push(FieldError::invalid("redirect_uris", message));
    }
    if application.subject_type == SubjectType::Public {
        return errors;
    }
    if application.sub_mode != SubMode::HashedUserId {
        let message = "A pairwise subject is always a hash: leave `sub_mode` at `hashed_user_id`.";
        errors.push(FieldError::invalid("sub_mode", message));
    }
    if let Err(error) = sector(application) {
        let message = match error {
            SectorError::None => "Pairwise subjects need a sector: give a redirect URI with a host, or this list.",
            SectorError::Several => "The redirect URIs have several hosts: give the list that binds them together.",
            SectorError::Pattern => "Pairwise subjects need whole redirect URIs; a pattern has no one host.",
        };
        errors.push(FieldError::new("sector_identifier_uri", "required", message));
    }
    errors
}

//! The sector of pairwise subjects (OpenID Connect Core, section 8.1; Dynamic Client Registration, section 5): whether an
//! application has one, and whether the list that names it is as it must be.

use protocol::client::{Application, MatchingMode, SubMode, SubjectType};
use protocol::subject::{SectorError, sector};

use super::fields::ApplicationFields;
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::app::App;
use crate::outgoing::Limits;

const FIELD: &str = "sector_identifier_uri";

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
        errors.push(FieldError::new(FIELD, "required", message));
    }
    errors
}

/// Whether a change concerns the list: it names another one, other redirect URIs, or another kind of subject.
pub(super) fn is_touched(changes: &Changes<ApplicationFields>) -> bool {
    let fields = &changes.fields;
    fields.sector_identifier_uri.is_some()
        || fields.redirect_uris.is_some()
        || fields.subject_type.is_some()
        || [FIELD, "redirect_uris", "subject_type"]
            .into_iter()
            .any(|field| changes.resets(field))
}

/// Fetches the list and looks for every redirect URI in it (Dynamic Client Registration, section 5). `None`: it is right,
/// or there is none.
pub(in crate::actions) async fn check_list(app: &App, application: &Application) -> Option<FieldError> {
    let address = application.sector_identifier_uri.as_deref()?;
    let wrong = |message: String| Some(FieldError::invalid(FIELD, message));
    let answer = match app.outgoing.get(address, Limits::default()).await {
        Ok(answer) => answer,
        Err(error) => return wrong(format!("The list could not be fetched: {error}.")),
    };
    if answer.status != http::StatusCode::OK {
        return wrong(format!(
            "The list was answered with status {}, not 200.",
            answer.status.as_u16()
        ));
    }
    let Ok(listed) = serde_json::from_slice::<Vec<String>>(&answer.body) else {
        return wrong("The list must be a JSON array of addresses.".to_owned());
    };
    let missing = application
        .redirect_uris
        .iter()
        .find(|entry| !listed.contains(&entry.url));
    missing.and_then(|entry| wrong(format!("The list does not hold the redirect URI {}.", entry.url)))
}
